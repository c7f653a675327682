"""Send files to a person by direct message.

`files_upload_v2` needs the id of a conversation, and the app has no scope to open one
(https://docs.slack.dev/messaging/working-with-files). The answer to a direct message has the id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slackkit.api_errors import UNREACHABLE, api_error_of, call_slack, place_of_post

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file, the message that accompanies it, and further files by name."""

    name: str
    content: str
    words: str
    beside: Mapping[str, str] = field(default_factory=dict)


async def send_file(client: AsyncWebClient, user: str, file: TextFile) -> None:
    """Send a file to a user, given by id; if that fails, remove the message that announces it.

    Raises:
        SlackApiError: Slack refused it.
        SlackClientError, OSError, TimeoutError: Slack could not be reached.
    """
    answer = await call_slack(client.chat_postMessage(channel=user, text=file.words))
    channel, ts = place_of_post(answer)
    files = {file.name: file.content, **file.beside}
    uploads = [
        {"filename": name, "title": name, "content": content.encode()}
        for name, content in files.items()
    ]
    try:
        await client.files_upload_v2(channel=channel, file_uploads=uploads)
    except UNREACHABLE as error:
        named = api_error_of(error).error if isinstance(error, SlackApiError) else ""
        logger.warning("a file was not sent", reason=named or type(error).__name__)
        await _remove(client, channel, ts)
        raise


async def _remove(client: AsyncWebClient, channel: str, ts: str) -> None:
    try:
        await client.chat_delete(channel=channel, ts=ts)
    except UNREACHABLE as error:
        logger.warning("a message without its file was not removed", reason=type(error).__name__)
