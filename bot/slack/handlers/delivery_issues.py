"""Buttons in the notices about messages in trouble."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.services.services import Services
from bot.slackkit.ids import Action
from bot.slackkit.payloads import action_of, chosen_channel, delivery_of, sender


class DeliveryIssueHandlers:
    """Gets a message delivered after all; the notice is redrawn as that goes on."""

    def __init__(self, services: Services) -> None:
        """Make the listeners."""
        self._services = services

    async def send_again(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Send again what could not be delivered, here or in the channel chosen."""
        action = action_of(body)
        key, place = delivery_of(action), chosen_channel(action)
        await self._services.delivery_issues.send_again(sender(body), key, place)
        await ack()

    async def settle(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Send a message again of which nobody knows whether it arrived, or leave it."""
        action = action_of(body)
        resend = action.get("action_id") == Action.RESEND
        await self._services.delivery_issues.settle(
            sender(body), delivery_of(action), resend=resend
        )
        await ack()


def register(app: AsyncApp, services: Services) -> None:
    """Attach the listeners of buttons about messages in trouble."""
    buttons = DeliveryIssueHandlers(services)
    again = re.compile(f"^({Action.RETRY_POST}|{Action.POST_ELSEWHERE})$")
    app.action(again)(buttons.send_again)
    settle = re.compile(f"^({Action.RESEND}|{Action.DISMISS})$")
    app.action(settle)(buttons.settle)
