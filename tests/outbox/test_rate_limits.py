"""Deliveries in order within a thread, under Slack's limits, and between two processes."""

from datetime import timedelta

from bot.decisions.model import Person
from bot.outbox.failures import LONGEST_RATE_LIMIT
from bot.outbox.model import Delivery, DeliveryKind
from bot.outbox.store import IN_FLIGHT, PACE
from bot.storage.database import Database
from tests.services.world import ADA, BEN, STRANGER, World


async def claim(world: World) -> Delivery | None:
    """Take the next delivery that is due now."""
    return await world.outbox.claim(world.clock.now())


async def taken(world: World) -> Delivery:
    """Take the next delivery that is due now, which there is."""
    delivery = await claim(world)
    assert delivery is not None
    return delivery


async def accepted(world: World) -> None:
    """Have a decision posted with its recommendation, and handed over twice: to Ben, who knows."""
    decision = await world.decided()
    for number in range(2):
        await world.outbox.mark_sent(await taken(world), "C1", f"{number}.0")
        world.clock.advance(PACE)
    for deciders in (("U2",), ("U1",)):
        await world.services.decisions.hand_over(ADA, decision.number, deciders)
    (told,) = [row for row in await world.rows("deliveries") if row["kind"] == "decider_message"]
    await world.log.write(lambda db: db.delete("deliveries", id=told["id"]))


async def test_a_thread_stays_in_order(world: World) -> None:
    """A word waits for the fate of the one before it in its thread; a redrawing does not."""
    await accepted(world)
    kinds = []
    for _ in range(3):
        while (found := await claim(world)) is not None:
            kinds.append(found.kind)
            if found.kind is DeliveryKind.REDRAW:
                await world.outbox.mark_sent(found, "C1", "0.0")
        world.clock.advance(timedelta(minutes=5))
    assert kinds.count(DeliveryKind.THREAD_NOTE) == 1
    now = world.clock.now()
    (first,) = await world.outbox.unconfirmed(now, now)
    await world.outbox.mark_sent(first.delivery, "C1", "9.0")
    assert (await taken(world)).kind is DeliveryKind.THREAD_NOTE


async def test_what_somebody_else_has_settled_stays_settled(world: World) -> None:
    """A process that was held up does not undo what another one found out in the meantime."""
    await world.decided()
    mine = await taken(world)
    await world.outbox.retry(mine, world.clock.now(), "not_there")
    world.clock.advance(PACE)
    theirs = await taken(world)
    await world.outbox.retry(mine, world.clock.now(), "not_there")
    await world.outbox.mark_failed(mine, "is_archived")
    first, _ = await world.rows("deliveries")
    assert first["state"] == "sending"
    await world.outbox.mark_sent(theirs, "C1", "1.0")
    await world.outbox.mark_sent(mine, "C1", "2.0")
    row, _ = await world.rows("deliveries")
    assert (row["state"], row["ts"]) == ("sent", "1.0")


async def slowed(world: World, delivery: Delivery, seconds: int) -> None:
    """Have a delivery wait because Slack wants it more slowly."""
    until = world.clock.now() + timedelta(seconds=seconds)
    await world.outbox.slow_down(delivery, until, "ratelimited")


async def test_a_limit_of_posts_is_the_channels(world: World) -> None:
    """A post that comes too soon holds its channel up, not another one, nor another workspace."""
    for person in (ADA, BEN, STRANGER):
        await world.services.notify(person, "First.")
    await slowed(world, await taken(world), 30)
    assert {
        (each.workspace, each.channel) for each in (await taken(world), await taken(world))
    } == {
        ("T1", "U2"),
        ("T2", "U1"),
    }
    assert await claim(world) is None


async def test_a_second_channel_slowed_down_shows_a_limit_of_the_workspace(world: World) -> None:
    """Where a second channel is slowed down as well, no other post of the workspace is tried."""
    people = [Person("T1", f"U{number}") for number in range(4)]
    for person in (*people, STRANGER):
        await world.services.notify(person, "First.")
    for _ in range(2):
        await slowed(world, await taken(world), 30)
    assert (await taken(world)).workspace == "T2"
    assert await claim(world) is None
    world.clock.advance(timedelta(seconds=30))
    assert (await taken(world)).workspace == "T1"


