"""The shortcuts: decide from a message, or from anywhere."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.slack.errands import Errands
from bot.slack.ids import Shortcut
from bot.slack.listeners.opening import open_modal
from bot.slack.payloads import place_of_message, text_of_message, who


class Shortcuts:
    """Opens a questionnaire, with the message's text as the problem where there is one."""

    def __init__(self, desk: Desk, errands: Errands) -> None:
        """Make the listener of the shortcuts."""
        self._desk = desk
        self._errands = errands

    async def open(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the questionnaire."""
        await ack()
        self._errands.begin(self._open(body, client), body)

    async def _open(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        page = await self._desk.drafting.start(
            who(body), place_of_message(body), problem=text_of_message(body)
        )
        await open_modal(self._desk, client, body, page)


def register(app: AsyncApp, desk: Desk, errands: Errands) -> None:
    """Attach the shortcuts' listeners."""
    shortcuts = Shortcuts(desk, errands)
    app.shortcut(Shortcut.DECIDE_FROM_MESSAGE)(shortcuts.open)
    app.shortcut(Shortcut.START)(shortcuts.open)
