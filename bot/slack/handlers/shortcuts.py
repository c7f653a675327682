"""The shortcuts: decide from a message, or from anywhere."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.access import MessageRef
from bot.decisions.model import Draft, Source
from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.modals import open_page
from bot.slackkit.ids import Shortcut
from bot.slackkit.mrkdwn import mentioned_users, readable_text
from bot.slackkit.payloads import message_acted_on, place_of_message, sender, text_of_message
from bot.slackkit.permalinks import Permalinks


class ShortcutHandlers:
    """Opens a questionnaire, with the message's text as the problem where there is one."""

    def __init__(self, services: Services, background: BackgroundTasks) -> None:
        """Make the listener of the shortcuts."""
        self._services = services
        self._background = background
        self._links = Permalinks()

    async def open(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the questionnaire."""
        await ack()
        self._background.begin(self._open(body, client), body)

    async def _open(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        driver, text = sender(body), text_of_message(body)
        names = await self._services.people.names(driver.workspace, mentioned_users(text))
        page = await self._services.drafts.start(
            driver, place_of_message(body), problem=readable_text(text, names)
        )
        await open_page(self._services, client, body, page)
        await self._link_back(page.draft, body, client)

    async def _link_back(self, draft: Draft, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Keep the link to the message that the draft was made from, where Slack tells it."""
        message = message_acted_on(body)
        if message is None:
            return
        stands = MessageRef(*message)
        link = (await self._links.of(client, [stands])).get(stands)
        if link is not None:
            source = Source(stands.channel, link)
            await self._services.drafts.note_source(draft.driver, draft.id, source)


def register(app: AsyncApp, services: Services, background: BackgroundTasks) -> None:
    """Attach the shortcuts' listeners."""
    shortcuts = ShortcutHandlers(services, background)
    app.shortcut(Shortcut.DECIDE_FROM_MESSAGE)(shortcuts.open)
    app.shortcut(Shortcut.START)(shortcuts.open)
