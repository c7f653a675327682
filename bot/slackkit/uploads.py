"""Send files to a person by direct message.

`files_upload_v2` needs the id of a conversation, and the app has no scope to open one
(https://docs.slack.dev/messaging/working-with-files). The answer to a direct message has the id.
"""

from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file, and the message that accompanies it."""

    name: str
    content: str
    words: str


async def send_file(client: AsyncWebClient, user: str, file: TextFile) -> None:
    """Send a file to a user, given by id.

    Raises:
        SlackApiError: Slack refused it.
        SlackClientError, OSError, TimeoutError: Slack could not be reached.
    """
    posted = await client.chat_postMessage(channel=user, text=file.words)
    await client.files_upload_v2(
        channel=posted["channel"],
        filename=file.name,
        title=file.name,
        content=file.content.encode(),
    )
