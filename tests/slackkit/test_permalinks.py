"""Permalinks are fetched in time and cached, or left out."""

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


async def test_links_are_fetched_once() -> None:
    """A fetched permalink is cached: a message's permalink never changes."""
    slack, links = _Slack({"C1": "https://x.slack.com/a"}), Permalinks()
    assert await links.of(_client(slack), {HERE}) == {HERE: "https://x.slack.com/a"}
    assert await links.of(_client(slack), {HERE}) == {HERE: "https://x.slack.com/a"}
    assert slack.asked == ["C1"]


@pytest.mark.parametrize(
    "answer",
    [TimeoutError(), OSError("away"), None, 7, "javascript:alert(1)", "https://x|<!channel>"],
)
async def test_a_link_that_fails_is_left_out(answer: object) -> None:
    """An unavailable or silent Slack, or an odd answer, costs that link only."""
    slack = _Slack({"C1": answer, "C2": "https://x.slack.com/b"})
    links = Permalinks(longest=0.05)
    assert await links.of(_client(slack), [HERE, THERE]) == {THERE: "https://x.slack.com/b"}


async def test_without_announcements_nothing_is_fetched() -> None:
    """Without announcements Slack is not called."""
    slack = _Slack({})
    assert await Permalinks().of(_client(slack), ()) == {}
    assert slack.asked == []
