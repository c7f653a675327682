"""Deliveries are fair: people before digests, and one workspace in trouble delays no other."""

from datetime import timedelta

from bot.decisions.model import Person, Visibility
from bot.outbox.failures import NO_ANSWER
from bot.outbox.model import Delivery, DeliveryKind, DeliveryState, DigestPost, TextNotice
from bot.outbox.store import NO_ANSWER_INTERVAL, PER_WORKSPACE, PREPARATION, ClaimScope
from tests.services.harness import ADA, BEN, STRANGER, ServiceHarness

LATER = timedelta(minutes=1)


def digest(harness: ServiceHarness, channel: str = "C1", workspace: str = "T1") -> Delivery:
    """Return a digest that is due now."""
    now = harness.clock.now()
    post = DigestPost(now - timedelta(weeks=1), now, "U1", Visibility.PUBLIC)
    return Delivery(f"{workspace}/digest/{channel}", workspace, post, channel, now)


async def claimed(harness: ServiceHarness, scope: ClaimScope | None = None) -> Delivery | None:
    """Claim or lease the next delivery."""
    now = harness.clock.now()
    return await (harness.outbox.claim(now, scope) if scope else harness.outbox.claim(now))


async def test_what_a_person_waits_for_goes_before_digests(harness: ServiceHarness) -> None:
    """A post that is due later than digests is claimed before them."""
    await harness.enqueue(*(digest(harness, f"C{number}") for number in range(3)))
    harness.clock.advance(LATER)
    await harness.services.notify(ADA, "Mine.")
    first = await claimed(harness)
    assert first is not None
    assert first.payload == TextNotice("Mine.")
    second = await claimed(harness)
    assert second is not None
    assert second.kind is DeliveryKind.DIGEST


async def test_a_retried_digest_holds_up_no_post_of_its_channel(harness: ServiceHarness) -> None:
    """A digest that waits for its next attempt delays later digests of its channel only."""
    await harness.enqueue(digest(harness))
    found = await claimed(harness)
    assert found is not None
    await harness.outbox.retry(found, harness.clock.now() + timedelta(hours=1), "status_503")
    harness.clock.advance(LATER)
    decision = await harness.post_decision()
    announcement = await claimed(harness)
    assert announcement is not None
    assert (announcement.kind, announcement.decision) == (
        DeliveryKind.ANNOUNCEMENT,
        decision.number,
    )


async def test_a_workspace_has_few_deliveries_in_flight(harness: ServiceHarness) -> None:
    """A workspace with many messages keeps its share, and another one's is claimed next."""
    for number in range(PER_WORKSPACE + 3):
        await harness.services.notify(Person("T1", f"U{number}"), "Hello.")
    harness.clock.advance(LATER)
    await harness.services.notify(STRANGER, "Hello.")
    found = [await claimed(harness) for _ in range(PER_WORKSPACE + 2)]
    workspaces = [each.workspace for each in found if each]
    assert workspaces == ["T1"] * PER_WORKSPACE + ["T2"]


async def test_a_workspace_without_answers_is_probed(harness: ServiceHarness) -> None:
    """After a timeout a workspace gets one call at a time, after longer and longer pauses."""
    for person in (ADA, BEN, STRANGER):
        await harness.services.notify(person, "Hello.")
    first = await claimed(harness)
    assert first is not None
    assert first.workspace == "T1"
    await harness.outbox.pause_workspace("T1", harness.clock.now())
    other = await claimed(harness)
    assert other is not None
    assert other.workspace == "T2"
    assert await claimed(harness) is None
    (block,) = await harness.outbox.blocked()
    assert (block.workspace, block.channel, block.reason) == ("T1", None, NO_ANSWER)
    pauses = []
    await harness.outbox.release(first)
    for _ in range(4):
        at = harness.clock.now()
        while (probe := await claimed(harness)) is None:
            harness.clock.advance(timedelta(seconds=1))
        assert await claimed(harness) is None
        pauses.append(harness.clock.now() - at)
        await harness.outbox.retry(probe, harness.clock.now(), NO_ANSWER)
        await harness.outbox.pause_workspace("T1", harness.clock.now())
    assert pauses[0] == NO_ANSWER_INTERVAL
    assert pauses == sorted(set(pauses))


async def test_an_answer_ends_the_pause_of_a_workspace(harness: ServiceHarness) -> None:
    """A probe that is answered releases the others of the workspace at once."""
    await harness.services.notify(ADA, "Hello.")
    await harness.services.notify(BEN, "Hello.")
    await harness.outbox.pause_workspace("T1", harness.clock.now())
    harness.clock.advance(NO_ANSWER_INTERVAL)
    probe = await claimed(harness)
    assert probe is not None
    assert await claimed(harness) is None
    await harness.outbox.mark_sent(probe, "D1", "1.0")
    assert await claimed(harness) is not None


async def test_a_digest_is_prepared_before_it_is_claimed(harness: ServiceHarness) -> None:
    """While its picture is prepared, a digest keeps neither its channel nor an attempt."""
    await harness.enqueue(digest(harness))
    leased = await claimed(harness, ClaimScope(prepared=()))
    assert leased is not None
    assert (leased.state, leased.attempts) == (DeliveryState.PENDING, 0)
    assert await claimed(harness, ClaimScope(prepared=())) is None
    await harness.post_decision()
    announcement = await claimed(harness)
    assert announcement is not None
    assert announcement.kind is DeliveryKind.ANNOUNCEMENT
    assert await harness.outbox.claim_prepared(leased, harness.clock.now()) is None
    await harness.outbox.mark_sent(announcement, "C1", "1.0")
    harness.clock.advance(timedelta(seconds=1))
    scope = ClaimScope(waited_for=False, prepared=(leased.key,))
    found = await claimed(harness, scope)
    assert found is not None
    assert (found.key, found.state, found.attempts) == (leased.key, DeliveryState.SENDING, 1)


async def test_a_lease_ends_with_its_worker(harness: ServiceHarness) -> None:
    """A digest whose worker was killed is leased again after a while; nothing is unconfirmed."""
    await harness.enqueue(digest(harness))
    assert await claimed(harness, ClaimScope(prepared=())) is not None
    harness.clock.advance(PREPARATION)
    now = harness.clock.now()
    assert await harness.outbox.unconfirmed(now, now) == []
    again = await claimed(harness, ClaimScope(prepared=()))
    assert again is not None
    assert again.state is DeliveryState.PENDING
    await harness.outbox.end_lease(again)
    assert await claimed(harness) is not None


async def test_a_late_digest_does_not_wait_for_its_picture(harness: ServiceHarness) -> None:
    """While images are busy, a digest that is late is claimed without a lease."""
    await harness.enqueue(digest(harness))
    harness.clock.advance(LATER)
    recent = ClaimScope(prepared=(), prepare_from=harness.clock.now() - LATER / 2)
    found = await claimed(harness, recent)
    assert found is not None
    assert found.state is DeliveryState.SENDING
