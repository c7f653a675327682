"""Files for one person, in their direct messages with the app.

A file can be shared only in a conversation whose id is known, and the scopes granted don't open
one: https://docs.slack.dev/messaging/working-with-files. A message to the person does, and its
answer names the conversation.
"""

from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file to send: its name, its content, and the words that come with it."""

    name: str
    content: str
    words: str


async def send_file(client: AsyncWebClient, user: str, file: TextFile) -> None:
    """Send a file to a person.

    Raises:
        SlackApiError: Slack refuses it.
        SlackClientError, OSError, TimeoutError: Slack cannot be reached.
    """
    posted = await client.chat_postMessage(channel=user, text=file.words)
    await client.files_upload_v2(
        channel=posted["channel"],
        filename=file.name,
        title=file.name,
        content=file.content.encode(),
    )
