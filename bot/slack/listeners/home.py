"""App Home, shown when a person opens it."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.slack.errands import Errands
from bot.slack.payloads import who_of_event
from bot.slack.views.home import home


class Home:
    """Publishes a person's Home tab."""

    def __init__(self, desk: Desk, errands: Errands) -> None:
        """Make the listener of App Home."""
        self._desk = desk
        self._errands = errands

    async def opened(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Publish what this person finds on their page."""
        await ack()
        if body["event"].get("tab") == "home":
            self._errands.begin(self._publish(body, client), body)

    async def _publish(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        person = who_of_event(body)
        drafts, decisions = await self._desk.belongings(person)
        view = home(self._desk.editions.titles(), drafts, decisions)
        await client.views_publish(user_id=person.user, view=view)


def register(app: AsyncApp, desk: Desk, errands: Errands) -> None:
    """Attach the listener of App Home."""
    app.event("app_home_opened")(Home(desk, errands).opened)