async def test_a_limit_of_updates_is_the_workspaces(world: World) -> None:
    """One update that comes too soon holds up the workspace's other updates, and no posts."""
    await accepted(world)
    await world.services.notify(BEN, "Hello.")
    world.clock.advance(PACE)
    update = await taken(world)
    assert update.kind is DeliveryKind.REDRAW
    await slowed(world, update, 60)
    found = [await claim(world) for _ in range(3)]
    assert DeliveryKind.REDRAW not in {each.kind for each in found if each}
    assert any(each and each.channel == "U2" for each in found)
    assert await world.outbox.next_due() is not None


async def test_a_limit_outlives_a_restart(world: World) -> None:
    """How long Slack wants to be left alone is kept in the log."""
    await accepted(world)
    update = await taken(world)
    await slowed(world, update, 600)
    path = world.log._path
    again = World(await Database(path).open())
    again.clock.advance(timedelta(minutes=5))
    kinds = set()
    while (found := await claim(again)) is not None:
        kinds.add(found.kind)
        await again.outbox.mark_sent(found, "C1", "8.0")
        again.clock.advance(PACE)
    await again.log.close()
    assert kinds == {DeliveryKind.THREAD_NOTE}


async def test_since_when_a_delivery_is_kept(world: World) -> None:
    """However often it is put off, the log knows since when a delivery waits."""
    await world.services.notify(ADA, "Hello.")
    created_at = world.clock.now()
    await world.outbox.retry(await taken(world), created_at + timedelta(hours=1), "unreachable")
    (row,) = await world.rows("deliveries")
    assert row["created_at"] == created_at.isoformat()


async def test_fifty_changes_need_a_few_updates(world: World) -> None:
    """While an update is under way, whatever changes is shown by one more update."""
    decision = await world.decided()
    for number in range(2):
        await world.outbox.mark_sent(await taken(world), "C1", f"{number}.0")
        world.clock.advance(PACE)
    for number in range(50):
        await world.services.decisions.hand_over(ADA, decision.number, (f"U{number + 2}",))
    rows = await world.rows("deliveries")
    assert sum(row["kind"] == "redraw" for row in rows) == 1


async def test_a_look_that_began_before_a_delivery_was_taken_anew_settles_nothing(
    world: World,
) -> None:
    """What another process found out about a try is void once the one that held it tries anew."""
    await world.decided()
    held = await world.outbox.claim(world.clock.now())
    assert held is not None
    world.clock.advance(timedelta(seconds=65))
    now = world.clock.now()
    (looked_up,) = await world.outbox.unconfirmed(now - timedelta(seconds=60), now)
    anew = await world.outbox.renew_claim(held, now)
    assert anew is not None
    await world.outbox.retry(looked_up.delivery, now, "not_there")
    assert (await world.rows("deliveries"))[0]["state"] == "sending"
    assert await world.outbox.renew_claim(held, now) is None


async def test_a_rate_limit_is_waited_out(world: World) -> None:
    """A delivery is not claimed before the time that Slack asks to wait is over."""
    await world.services.notify(ADA, "Slowly.")
    until = world.clock.now() + LONGEST_RATE_LIMIT
    await world.outbox.slow_down(await taken(world), until, "ratelimited")
    assert await world.outbox.claim(until - timedelta(minutes=1)) is None
    assert await world.outbox.claim(until) is not None


async def test_the_clock_of_another_process_may_be_ahead(world: World) -> None:
    """A delivery claimed by a process whose clock is seconds ahead is in flight all the same."""
    for text in ("First.", "Second."):
        await world.services.notify(ADA, text)
    world.clock.advance(IN_FLIGHT / 2)
    await taken(world)
    world.clock.advance(-IN_FLIGHT / 2)
    assert await world.outbox.claim(world.clock.now()) is None
