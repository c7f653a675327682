"""Buttons in messages and in App Home."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.slack.errands import Errands
from bot.slack.homes import Homes
from bot.slack.ids import Action
from bot.slack.listeners.opening import open_modal
from bot.slack.payloads import place_of_message, who
from bot.slack.presses import draft_discarded, pressed
from bot.slack.responses import PrivateAnswers
from bot.slack.views.drafts import DISCARDED, resume_offer


class Buttons:
    """Starts, resumes and forgets questionnaires."""

    def __init__(self, desk: Desk, homes: Homes, errands: Errands) -> None:
        """Make the listeners of buttons; `homes` shows App Home, where some of them are."""
        self._desk = desk
        self._answers = PrivateAnswers(desk)
        self._homes = homes
        self._errands = errands

    async def start(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open a new questionnaire: here, or from App Home, where it belongs to no place yet."""
        await ack()
        self._errands.begin(self._start(body, client), body)

    async def resume(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open a draft where it was left."""
        await ack()
        self._errands.begin(self._resume(body, client), body)

    async def discard(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Forget a draft, and show what is left where it was offered."""
        draft, _ = draft_discarded(pressed(body))
        await self._desk.drafting.discard(who(body), draft)
        await ack()
        self._errands.begin(self._show_rest(body, client), body)

    async def _start(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        playbook = str(pressed(body).get("value"))
        place = place_of_message(body)
        page = await self._desk.drafting.start(who(body), place, playbook_id=playbook)
        await open_modal(self._desk, client, body, page)
        await self._homes.refresh(client, who(body).workspace, who(body).user)

    async def _resume(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        draft, place = str(pressed(body).get("value")), place_of_message(body)
        page = await self._desk.drafting.resume(who(body), draft, place)
        await open_modal(self._desk, client, body, page)

    async def _show_rest(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        person = who(body)
        self._homes.pressed(body)
        if "response_url" in body:
            await self._offer_rest(body)
        await self._homes.refresh(client, person.workspace, person.user)

    async def _offer_rest(self, body: dict[str, Any]) -> None:
        """Show what else there is to go on with, in the place of the offer."""
        drafts = await self._desk.drafting.to_resume(who(body))
        if not drafts:
            return await self._answers.say(body, DISCARDED, replace=True)
        _, offered = draft_discarded(pressed(body))
        known = self._desk.editions.titles()
        playbook = offered if offered in known else next(iter(known))
        await self._answers.replace(body, resume_offer(drafts, playbook))
        return None


def register(app: AsyncApp, desk: Desk, homes: Homes, errands: Errands) -> None:
    """Attach the listeners of buttons."""
    buttons = Buttons(desk, homes, errands)
    app.action(re.compile(f"^{Action.START}:"))(buttons.start)
    app.action(Action.RESUME)(buttons.resume)
    app.action(Action.DISCARD)(buttons.discard)
