"""Files sent to a person: with their words, or not at all."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.playground import Playground, serving
from bot.slackkit.uploads import TextFile, send_file

ADA = "U0ADA"


async def test_a_refused_file_leaves_no_words_behind() -> None:
    """If Slack refuses the file, its message is removed, and the log has the reason."""
    playground = Playground()
    async with serving(playground):
        client = AsyncWebClient(
            playground.bot_token, base_url=playground.api_url, retry_handlers=[]
        )
        playground.faults.add("refused", "files.*", error="file_uploads_disabled")
        with pytest.raises(SlackApiError), capture_logs() as lines:
            await send_file(client, ADA, TextFile("a.csv", "1", "Your decisions."))
        methods = [call.method for call in playground.calls]
    assert methods[0] == "chat.postMessage"
    assert methods[-1] == "chat.delete"
    assert [line["reason"] for line in lines] == ["file_uploads_disabled"]
    assert playground.violations == []
