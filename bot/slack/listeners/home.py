"""App Home, shown when a person opens it."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.decisions.model import Person
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
            person = who_of_event(body)
            self._errands.begin(publish_home(self._desk, client, person), body)


async def publish_home(desk: Desk, client: AsyncWebClient, person: Person) -> None:
    """Show a person's Home tab as it stands now."""
    drafts, decisions = await desk.belongings(person)
    waiting = await desk.reviewing.waiting_for(person)
    view = home(desk.editions.titles(), drafts, decisions, waiting)
    await client.views_publish(user_id=person.user, view=view)


def register(app: AsyncApp, desk: Desk, errands: Errands) -> None:
    """Attach the listener of App Home."""
    app.event("app_home_opened")(Home(desk, errands).opened)
