"""Permalinks are computed, or fetched in time and cached, or left out."""

import asyncio
from typing import Any, cast

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.access import MessageRef
from bot.outbox.permalinks import KNOWN_FOR, Permalinks
from tests.services.harness import ServiceHarness

HERE, THERE = MessageRef("C1", "1.0"), MessageRef("C2", "2.0")
LINK = "https://x.slack.com/archives/C1/p10"


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


@pytest.fixture
async def links(harness: ServiceHarness) -> Permalinks:
    """Permalinks of a database that knows no address yet."""
    return Permalinks(harness.database, harness.clock, longest=0.5)


async def test_links_of_another_form_are_fetched_once(links: Permalinks) -> None:
    """A permalink of another form than documented is cached, and tells no others."""
    slack = _Slack({"C1": "https://x.slack.com/a", "C2": "https://x.slack.com/b"})
    for _ in range(2):
        assert await links.of(_client(slack), "T1", {HERE}) == {HERE: "https://x.slack.com/a"}
    assert await links.of(_client(slack), "T1", {THERE}) == {THERE: "https://x.slack.com/b"}
    assert slack.asked == ["C1", "C2"]


async def test_one_answer_tells_the_links_of_a_workspace(
    links: Permalinks, harness: ServiceHarness
) -> None:
    """After one answer of the documented form Slack is not asked again, not after a restart."""
    slack = _Slack({"C1": "https://x.slack.com/archives/C1/p10", "C2": None})
    assert await links.of(_client(slack), "T1", [HERE]) == {HERE: LINK}
    for each in (links, Permalinks(harness.database, harness.clock)):
        found = await each.of(_client(slack), "T1", [HERE, THERE])
        assert found == {HERE: LINK, THERE: "https://x.slack.com/archives/C2/p20"}
    assert slack.asked == ["C1"]
    await links.of(_client(slack), "T2", [HERE])
    harness.clock.advance(KNOWN_FOR)
    slack.asked.clear()
    await Permalinks(harness.database, harness.clock).of(_client(slack), "T1", [HERE])
    assert slack.asked == ["C1"]


@pytest.mark.parametrize(
    "answer",
    [
        *("https://x.slack.com/archives/C9/p10", "https://x.slack.com/archives/C1/p10?a=b"),
        *("https://x.slack.com/team/archives/C1/p10", "https:///archives/C1/p10"),
    ],
)
async def test_no_link_is_computed_from_an_odd_answer(links: Permalinks, answer: str) -> None:
    """Only an answer that is an address and the documented path tells other links."""
    slack = _Slack({"C1": answer, "C2": TimeoutError()})
    await links.of(_client(slack), "T1", [HERE])
    assert await links.of(_client(slack), "T1", [THERE]) == {}
    assert slack.asked == ["C1", "C2"]


@pytest.mark.parametrize(
    "answer",
    [TimeoutError(), OSError("away"), None, 7, "javascript:alert(1)", "https://x|<!channel>"],
)
async def test_a_link_that_fails_is_left_out(links: Permalinks, answer: object) -> None:
    """An unavailable or silent Slack, or an odd answer, costs that link only."""
    slack = _Slack({"C1": answer, "C2": "https://x.slack.com/b"})
    found = await links.of(_client(slack), "T1", [HERE, THERE])
    assert found == {THERE: "https://x.slack.com/b"}


async def test_without_announcements_nothing_is_fetched(links: Permalinks) -> None:
    """Without announcements Slack is not called."""
    slack = _Slack({})
    assert await links.of(_client(slack), "T1", ()) == {}
    assert slack.asked == []
