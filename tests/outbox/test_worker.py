"""The delivery worker under all kinds of responses from Slack."""

import asyncio
import json
import sqlite3
from datetime import timedelta
from typing import Any

import pytest

from bot.decisions.events import Event, Withdrawn
from bot.decisions.model import Decision
from bot.outbox.model import Attempt, ThreadNote, announcement_key, thread_reply
from bot.outbox.policy import back_off
from bot.outbox.reconcile import METADATA_EVENT
from bot.storage.connection import Location
from tests.services.harness import ADA, BEN
from tests.slack.tiny_slack import WITHIN, WorkerHarness, running_worker


async def posted(env: WorkerHarness) -> None:
    """Post a decision, and wait until it and its thread are sent."""
    await env.rest()
    await env.advance(seconds=1)


async def test_a_decision_is_announced_and_explained_in_its_thread(env: WorkerHarness) -> None:
    """The announcement is posted first, and the recommendation a second later in its thread."""
    decision = await env.harness.post_decision()
    await env.rest()
    assert len(env.slack.kept) == 1
    await env.advance(seconds=1)
    announcement, recommendation = env.slack.kept
    assert announcement["channel"] == recommendation["channel"] == "C1"
    assert "thread_ts" not in announcement
    assert recommendation["thread_ts"] == "1.0"
    assert announcement["metadata"] == {
        "event_type": METADATA_EVENT,
        "event_payload": {"key": announcement_key(decision)},
    }
    assert announcement["text"].startswith("Decision #1: Answers.")
    assert await env.states() == {"announcement": "sent", "recommendation": "sent"}


async def test_a_refused_container_is_posted_in_plain_form(env: WorkerHarness) -> None:
    """Where Slack refuses the folds of a recommendation, it is posted once, without them."""
    env.slack.script = ["ok", "invalid_blocks", "ok"]
    await env.harness.post_decision()
    await posted(env)
    _, recommendation = env.slack.kept
    kinds = {block["type"] for block in _blocks(recommendation)}
    assert recommendation["thread_ts"] == "1.0"
    assert "rich_text" in kinds
    assert "container" not in kinds
    assert "Why" in str(_blocks(recommendation)[0])
    assert await env.states() == {"announcement": "sent", "recommendation": "sent"}


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    blocks = message["blocks"]
    return json.loads(blocks) if isinstance(blocks, str) else blocks


async def test_links_are_not_unfolded(env: WorkerHarness) -> None:
    """Links in a recommendation are not unfurled."""
    await env.harness.post_decision()
    await posted(env)
    assert {(each["unfurl_links"], each["unfurl_media"]) for each in env.slack.kept} == {
        (False, False)
    }


async def test_channels_keep_their_order(env: WorkerHarness) -> None:
    """Messages to one channel are posted in order, one a second."""
    for number in range(3):
        await env.harness.services.notify(ADA, f"{number}")
    await env.rest()
    arrived = [len(env.slack.kept)]
    for _ in range(2):
        await env.advance(seconds=1)
        arrived.append(len(env.slack.kept))
    assert arrived == [1, 2, 3]
    assert [each["text"] for each in env.slack.kept] == ["0", "1", "2"]


async def test_too_many_requests_wait_as_long_as_slack_says(env: WorkerHarness) -> None:
    """After a 429 nothing is sent before Retry-After has passed; then it is posted once."""
    env.slack.script = ["429 30"]
    await env.harness.post_decision()
    await env.rest()
    await env.advance(seconds=29)
    assert len(env.slack.arrived) == 1
    await env.advance(seconds=1)
    await env.advance(seconds=1)
    assert len(env.slack.kept) == 2
    assert await env.states() == {"announcement": "sent", "recommendation": "sent"}


@pytest.mark.parametrize(
    "trouble", ["503", "500", "internal_error", "ratelimited", "service_unavailable"]
)
async def test_direct_messages_are_retried_with_back_off(env: WorkerHarness, trouble: str) -> None:
    """A direct message is retried with growing waits until it is sent."""
    env.slack.script = [trouble] * 3
    await env.harness.services.notify(ADA, "Hello.")
    await env.rest()
    for attempts in range(1, 4):
        assert len(env.slack.arrived) == attempts
        await env.advance(minutes=5)
    assert [each["text"] for each in env.slack.kept] == ["Hello."]
    assert await env.states() == {"notice": "sent"}


