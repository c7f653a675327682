"""App Home, shown when a person opens it."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.slack.payloads import who_of_event
from bot.slack.views.home import home


class Home:
    """Publishes a person's Home tab."""

    def __init__(self, desk: Desk) -> None:
        """Make the listener of App Home."""
        self._desk = desk

    async def ack(self, ack: AsyncAck) -> None:
        """Ack."""
        await ack()

    async def publish(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Publish what this person finds on their page."""
        if body["event"].get("tab") != "home":
            return
        person = who_of_event(body)
        drafts, decisions = await self._desk.belongings(person)
        view = home(self._desk.editions.titles(), drafts, decisions)
        await client.views_publish(user_id=person.user, view=view)


def register(app: AsyncApp, desk: Desk) -> None:
    """Attach the listener of App Home."""
    page = Home(desk)
    app.event("app_home_opened")(ack=page.ack, lazy=[page.publish])
