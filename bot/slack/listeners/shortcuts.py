"""The shortcuts: decide from a message, or from anywhere."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.slack.ids import Shortcut
from bot.slack.listeners.opening import open_modal
from bot.slack.payloads import place_of_message, text_of_message, who


class Shortcuts:
    """Opens a questionnaire, with the message's text as the problem where there is one."""

    def __init__(self, desk: Desk) -> None:
        """Make the listeners of the shortcuts."""
        self._desk = desk

    async def ack(self, ack: AsyncAck) -> None:
        """Ack."""
        await ack()

    async def open(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the questionnaire."""
        page = await self._desk.drafting.start(
            who(body), place_of_message(body), problem=text_of_message(body)
        )
        await open_modal(self._desk, client, body, page)


def register(app: AsyncApp, desk: Desk) -> None:
    """Attach the shortcuts' listeners."""
    shortcuts = Shortcuts(desk)
    app.shortcut(Shortcut.DECIDE_FROM_MESSAGE)(ack=shortcuts.ack, lazy=[shortcuts.open])
    app.shortcut(Shortcut.START)(ack=shortcuts.ack, lazy=[shortcuts.open])
