"""Carrying deliveries out, whatever Slack does."""

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.decisions.events import Event, EventKind
from bot.decisions.model import Decision
from bot.outbox.model import Attempt, ThreadNote, announcement_key, thread_reply
from bot.outbox.policy import back_off
from bot.outbox.reconcile import METADATA_EVENT
from tests.services.world import ADA, BEN
from tests.slack.tiny_slack import WITHIN, Delivering, delivering


async def posted(house: Delivering) -> None:
    """Wait until a decision and its thread are posted."""
    await house.rest()
    await house.advance(seconds=1)


async def test_a_decision_is_announced_and_explained_in_its_thread(house: Delivering) -> None:
    """The announcement comes first, and the recommendation goes below it, a second later."""
    decision = await house.world.decided()
    await house.rest()
    assert len(house.slack.kept) == 1
    await house.advance(seconds=1)
    announcement, recommendation = house.slack.kept
    assert announcement["channel"] == recommendation["channel"] == "C1"
    assert "thread_ts" not in announcement
    assert recommendation["thread_ts"] == "1.0"
    assert announcement["metadata"] == {
        "event_type": METADATA_EVENT,
        "event_payload": {"key": announcement_key(decision)},
    }
    assert announcement["text"].startswith("Decision #1: Answers.")
    assert await house.states() == {"announcement": "sent", "recommendation": "sent"}


async def test_links_are_not_unfolded(house: Delivering) -> None:
    """Sources in a recommendation don't fill the thread with previews."""
    await house.world.decided()
    await posted(house)
    assert {(each["unfurl_links"], each["unfurl_media"]) for each in house.slack.kept} == {
        (False, False)
    }


async def test_channels_keep_their_order(house: Delivering) -> None:
    """Messages to one channel arrive in the order they were written, one a second."""
    for number in range(3):
        await house.world.services.notify(ADA, f"{number}")
    await house.rest()
    arrived = [len(house.slack.kept)]
    for _ in range(2):
        await house.advance(seconds=1)
        arrived.append(len(house.slack.kept))
    assert arrived == [1, 2, 3]
    assert [each["text"] for each in house.slack.kept] == ["0", "1", "2"]


async def test_too_many_requests_wait_as_long_as_slack_says(house: Delivering) -> None:
    """After a 429 nothing is tried before its Retry-After is over; then it is posted once."""
    house.slack.script = ["429 30"]
    await house.world.decided()
    await house.rest()
    await house.advance(seconds=29)
    assert len(house.slack.arrived) == 1
    await house.advance(seconds=1)
    await house.advance(seconds=1)
    assert len(house.slack.kept) == 2
    assert await house.states() == {"announcement": "sent", "recommendation": "sent"}


@pytest.mark.parametrize(
    "trouble", ["503", "500", "internal_error", "ratelimited", "service_unavailable"]
)
async def test_slack_s_own_trouble_is_waited_out(house: Delivering, trouble: str) -> None:
    """A word to one person is tried again, later and later, until it is there."""
    house.slack.script = [trouble] * 3
    await house.world.services.notify(ADA, "Hello.")
    await house.rest()
    for attempts in range(1, 4):
        assert len(house.slack.arrived) == attempts
        await house.advance(minutes=5)
    assert [each["text"] for each in house.slack.kept] == ["Hello."]
    assert await house.states() == {"notice": "sent"}


@pytest.mark.parametrize("status", ["400", "403", "404", "407", "413"])
async def test_what_a_proxy_turns_away_is_not_lost(house: Delivering, status: str) -> None:
    """A refusal that is not Slack's is tried again, until the decision is there, and there once."""
    house.slack.script = [status] * 2
    await house.world.decided()
    await house.rest()
    for _ in range(2):
        await house.advance(minutes=5)
    await house.advance(seconds=1)
    assert len(house.slack.kept) == 2
    assert await house.states() == {"announcement": "sent", "recommendation": "sent"}


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
    house: Delivering, word: str, outcome: str
) -> None:
    """A failed try counts once by its outcome, and so does the one that gets through."""
    await house.world.services.notify(BEN, "Hello.")
    await house.rest()
    house.slack.script = [word]
    await house.world.decided()
    await house.rest()
    assert house.attempts[Attempt(outcome)] == 1
    assert house.attempts[Attempt.SENT] >= 1
    assert house.attempts.total() == len(house.slack.arrived)


