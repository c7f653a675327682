"""Send files to a person by direct message.

`files_upload_v2` needs the id of a conversation, and the app has no scope to open one
(https://docs.slack.dev/messaging/working-with-files). The answer to a direct message has the id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file, the message that accompanies it, and further files by name."""

    name: str
    content: str
    words: str
    beside: Mapping[str, str] = field(default_factory=dict)


async def send_file(client: AsyncWebClient, user: str, file: TextFile) -> None:
    """Send a file to a user, given by id.

    Raises:
        SlackApiError: Slack refused it.
        SlackClientError, OSError, TimeoutError: Slack could not be reached.
    """
    posted = await client.chat_postMessage(channel=user, text=file.words)
    files = {file.name: file.content, **file.beside}
    await client.files_upload_v2(
        channel=posted["channel"],
        file_uploads=[
            {"filename": name, "title": name, "content": content.encode()}
            for name, content in files.items()
        ],
    )
