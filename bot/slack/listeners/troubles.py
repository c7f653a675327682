"""Buttons in the notices about messages in trouble."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.decisions.desk import Desk
from bot.slack.ids import Action
from bot.slack.payloads import who
from bot.slack.presses import chosen_channel, delivery_of, pressed


class TroubleButtons:
    """Gets a message delivered after all; the notice is redrawn as that goes on."""

    def __init__(self, desk: Desk) -> None:
        """Make the listeners."""
        self._desk = desk

    async def send_again(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Send again what could not be delivered, here or in the channel chosen."""
        action = pressed(body)
        key, place = delivery_of(action), chosen_channel(action)
        await self._desk.troubles.send_again(who(body), key, place)
        await ack()

    async def settle(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Send a message again of which nobody knows whether it arrived, or leave it."""
        action = pressed(body)
        resend = action.get("action_id") == Action.RESEND
        await self._desk.troubles.settle(who(body), delivery_of(action), resend=resend)
        await ack()


def register(app: AsyncApp, desk: Desk) -> None:
    """Attach the listeners of buttons about messages in trouble."""
    buttons = TroubleButtons(desk)
    again = re.compile(f"^({Action.RETRY_POST}|{Action.POST_ELSEWHERE})$")
    app.action(again)(buttons.send_again)
    settle = re.compile(f"^({Action.RESEND}|{Action.DISMISS})$")
    app.action(settle)(buttons.settle)