@pytest.mark.parametrize("status", ["400", "403", "404", "407", "413"])
async def test_what_a_proxy_turns_away_is_not_lost(env: WorkerHarness, status: str) -> None:
    """A rejection by a proxy is retried until the decision is posted, once."""
    env.slack.script = [status] * 2
    await env.harness.post_decision()
    await env.rest()
    for _ in range(2):
        await env.advance(minutes=5)
    await env.advance(seconds=1)
    assert len(env.slack.kept) == 2
    assert await env.states() == {"announcement": "sent", "recommendation": "sent"}


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        *(
            ("429 5", "rate_limited"),
            ("503", "unavailable"),
            ("500", "unknown"),
            ("drop_after", "unknown"),
        ),
        ("kept 200", "unknown"),
        *(("is_archived", "blocked"), ("token_revoked", "blocked"), ("invalid_blocks", "rejected")),
    ],
)
async def test_each_try_is_counted_by_what_came_of_it(
    env: WorkerHarness, word: str, outcome: str
) -> None:
    """Each attempt is counted once by its outcome, failed or successful."""
    await env.harness.services.notify(BEN, "Hello.")
    await env.rest()
    env.slack.script = [word]
    await env.harness.post_decision()
    await env.rest()
    assert env.attempts[Attempt(outcome)] == 1
    assert env.attempts[Attempt.SENT] >= 1
    assert env.attempts.total() == len(env.slack.arrived)


async def test_an_unreachable_slack_is_waited_out(env: WorkerHarness) -> None:
    """A failed connection has posted nothing, and is retried."""
    url, env.url = env.url, "http://127.0.0.1:9/api/"
    await env.harness.services.notify(ADA, "Hello.")
    await env.rest()
    assert await env.states() == {"notice": "pending"}
    env.url = url
    await env.advance(minutes=5)
    assert [each["text"] for each in env.slack.kept] == ["Hello."]


@pytest.mark.parametrize(("trouble", "kept"), [("drop_before", 0), ("drop_after", 1), ("bare", 1)])
async def test_a_broken_connection_asks_the_driver(
    env: WorkerHarness, trouble: str, kept: int
) -> None:
    """A request whose connection broke is not repeated; the driver is asked to check.

    Nor is one whose answer does not say where the message is.
    """
    env.slack.script = [trouble]
    decision = await env.harness.post_decision()
    await env.rest()
    await env.advance(seconds=61)
    assert len([each for each in env.slack.kept if each["channel"] == "C1"]) == kept
    assert await env.states() == {
        "announcement": "unknown",
        "recommendation": "pending",
        "unconfirmed": "sent",
    }
    question = env.slack.kept[-1]
    assert question["channel"] == "U1"
    assert f"decision #{decision.number}" in question["text"]
    buttons = question["blocks"][-1]
    assert buttons["block_id"] == f"@T1|delivery:{announcement_key(decision)}"
    assert [each["action_id"] for each in buttons["elements"]] == ["resend", "dismiss"]


async def test_a_message_that_is_missing_is_sent_again(env: WorkerHarness) -> None:
    """If the driver says that a message is missing, it and its thread are posted."""
    env.slack.script = ["drop_before"]
    decision = await env.harness.post_decision()
    await env.rest()
    await env.advance(seconds=61)
    await env.harness.services.delivery_issues.settle(ADA, announcement_key(decision), resend=True)
    await posted(env)
    in_channel = [each for each in env.slack.kept if each["channel"] == "C1"]
    assert [each.get("thread_ts") for each in in_channel] == [None, "2.0"]


async def test_a_failed_alert_sends_no_alert(env: WorkerHarness) -> None:
    """An alert that cannot be delivered fails without another alert."""
    env.slack.script = ["is_archived", "user_not_found"]
    await env.harness.post_decision()
    await env.rest()
    await env.advance(days=1)
    assert (await env.states())["not_posted"] == "failed"
    assert len(env.slack.arrived) == 2


async def test_one_faulty_delivery_does_not_end_the_others(env: WorkerHarness) -> None:
    """A delivery that cannot be rendered fails after an hour; later ones are sent."""
    decision = await env.harness.post_decision(ADA)
    await posted(env)

    async def failing(workspace: str, number: int) -> Decision | None:
        raise KeyError(workspace, number)

    env.harness.services.decision = failing  # type: ignore[method-assign]  # a fault in rendering
    broken = ThreadNote(Event(Withdrawn(""), ADA.user, env.harness.clock.now()))
    await env.harness.enqueue(thread_reply(decision, broken, env.harness.clock.now()))
    await env.advance(seconds=1)
    await env.harness.services.notify(BEN, "Fine.")
    await env.rest()
    assert env.slack.kept[-1]["text"] == "Fine."
    assert await env.outbox.counts() == {"pending": 1, "sent": 3}
    for _ in range(2):
        await env.advance(hours=1)
    assert await env.outbox.counts() == {"failed": 1, "sent": 4}