async def test_an_unreachable_slack_is_waited_out(house: Delivering) -> None:
    """A connection that was never made posted nothing, and is tried again."""
    url, house.url = house.url, "http://127.0.0.1:9/api/"
    await house.world.services.notify(ADA, "Hello.")
    await house.rest()
    assert await house.states() == {"notice": "pending"}
    house.url = url
    await house.advance(minutes=5)
    assert [each["text"] for each in house.slack.kept] == ["Hello."]


@pytest.mark.parametrize(("trouble", "kept"), [("drop_before", 0), ("drop_after", 1)])
async def test_nobody_knows_what_a_broken_connection_left(
    house: Delivering, trouble: str, kept: int
) -> None:
    """A request that broke off is never sent again unasked: its driver is asked to look."""
    house.slack.script = [trouble]
    decision = await house.world.decided()
    await house.rest()
    await house.advance(seconds=61)
    assert len([each for each in house.slack.kept if each["channel"] == "C1"]) == kept
    assert await house.states() == {
        "announcement": "unknown",
        "recommendation": "pending",
        "unconfirmed": "sent",
    }
    question = house.slack.kept[-1]
    assert question["channel"] == "U1"
    assert f"decision #{decision.number}" in question["text"]
    buttons = question["blocks"][-1]
    assert buttons["block_id"] == f"delivery:{announcement_key(decision)}"
    assert [each["action_id"] for each in buttons["elements"]] == ["resend", "dismiss"]


async def test_a_message_that_is_missing_is_sent_again(house: Delivering) -> None:
    """Once the driver says that a message is missing, it is posted, and its thread follows."""
    house.slack.script = ["drop_before"]
    decision = await house.world.decided()
    await house.rest()
    await house.advance(seconds=61)
    await house.world.services.delivery_issues.settle(ADA, announcement_key(decision), resend=True)
    await posted(house)
    in_channel = [each for each in house.slack.kept if each["channel"] == "C1"]
    assert [each.get("thread_ts") for each in in_channel] == [None, "2.0"]


async def test_trouble_with_a_notice_makes_no_notice(house: Delivering) -> None:
    """A notice that cannot be delivered is given up quietly, or it would never end."""
    house.slack.script = ["is_archived", "user_not_found"]
    await house.world.decided()
    await house.rest()
    await house.advance(days=1)
    assert (await house.states())["not_posted"] == "failed"
    assert len(house.slack.arrived) == 2


async def test_one_faulty_delivery_does_not_end_the_others(house: Delivering) -> None:
    """A delivery that cannot be rendered is given up after an hour; those after it arrive."""
    decision = await house.world.decided(ADA)
    await posted(house)
    broken = ThreadNote(Event(EventKind.OVERRIDDEN, ADA.user, house.world.clock.now()))
    await house.world.enqueue(thread_reply(decision, broken, house.world.clock.now()))
    await house.advance(seconds=1)
    await house.world.services.notify(BEN, "Fine.")
    await house.rest()
    assert house.slack.kept[-1]["text"] == "Fine."
    assert await house.outbox.counts() == {"pending": 1, "sent": 3}
    for _ in range(2):
        await house.advance(hours=1)
    assert await house.outbox.counts() == {"failed": 1, "sent": 4}


async def test_an_unreadable_payload_fails_alone(house: Delivering) -> None:
    """A row whose payload this version cannot read fails at its claim; those after it arrive."""
    await house.world.services.notify(ADA, "Once fine.")
    await house.rest()
    await house.world.log.write(
        lambda db: db.execute("update deliveries set payload = '{}', state = 'pending'")
    )
    await house.advance(seconds=1)
    await house.world.services.notify(BEN, "Fine.")
    await house.rest()
    assert [each["text"] for each in house.slack.kept] == ["Once fine.", "Fine."]
    assert await house.outbox.counts() == {"failed": 1, "sent": 1}


