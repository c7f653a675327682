"""App Home, shown when a person opens it."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errands import Errands
from bot.slack.homes import Homes
from bot.slack.payloads import who_of_event


class HomeListeners:
    """Hears of people who come to their Home tab."""

    def __init__(self, homes: Homes, errands: Errands) -> None:
        """Make the listener of App Home."""
        self._homes = homes
        self._errands = errands

    async def opened(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Publish what this person finds on their page."""
        await ack()
        if body["event"].get("tab") == "home":
            self._errands.begin(self._homes.open(client, who_of_event(body)), body)


def register(app: AsyncApp, homes: Homes, errands: Errands) -> None:
    """Attach the listener of App Home."""
    app.event("app_home_opened")(HomeListeners(homes, errands).opened)