async def test_an_unreadable_payload_fails_alone(env: WorkerHarness) -> None:
    """A row with an unreadable payload fails when it is claimed; later ones are sent."""
    await env.harness.services.notify(ADA, "Once fine.")
    await env.rest()
    await env.harness.database.write(
        lambda db: db.execute("update deliveries set payload = '{}', state = 'pending'")
    )
    await env.advance(seconds=1)
    await env.harness.services.notify(BEN, "Fine.")
    await env.rest()
    assert [each["text"] for each in env.slack.kept] == ["Once fine.", "Fine."]
    assert await env.outbox.counts() == {"failed": 1, "sent": 1}


async def test_a_log_that_cannot_be_read_loses_nothing(env: WorkerHarness) -> None:
    """A failed read of the database is repeated, and the delivery is sent."""
    decision = await env.harness.post_decision()
    await posted(env)
    services, failures = env.harness.services, [sqlite3.OperationalError("disk I/O error")] * 2
    read = services.decision

    async def failing(workspace: str, number: int) -> Decision | None:
        if failures:
            raise failures.pop()
        return await read(workspace, number)

    await services.decisions.accept(ADA, decision.number)
    services.decision = failing  # type: ignore[method-assign]  # the log's fault, at its edge
    for _ in range(4):
        await env.advance(minutes=1)
    assert failures == []
    assert set(await env.outbox.counts()) == {"sent"}


async def test_what_is_gone_from_the_log_is_given_up(location: Location) -> None:
    """A delivery of a decision that does not exist fails at once."""
    async with running_worker(location) as env:
        env.worker.stop()
        await env.harness.post_decision()
        await env.harness.database.write(
            lambda db: db.execute("update deliveries set decision = 99")
        )
    async with running_worker(location) as again:
        await again.rest()
        assert await again.outbox.counts() == {"failed": 2}


async def test_a_day_of_internal_errors_sends_an_alert(env: WorkerHarness) -> None:
    """After a day of internal errors the owner gets an alert, and later deliveries are sent."""
    env.slack.script = ["503"] * 4
    await env.harness.post_decision()
    await env.rest()
    await env.harness.post_decision(BEN)
    for _ in range(2):
        await env.advance(hours=11)
    assert (await env.outbox.counts())["pending"] == 4
    await env.advance(hours=3)
    for _ in range(4):
        await env.advance(seconds=2)
    assert await env.outbox.counts() == {"failed": 2, "sent": 3}
    (told,) = [each["text"] for each in env.slack.kept if each["channel"] == "U1"]
    assert "Slack kept failing, so I stopped trying." in told
    await env.harness.services.delivery_issues.send_again(ADA, "T1/1/announcement")
    env.slack.script = ["503"]
    await env.advance(seconds=2)
    assert (await env.outbox.counts()).get("failed", 0) == 0


async def test_an_outage_of_days_gives_nothing_up(env: WorkerHarness) -> None:
    """While Slack cannot be reached nothing is given up, however long that lasts."""
    url, env.url = env.url, "http://127.0.0.1:9/api/"
    await env.harness.services.notify(ADA, "Hello.")
    for _ in range(3):
        await env.advance(days=1)
    env.url = url
    await env.advance(minutes=5)
    assert await env.states() == {"notice": "sent"}


async def test_stopping_finishes_the_post_in_flight(location: Location) -> None:
    """On shutdown the post in flight is finished and stored, and no other one starts."""
    async with running_worker(location) as env:
        env.slack.gate.clear()
        await env.harness.services.notify(ADA, "In flight.")
        env.wake.set()
        async with asyncio.timeout(WITHIN):
            await env.slack.asked.wait()
        env.worker.stop()
        await env.harness.services.notify(BEN, "Not begun.")
        assert await env.outbox.counts() == {"sending": 1, "pending": 1}
        env.slack.gate.set()
    async with running_worker(location) as again:
        await again.rest()
        texts = [each["text"] for each in env.slack.kept + again.slack.kept]
        assert texts == ["In flight.", "Not begun."]
        assert await again.outbox.counts() == {"sent": 2}


async def test_what_a_crash_interrupted_is_not_posted_again(location: Location) -> None:
    """A post in flight at a crash is not repeated by the next process."""
    async with running_worker(location) as env:
        env.worker.stop()
        await env.harness.post_decision()
        assert await env.outbox.claim(env.harness.clock.now())
    async with running_worker(location) as again:
        await again.advance(seconds=61)
        assert [each for each in again.slack.kept if each["channel"] == "C1"] == []
        assert (await again.states())["announcement"] == "unknown"


@pytest.mark.parametrize("attempts", [1, 2, 3, 8, 9, 100])
def test_backing_off_doubles_up_to_five_minutes(attempts: int) -> None:
    """The wait doubles with each attempt, with jitter of up to a half, up to five minutes."""
    longest = min(timedelta(minutes=5), timedelta(seconds=2 ** min(attempts, 9)))
    assert all(longest / 2 <= back_off(attempts) <= longest for _ in range(20))
