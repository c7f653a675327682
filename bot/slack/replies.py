"""Ephemeral replies: in the ack, through the `response_url`, or else by direct message.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from slack_bolt.async_app import AsyncAck
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.decisions.model import Decision
from bot.services.services import Services
from bot.slack.views.notices import answer_not_shown, cannot_decide
from bot.slackkit.api_errors import SLACK_SECONDS, UNREACHABLE
from bot.slackkit.message import Message, sentence
from bot.slackkit.metadata import response_url_of, thread_of
from bot.slackkit.origin import with_origin
from bot.slackkit.payloads import Payload, sender


class EphemeralReplies:
    """Replies where a person acted; by direct message if Slack rejects that."""

    def __init__(self, services: Services) -> None:
        """Reply after acks; `services` sends the direct messages."""
        self._services = services

    async def show(self, body: Payload, message: Message) -> bool:
        """Show a message to the sender of a payload.

        Returns:
            False if Slack rejected it; the sender gets a direct message that says so.
        """
        return await self._show(body, message, replace=False)

    async def replace(self, body: Payload, message: Message) -> bool:
        """Replace the message that the sender acted on.

        Returns:
            False if Slack rejected it; the sender gets a direct message that says so.
        """
        return await self._show(body, message, replace=True)

    async def say(self, body: Payload, text: str, *, replace: bool = False) -> None:
        """Show one paragraph to the sender of a payload, or send it by direct message.

        Args:
            body: the payload.
            text: the paragraph, in Slack's markup.
            replace: whether it replaces the message that the sender acted on.
        """
        if not await _send(body, sentence(text), replace=replace):
            await self._services.notify(sender(body), text)

    async def warn_of_outsiders(self, body: Payload, decision: Decision) -> None:
        """Warn the driver of deciders from another company, who cannot decide here.

        A submitted modal does not say which company its users belong to, and looking that up takes
        too long before an ack.
        """
        if sender(body).user != decision.driver:
            return
        others = [user for user in decision.deciders if user != decision.driver]
        found = await self._services.people.outsiders(decision.workspace, others)
        if found:
            await self.say(body, cannot_decide(found, decision.number))

    async def _show(self, body: Payload, message: Message, *, replace: bool) -> bool:
        shown = await _send(body, message, replace=replace)
        if not shown:
            missed = response_url_of(body) is not None
            text = answer_not_shown(message) if missed else message.text
            await self._services.notify(sender(body), text)
        return shown


async def ack_with(ack: AsyncAck, message: Message) -> None:
    """Ack a command with an ephemeral message."""
    await ack(text=message.text, blocks=message.blocks)


async def respond_privately(body: Payload, message: Message) -> bool:
    """Show a message to the sender of a payload, without a direct message in its stead.

    Returns:
        False if Slack rejected it.
    """
    return await _send(body, message, replace=False)


async def remove_message(body: Payload) -> None:
    """Remove the private message whose button was pressed, if it was one.

    An unreachable Slack is ignored: the message stays, and its buttons work again.
    """
    response_url, container = response_url_of(body), body.get("container")
    if response_url is None or not (container or {}).get("is_ephemeral"):
        return
    client = AsyncWebhookClient(response_url, timeout=SLACK_SECONDS, retry_handlers=[])
    try:
        await client.send(delete_original=True)
    except UNREACHABLE:
        return


async def _send(body: Payload, message: Message, *, replace: bool) -> bool:
    """Post through the `response_url`, in the thread in which the person acted."""
    response_url = response_url_of(body)
    if response_url is None:
        return False
    thread = None if replace else thread_of(body)
    message = with_origin(message, sender(body).workspace)
    client = AsyncWebhookClient(response_url, timeout=SLACK_SECONDS, retry_handlers=[])
    response = {
        "text": message.text,
        "blocks": message.blocks,
        "response_type": "ephemeral",
        "replace_original": replace,
        **({"thread_ts": thread} if thread and not replace else {}),
    }
    try:
        answer = await client.send_dict(response)
    except UNREACHABLE:
        return False
    return answer.status_code == 200
