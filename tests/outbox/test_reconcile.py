"""Reconciliation: look up in Slack whether a post with an unknown outcome arrived."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.outbox.model import announcement_key
from bot.outbox.reconcile import CLOCK_TOLERANCE
from tests.outbox.histories import message, page
from tests.services.harness import ADA, BEN, PRIVATE
from tests.slack.tiny_slack import WITHIN, WorkerHarness


async def broken_off(env: WorkerHarness, fault: str = "drop_after") -> str:
    """Post a decision whose announcement loses its connection; wait until it can be looked up."""
    env.slack.script = [fault]
    decision = await env.harness.post_decision()
    await env.rest()
    await env.advance(seconds=59)
    assert env.slack.looked_up == []
    await env.advance(seconds=2)
    return announcement_key(decision)


@pytest.mark.parametrize("fault", ["drop_after", "504", "fatal_error"])
async def test_what_is_there_is_not_posted_again(env: WorkerHarness, fault: str) -> None:
    """A message found by its key is stored as sent, and its replies follow."""
    env.slack.history = [page(message("another"), message("T1/1/announcement"))]
    key = await broken_off(env, fault)
    await env.advance(seconds=1)
    assert key == "T1/1/announcement"
    row, *_ = await env.harness.rows("deliveries")
    assert (row["state"], row["sent_channel"], row["ts"]) == ("sent", "C1", "7.0")
    assert env.slack.kept[-1]["thread_ts"] == "7.0"
    assert await env.states() == {"announcement": "sent", "recommendation": "sent"}


async def test_the_quarantine_begins_when_the_connection_breaks(env: WorkerHarness) -> None:
    """The waiting time counts from the break of the connection, not from the start of the post."""
    env.slack.gate.clear()
    env.slack.script = ["drop_after"]
    env.slack.history = [page(message("T1/1/announcement"))]
    await env.harness.post_decision()
    env.wake.set()
    async with asyncio.timeout(WITHIN):
        await env.slack.asked.wait()
    env.harness.clock.advance(timedelta(seconds=90))
    env.slack.gate.set()
    await env.rest()
    await env.advance(seconds=59)
    assert env.slack.looked_up == []
    await env.advance(seconds=2)
    assert len(env.slack.looked_up) == 1


async def test_what_is_surely_not_there_is_posted(env: WorkerHarness) -> None:
    """If the whole history does not contain the key, the message is posted."""
    env.slack.history = [page(message("another"), cursor="more"), page()]
    await broken_off(env, "drop_before")
    await env.advance(seconds=1)
    await env.advance(seconds=1)
    assert [each["channel"] for each in env.slack.kept] == ["C1", "C1"]
    assert [each.get("cursor") for each in env.slack.looked_up] == [None, "more"]


async def test_the_look_is_from_a_little_before_the_post(env: WorkerHarness) -> None:
    """The request asks for metadata, from shortly before the start of the post."""
    began = env.harness.clock.now()
    env.slack.history = [page()]
    await broken_off(env)
    asked, *_ = env.slack.looked_up
    assert asked["method"] == "conversations.history"
    assert asked["channel"] == "C1"
    assert asked["include_all_metadata"] in {"1", "true", "True"}
    assert float(asked["oldest"]) == pytest.approx((began - CLOCK_TOLERANCE).timestamp())


async def test_a_reply_is_looked_for_in_its_thread(env: WorkerHarness) -> None:
    """The recommendation is looked up in the thread of its announcement."""
    env.slack.script = ["ok", "drop_after"]
    env.slack.history = [page(message("T1/1/recommendation"))]
    await env.harness.post_decision()
    await env.advance(seconds=1)
    await env.advance(seconds=61)
    (asked,) = env.slack.looked_up
    assert (asked["method"], asked["ts"]) == ("conversations.replies", "1.0")
    assert await env.states() == {"announcement": "sent", "recommendation": "sent"}
    assert len(env.slack.kept) == 2


@pytest.mark.parametrize(
    "doubt",
    [
        {"error": "missing_scope"},
        {"error": "not_in_channel"},
        {"error": "channel_not_found"},
        {"error": "is_archived"},
        {"messages": [], "has_more": True},
    ],
)
async def test_any_doubt_is_left_to_the_driver(env: WorkerHarness, doubt: dict[str, Any]) -> None:
    """If the history cannot be read completely, nothing is posted and the driver is asked."""
    env.slack.history = [doubt]
    await broken_off(env)
    await env.advance(hours=1)
    assert (await env.states())["announcement"] == "unknown"
    assert [each["channel"] for each in env.slack.kept] == ["C1", "U1"]


async def test_a_history_without_end_is_a_doubt(env: WorkerHarness) -> None:
    """After ten pages the look-up ends, and the driver is asked."""
    env.slack.history = [page(cursor=str(number)) for number in range(20)]
    await broken_off(env)
    await env.rest()
    assert len(env.slack.looked_up) == 10
    assert (await env.states())["announcement"] == "unknown"


@pytest.mark.parametrize("trouble", ["ratelimited", "internal_error", "token_revoked"])
async def test_a_slack_that_cannot_be_asked_is_asked_again(
    env: WorkerHarness, trouble: str
) -> None:
    """A failed look-up is retried; meanwhile nothing is posted and nobody is asked."""
    env.slack.history = [{"error": trouble}, page(message("T1/1/announcement"))]
    await broken_off(env)
    assert (await env.states())["announcement"] == "sending"
    await env.advance(minutes=2)
    assert (await env.states())["announcement"] == "sent"


async def test_a_look_goes_on_where_slack_held_it_up(env: WorkerHarness) -> None:
    """A look-up that is rate-limited on its second page continues from there."""
    env.slack.history = [
        page(cursor="second"),
        {"error": "ratelimited"},
        page(cursor="third"),
        {"error": "ratelimited"},
        page(message("T1/1/announcement")),
    ]
    await broken_off(env)
    for _ in range(2):
        await env.advance(minutes=2)
    assert (await env.states())["announcement"] == "sent"
    asked = [each.get("cursor") for each in env.slack.looked_up]
    assert asked == [None, "second", "second", "third", "third"]


async def test_a_look_that_slack_never_answers_is_left_to_the_driver(
    env: WorkerHarness,
) -> None:
    """After a day of failed look-ups the driver is asked."""
    env.slack.history = [{"error": "ratelimited"}] * 3
    await broken_off(env)
    await env.advance(hours=23)
    assert (await env.states())["announcement"] == "sending"
    await env.advance(hours=2)
    await env.advance(seconds=2)
    assert (await env.states())["announcement"] == "unknown"


@pytest.mark.parametrize("fault", ["kept 500", "kept 502", "kept internal_error"])
async def test_an_internal_error_is_reconciled(env: WorkerHarness, fault: str) -> None:
    """After an internal error of Slack the message is looked up, and not reposted if it exists."""
    env.slack.history = [page(message("T1/1/announcement"))]
    await broken_off(env, fault)
    await env.advance(seconds=2)
    assert [each.get("thread_ts") for each in env.slack.kept] == [None, "7.0"]


async def test_an_internal_error_without_a_post_is_retried(
    env: WorkerHarness,
) -> None:
    """After an internal error, a message that is not found is retried."""
    env.slack.history = [page()]
    await broken_off(env, "500")
    for _ in range(3):
        await env.advance(seconds=2)
    assert await env.states() == {"announcement": "sent", "recommendation": "sent"}
    assert len(env.slack.kept) == 2


@pytest.mark.parametrize("fault", ["kept 500", "kept 502", "kept internal_error", "500"])
async def test_an_internal_error_without_a_look_up_asks_the_driver(
    env: WorkerHarness, fault: str
) -> None:
    """Without the scope to look up, nothing is reposted before the driver confirms it."""
    key = await broken_off(env, fault)
    await env.advance(hours=1)
    there = fault.startswith("kept")
    assert [each["channel"] for each in env.slack.kept] == ["C1", "U1"] if there else ["U1"]
    assert "Slack didn't answer while I was posting decision #1" in env.slack.kept[-1]["text"]
    await env.harness.services.delivery_issues.settle(ADA, key, resend=not there)
    for _ in range(3):
        await env.advance(seconds=2)
    assert [each["channel"] for each in env.slack.kept].count("C1") == 2


async def test_a_day_of_internal_errors_gives_up_the_message(env: WorkerHarness) -> None:
    """A message not found is retried for a day of internal errors; then there is an alert."""
    env.slack.script = ["500"] * 9
    env.slack.history = [page()] * 9
    await env.harness.post_decision()
    await env.rest()
    for _ in range(3):
        await env.advance(hours=13)
        await env.advance(seconds=1)
    env.slack.script = []
    await env.advance(seconds=5)
    assert (await env.states())["announcement"] == "failed"
    (told,) = [each["text"] for each in env.slack.kept]
    assert "Slack kept failing, so I stopped trying." in told


async def test_a_forged_key_is_not_taken(env: WorkerHarness) -> None:
    """A message with the key under another event type belongs to another app."""
    env.slack.history = [page(message("T1/1/announcement", event="something_else"))]
    await broken_off(env, "drop_before")
    assert [each["channel"] for each in env.slack.kept] == ["C1"]


async def test_others_go_on_meanwhile(env: WorkerHarness) -> None:
    """While one post waits for its look-up, other posts are sent, also to the same channel."""
    env.slack.script = ["drop_after"]
    await env.harness.post_decision()
    await env.rest()
    await env.harness.post_decision(BEN, PRIVATE)
    await env.rest()
    assert [each["channel"] for each in env.slack.kept] == ["C1", "G1"]
    await env.harness.post_decision(BEN)
    await env.advance(seconds=10)
    await env.advance(seconds=1)
    assert [each["channel"] for each in env.slack.kept].count("C1") > 1
    assert env.slack.looked_up == []
