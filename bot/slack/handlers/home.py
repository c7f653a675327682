"""App Home, shown when a person opens it."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.background import BackgroundTasks
from bot.slack.home import HomeTab
from bot.slackkit.payloads import event_sender


class HomeHandlers:
    """Hears of people who come to their Home tab."""

    def __init__(self, homes: HomeTab, background: BackgroundTasks) -> None:
        """Make the listener of App Home."""
        self._homes = homes
        self._background = background

    async def opened(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Publish what this person finds on their page."""
        await ack()
        if body["event"].get("tab") == "home":
            self._background.begin(self._homes.open(client, event_sender(body)), body)


def register(app: AsyncApp, homes: HomeTab, background: BackgroundTasks) -> None:
    """Attach the listener of App Home."""
    app.event("app_home_opened")(HomeHandlers(homes, background).opened)
