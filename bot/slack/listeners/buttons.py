"""Buttons in messages and in App Home."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.slack.errands import Errands
from bot.slack.ids import Action
from bot.slack.listeners.home import publish_home
from bot.slack.listeners.opening import open_modal
from bot.slack.payloads import place_of_message, who
from bot.slack.presses import chosen_channel, decision_of, pressed
from bot.slack.responses import replace_message
from bot.slack.views import notices
from bot.slack.views.drafts import DISCARDED, resume_offer
from bot.slack.views.message import sentence


class Buttons:
    """Starts and resumes questionnaires; gets a decision posted after all."""

    def __init__(self, desk: Desk, errands: Errands) -> None:
        """Make the listeners of buttons."""
        self._desk = desk
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
        await self._desk.drafting.discard(who(body), str(pressed(body).get("value")))
        await ack()
        self._errands.begin(self._show_rest(body, client), body)

    async def redirect(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Post a decision again, here or in the channel chosen."""
        action = pressed(body)
        await self._desk.redirect(who(body), decision_of(action), chosen_channel(action))
        await ack()
        self._errands.begin(self._confirm(body), body)

    async def settle(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Send a message again of which nobody knows whether it arrived, or leave it."""
        action = pressed(body)
        resend = action.get("action_id") == Action.RESEND
        key = str(action.get("value"))
        await self._desk.settle(who(body), decision_of(action), key, resend=resend)
        await ack()
        self._errands.begin(self._confirm(body), body)

    async def _start(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        playbook = str(pressed(body).get("value"))
        place = place_of_message(body)
        page = await self._desk.drafting.start(who(body), place, playbook_id=playbook)
        await open_modal(self._desk, client, body, page)

    async def _resume(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        page = await self._desk.drafting.resume(who(body), str(pressed(body).get("value")))
        await open_modal(self._desk, client, body, page)

    async def _show_rest(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        person = who(body)
        if "response_url" not in body:
            return await publish_home(self._desk, client, person)
        drafts = await self._desk.drafting.to_resume(person)
        playbook = next(iter(self._desk.editions.titles()))
        rest = resume_offer(drafts, playbook) if drafts else sentence(DISCARDED)
        await replace_message(body["response_url"], rest)
        return None

    async def _confirm(self, body: dict[str, Any]) -> None:
        """Replace a notice's buttons by what came of them."""
        decision = await self._desk.decision(who(body).workspace, decision_of(pressed(body)))
        if decision is None:
            return
        dismissed = pressed(body).get("action_id") == Action.DISMISS
        message = notices.left_as_it_is(decision) if dismissed else notices.on_its_way(decision)
        await replace_message(body["response_url"], message)


def register(app: AsyncApp, desk: Desk, errands: Errands) -> None:
    """Attach the listeners of buttons."""
    buttons = Buttons(desk, errands)
    app.action(re.compile(f"^{Action.START}:"))(buttons.start)
    app.action(Action.RESUME)(buttons.resume)
    app.action(Action.DISCARD)(buttons.discard)
    retry = re.compile(f"^({Action.RETRY_POST}|{Action.POST_ELSEWHERE})$")
    app.action(retry)(buttons.redirect)
    settle = re.compile(f"^({Action.RESEND}|{Action.DISMISS})$")
    app.action(settle)(buttons.settle)
