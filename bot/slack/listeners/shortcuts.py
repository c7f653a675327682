"""The shortcuts: decide from a message, or from anywhere."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.decisions.model import Draft, Source
from bot.decisions.reading import Announced
from bot.slack.errands import Errands
from bot.slack.ids import Shortcut
from bot.slack.legible import legible, mentioned
from bot.slack.listeners.opening import open_modal
from bot.slack.payloads import message_acted_on, place_of_message, text_of_message, who
from bot.slack.permalinks import Permalinks


class Shortcuts:
    """Opens a questionnaire, with the message's text as the problem where there is one."""

    def __init__(self, desk: Desk, errands: Errands) -> None:
        """Make the listener of the shortcuts."""
        self._desk = desk
        self._errands = errands
        self._links = Permalinks()

    async def open(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the questionnaire."""
        await ack()
        self._errands.begin(self._open(body, client), body)

    async def _open(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        driver, text = who(body), text_of_message(body)
        names = await self._desk.people.names(driver.workspace, mentioned(text))
        page = await self._desk.drafting.start(
            driver, place_of_message(body), problem=legible(text, names)
        )
        await open_modal(self._desk, client, body, page)
        await self._link_back(page.draft, body, client)

    async def _link_back(self, draft: Draft, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Keep the link to the message that the draft was made from, where Slack tells it."""
        message = message_acted_on(body)
        if message is None:
            return
        stands = Announced(*message)
        link = (await self._links.of(client, [stands])).get(stands)
        if link is not None:
            source = Source(stands.channel, link)
            await self._desk.drafting.note_source(draft.driver, draft.id, source)


def register(app: AsyncApp, desk: Desk, errands: Errands) -> None:
    """Attach the shortcuts' listeners."""
    shortcuts = Shortcuts(desk, errands)
    app.shortcut(Shortcut.DECIDE_FROM_MESSAGE)(shortcuts.open)
    app.shortcut(Shortcut.START)(shortcuts.open)
