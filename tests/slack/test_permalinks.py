"""Links to announcements: told where Slack tells them in time, left out where it does not."""

import asyncio
from typing import Any, cast

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.access import MessageRef
from bot.slackkit.permalinks import Permalinks

HERE, THERE = MessageRef("C1", "1.0"), MessageRef("C2", "2.0")


class _Slack:
    """A Web API that knows some links; a link of None never comes."""

    def __init__(self, links: dict[str, Any]) -> None:
        self.links = links
        self.asked: list[str] = []

    async def chat_getPermalink(self, channel: str, message_ts: str) -> dict[str, Any]:  # noqa: N802 (Slack's name)
        """Answer as Slack does, or not at all."""
        self.asked.append(channel)
        found = self.links[channel]
        if found is None:
            await asyncio.Event().wait()
        if isinstance(found, Exception):
            raise found
        return {"ok": True, "channel": channel, "permalink": found, "ts": message_ts}


def _client(slack: _Slack) -> AsyncWebClient:
    return cast("AsyncWebClient", slack)


async def test_links_are_asked_for_once() -> None:
    """A link that was told is kept: a message never moves."""
    slack, links = _Slack({"C1": "https://x.slack.com/a"}), Permalinks()
    assert await links.of(_client(slack), {HERE}) == {HERE: "https://x.slack.com/a"}
    assert await links.of(_client(slack), {HERE}) == {HERE: "https://x.slack.com/a"}
    assert slack.asked == ["C1"]


@pytest.mark.parametrize(
    "answer",
    [TimeoutError(), OSError("away"), None, 7, "javascript:alert(1)", "https://x|<!channel>"],
)
async def test_a_link_that_fails_is_left_out(answer: object) -> None:
    """Slack away, silent, or saying something odd costs that link, and nothing else."""
    slack = _Slack({"C1": answer, "C2": "https://x.slack.com/b"})
    links = Permalinks(longest=0.05)
    assert await links.of(_client(slack), [HERE, THERE]) == {THERE: "https://x.slack.com/b"}


async def test_nothing_is_asked_for_nothing() -> None:
    """Without announcements, Slack is left alone."""
    slack = _Slack({})
    assert await Permalinks().of(_client(slack), ()) == {}
    assert slack.asked == []
