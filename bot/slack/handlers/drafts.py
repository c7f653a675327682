"""Buttons in messages and in App Home."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.modals import open_page
from bot.slack.home import HomeTab
from bot.slack.replies import EphemeralReplies
from bot.slack.views.drafts import DISCARDED, resume_offer
from bot.slackkit.ids import Action
from bot.slackkit.payloads import action_of, draft_discarded, place_of_message, sender


class DraftHandlers:
    """Starts, resumes and forgets questionnaires."""

    def __init__(self, services: Services, homes: HomeTab, background: BackgroundTasks) -> None:
        """Make the listeners of buttons; `homes` shows App Home, where some of them are."""
        self._services = services
        self._answers = EphemeralReplies(services)
        self._homes = homes
        self._background = background

    async def start(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open a new questionnaire: here, or from App Home, where it belongs to no place yet."""
        await ack()
        self._background.begin(self._start(body, client), body)

    async def resume(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open a draft where it was left."""
        await ack()
        self._background.begin(self._resume(body, client), body)

    async def discard(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Forget a draft, and show what is left where it was offered."""
        draft, _ = draft_discarded(action_of(body))
        await self._services.drafts.discard(sender(body), draft)
        await ack()
        self._background.begin(self._show_rest(body, client), body)

    async def _start(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        playbook = str(action_of(body).get("value"))
        place = place_of_message(body)
        page = await self._services.drafts.start(sender(body), place, playbook_id=playbook)
        await open_page(self._services, client, body, page)
        await self._homes.refresh(client, sender(body).workspace, sender(body).user)

    async def _resume(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        draft, place = str(action_of(body).get("value")), place_of_message(body)
        page = await self._services.drafts.resume(sender(body), draft, place)
        await open_page(self._services, client, body, page)

    async def _show_rest(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        person = sender(body)
        self._homes.pressed(body)
        if "response_url" in body:
            await self._offer_rest(body)
        await self._homes.refresh(client, person.workspace, person.user)

    async def _offer_rest(self, body: dict[str, Any]) -> None:
        """Show what else there is to go on with, in the place of the offer."""
        drafts = await self._services.drafts.to_resume(sender(body))
        if not drafts:
            return await self._answers.say(body, DISCARDED, replace=True)
        _, offered = draft_discarded(action_of(body))
        known = self._services.playbooks.titles()
        playbook = offered if offered in known else next(iter(known))
        await self._answers.replace(body, resume_offer(drafts, playbook))
        return None


def register(
    app: AsyncApp, services: Services, homes: HomeTab, background: BackgroundTasks
) -> None:
    """Attach the listeners of buttons."""
    buttons = DraftHandlers(services, homes, background)
    app.action(re.compile(f"^{Action.START}:"))(buttons.start)
    app.action(Action.RESUME)(buttons.resume)
    app.action(Action.DISCARD)(buttons.discard)
