"""Answers through a `response_url`: private ones, to the person who acted."""

from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.refusals import SLACK_SECONDS, UNREACHABLE
from bot.slack.views.message import Message


async def respond_privately(response_url: str, message: Message) -> bool:
    """Show a message to the person who acted; return whether Slack took it."""
    return await _send(response_url, message, replace=False)


async def replace_message(response_url: str, message: Message) -> bool:
    """Put a message in the place of the one acted on; return whether Slack took it."""
    return await _send(response_url, message, replace=True)


async def _send(response_url: str, message: Message, *, replace: bool) -> bool:
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
