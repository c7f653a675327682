"""Buttons in messages and in App Home."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.slack.ids import Action
from bot.slack.listeners.opening import open_modal
from bot.slack.payloads import chosen_channel, decision_of, pressed, who
from bot.slack.responses import replace_message
from bot.slack.views import notices


class Buttons:
    """Starts and resumes questionnaires; gets a decision posted after all."""

    def __init__(self, desk: Desk) -> None:
        """Make the listeners of buttons."""
        self._desk = desk

    async def ack(self, ack: AsyncAck) -> None:
        """Ack."""
        await ack()

    async def start(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open a new questionnaire that belongs to no conversation yet."""
        playbook = str(pressed(body).get("value"))
        page = await self._desk.drafting.start(who(body), None, playbook_id=playbook)
        await open_modal(self._desk, client, body, page)

    async def resume(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open a draft where it was left."""
        page = await self._desk.drafting.resume(who(body), str(pressed(body).get("value")))
        await open_modal(self._desk, client, body, page)

    async def redirect(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Post a decision again, here or in the channel chosen."""
        action = pressed(body)
        await self._desk.redirect(who(body), decision_of(action), chosen_channel(action))
        await ack()

    async def resend(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Send a message again of which nobody knows whether it arrived, or leave it."""
        action = pressed(body)
        resend = action.get("action_id") == Action.RESEND
        key = str(action.get("value"))
        await self._desk.settle(who(body), decision_of(action), key, resend=resend)
        await ack()

    async def confirm(self, body: dict[str, Any]) -> None:
        """Replace a notice's buttons by what came of them."""
        decision = await self._desk.decision(who(body).workspace, decision_of(pressed(body)))
        if decision is None:
            return
        dismissed = pressed(body).get("action_id") == Action.DISMISS
        message = notices.left_as_it_is(decision) if dismissed else notices.on_its_way(decision)
        await replace_message(body["response_url"], message)


def register(app: AsyncApp, desk: Desk) -> None:
    """Attach the listeners of buttons."""
    buttons = Buttons(desk)
    app.action(re.compile(f"^{Action.START}:"))(ack=buttons.ack, lazy=[buttons.start])
    app.action(Action.RESUME)(ack=buttons.ack, lazy=[buttons.resume])
    retry = re.compile(f"^({Action.RETRY_POST}|{Action.POST_ELSEWHERE})$")
    app.action(retry)(ack=buttons.redirect, lazy=[buttons.confirm])
    settle = re.compile(f"^({Action.RESEND}|{Action.DISMISS})$")
    app.action(settle)(ack=buttons.resend, lazy=[buttons.confirm])
