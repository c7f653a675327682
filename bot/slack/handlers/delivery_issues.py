"""The buttons of alerts about messages that could not be delivered."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.services.services import Services
from bot.slackkit.ids import Action
from bot.slackkit.payloads import action_of, chosen_channel, delivery_of, sender


class DeliveryIssueHandlers:
    """Lets the owner of a message resend or dismiss it; the worker updates the alert."""

    def __init__(self, services: Services) -> None:
        """Handle alerts."""
        self._services = services

    async def retry(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Send a failed message again, to the same channel or the one chosen."""
        action = action_of(body)
        key, place = delivery_of(action), chosen_channel(action)
        await self._services.delivery_issues.send_again(sender(body), key, place)
        await ack()

    async def settle(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Resend or dismiss a message that may have arrived or not."""
        action = action_of(body)
        key, resend = delivery_of(action), action.get("action_id") == Action.RESEND
        await self._services.delivery_issues.settle(sender(body), key, resend=resend)
        await ack()


def register(app: AsyncApp, services: Services) -> None:
    """Attach the handlers."""
    issues = DeliveryIssueHandlers(services)
    app.action(re.compile(f"^({Action.RETRY_POST}|{Action.POST_ELSEWHERE})$"))(issues.retry)
    app.action(re.compile(f"^({Action.RESEND}|{Action.DISMISS})$"))(issues.settle)