async def test_a_log_that_cannot_be_read_loses_nothing(house: Delivering) -> None:
    """A read of the log that fails is repeated, and what it was for goes out after all."""
    decision = await house.world.decided()
    await posted(house)
    services, failures = house.world.services, [sqlite3.OperationalError("disk I/O error")] * 2
    read = services.decision

    async def failing(workspace: str, number: int) -> Decision | None:
        if failures:
            raise failures.pop()
        return await read(workspace, number)

    await services.decisions.accept(ADA, decision.number)
    services.decision = failing  # type: ignore[method-assign]  # the log's fault, at its edge
    for _ in range(4):
        await house.advance(minutes=1)
    assert failures == []
    assert set(await house.outbox.counts()) == {"sent"}


async def test_what_is_gone_from_the_log_is_given_up(tmp_path: Path) -> None:
    """A delivery of a decision that is not in the log fails at once."""
    async with delivering(tmp_path / "ragvsft.db") as house:
        house.courier.stop()
        await house.world.decided()
        await house.world.log.write(lambda db: db.execute("update deliveries set decision = 99"))
    async with delivering(tmp_path / "ragvsft.db") as again:
        await again.rest()
        assert await again.outbox.counts() == {"failed": 2}


async def test_what_slack_fails_over_for_a_day_is_given_up(house: Delivering) -> None:
    """After a day of Slack's own errors a message's owner is told, and what is behind it goes."""
    house.slack.script = ["503"] * 4
    await house.world.decided()
    await house.rest()
    await house.world.decided(BEN)
    for _ in range(2):
        await house.advance(hours=11)
    assert (await house.outbox.counts())["pending"] == 4
    await house.advance(hours=3)
    for _ in range(4):
        await house.advance(seconds=2)
    assert await house.outbox.counts() == {"failed": 2, "sent": 3}
    (told,) = [each["text"] for each in house.slack.kept if each["channel"] == "U1"]
    assert "Slack has answered with an error of its own for a day." in told
    await house.world.services.delivery_issues.send_again(ADA, "T1/1/announcement")
    house.slack.script = ["503"]
    await house.advance(seconds=2)
    assert (await house.outbox.counts()).get("failed", 0) == 0


async def test_an_outage_of_days_gives_nothing_up(house: Delivering) -> None:
    """Where no connection comes about nothing is given up, however long that lasts."""
    url, house.url = house.url, "http://127.0.0.1:9/api/"
    await house.world.services.notify(ADA, "Hello.")
    for _ in range(3):
        await house.advance(days=1)
    house.url = url
    await house.advance(minutes=5)
    assert await house.states() == {"notice": "sent"}


async def test_stopping_finishes_the_post_in_flight(tmp_path: Path) -> None:
    """When the bot stops while Slack is slow, the post is finished and noted, and nothing begun."""
    async with delivering(tmp_path / "ragvsft.db") as house:
        house.slack.gate.clear()
        await house.world.services.notify(ADA, "In flight.")
        house.woken.set()
        async with asyncio.timeout(WITHIN):
            await house.slack.asked.wait()
        house.courier.stop()
        await house.world.services.notify(BEN, "Not begun.")
        assert await house.outbox.counts() == {"sending": 1, "pending": 1}
        house.slack.gate.set()
    async with delivering(tmp_path / "ragvsft.db") as again:
        await again.rest()
        texts = [each["text"] for each in house.slack.kept + again.slack.kept]
        assert texts == ["In flight.", "Not begun."]
        assert await again.outbox.counts() == {"sent": 2}


async def test_what_a_crash_interrupted_is_not_posted_again(tmp_path: Path) -> None:
    """A post that was in flight when the process died is not repeated by the next one."""
    async with delivering(tmp_path / "ragvsft.db") as house:
        house.courier.stop()
        await house.world.decided()
        assert await house.outbox.claim(house.world.clock.now())
    async with delivering(tmp_path / "ragvsft.db") as again:
        await again.advance(seconds=61)
        assert [each for each in again.slack.kept if each["channel"] == "C1"] == []
        assert (await again.states())["announcement"] == "unknown"


@pytest.mark.parametrize("attempts", [1, 2, 3, 8, 9, 100])
def test_backing_off_doubles_up_to_five_minutes(attempts: int) -> None:
    """The wait doubles with each attempt, within a half of it, and ends at five minutes."""
    longest = min(timedelta(minutes=5), timedelta(seconds=2 ** min(attempts, 9)))
    assert all(longest / 2 <= back_off(attempts) <= longest for _ in range(20))
