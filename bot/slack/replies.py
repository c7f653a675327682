"""Private answers after an ack: through the `response_url`, else by direct message."""

from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.services.services import Services
from bot.slack.views.notices import answer_not_shown
from bot.slackkit.api_errors import SLACK_SECONDS, UNREACHABLE
from bot.slackkit.message import Message, sentence
from bot.slackkit.metadata import response_url_of
from bot.slackkit.payloads import Payload, sender


class EphemeralReplies:
    """Answers whoever acted, where they acted; by direct message where Slack refuses that."""

    def __init__(self, services: Services) -> None:
        """Make the answers; `services` sends the direct messages."""
        self._services = services

    async def show(self, body: Payload, message: Message) -> bool:
        """Show a message to the sender of a payload, or else tell them what it was about.

        Returns:
            Whether it could be shown.
        """
        return await self._show(body, message, replace=False)

    async def replace(self, body: Payload, message: Message) -> bool:
        """Put a message in the place of the one acted on, or else tell what it was about.

        Returns:
            Whether it could be shown.
        """
        return await self._show(body, message, replace=True)

    async def say(self, body: Payload, text: str, *, replace: bool = False) -> None:
        """Say a sentence to the sender of a payload; its direct message is the same sentence.

        Args:
            body: the payload.
            text: the sentence, in Slack's markup.
            replace: whether it takes the place of the message acted on.
        """
        if not await _send(response_url_of(body), sentence(text), replace=replace):
            await self._services.tell(sender(body), text)

    async def _show(self, body: Payload, message: Message, *, replace: bool) -> bool:
        shown = await _send(response_url_of(body), message, replace=replace)
        if not shown:
            await self._services.tell(sender(body), answer_not_shown(message))
        return shown


async def respond_privately(body: Payload, message: Message) -> bool:
    """Show a message to the sender of a payload; return whether Slack took it.

    For those who have more to say by direct message, or nobody to say it to.
    """
    return await _send(response_url_of(body), message, replace=False)


async def _send(response_url: str | None, message: Message, *, replace: bool) -> bool:
    if response_url is None:
        return False
    client = AsyncWebhookClient(response_url, timeout=SLACK_SECONDS, retry_handlers=[])
    try:
        answer = await client.send(
            text=message.text,
            blocks=message.blocks,
            response_type="ephemeral",
            replace_original=replace,
        )
    except UNREACHABLE:
        return False
    return answer.status_code == 200
