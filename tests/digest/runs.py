"""Helpers for digests: settings, time, deliveries, runs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.decisions.model import Place
from bot.digest.settings import DigestSettings
from bot.outbox.model import Delivery, DigestPost
from bot.outbox.table import to_delivery
from tests.services.world import ADA, PRODUCT, World


async def switch_on(world: World, place: Place = PRODUCT, **more: Any) -> DigestSettings:
    """Save settings: the defaults, with some fields replaced."""
    settings = await world.services.digests.default_settings(ADA, place, None)
    return await world.services.digests.change(replace(settings, **more))


async def set_time(world: World, moment: str, *, hours: int = 0) -> None:
    """Set the clock to a moment in UTC, plus some hours."""
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC) + timedelta(hours=hours)
    world.clock.advance(at - world.clock.now())


async def send_due(world: World) -> int:
    """Run the digests that are due and mark them as sent; return how many were queued."""
    sent = await world.services.digests.send_due()
    await mark_sent(world)
    return sent


async def post_now(world: World, token: str = "pressed", place: Place = PRODUCT) -> None:
    """Post a digest with *Post now*, and mark it as sent."""
    assert await world.services.digests.post(ADA, place, token)
    await mark_sent(world)


async def mark_sent(world: World) -> None:
    """Mark every pending delivery as sent."""
    await world.log.write(
        lambda db: db.execute("update deliveries set state = 'sent' where state = 'pending'")
    )


async def deliveries(world: World) -> list[Delivery]:
    """Return the deliveries of digests, in order."""
    rows = await world.rows("deliveries")
    return [to_delivery(row) for row in rows if row["kind"] == "digest"]


async def posts(world: World) -> dict[str, DigestPost]:
    """Return the payloads of digests by the name of their run."""
    found = {}
    for each in await deliveries(world):
        assert isinstance(each.payload, DigestPost)
        found[each.key.split("/", 3)[3]] = each.payload
    return found


async def outcomes(world: World) -> list[tuple[str, str]]:
    """Return the local day and the stored outcome of each weekly run, in order."""
    found = sorted(await world.rows("digest_runs"), key=lambda row: str(row["name"]))
    return [(str(row["day"]), str(row["outcome"])) for row in found if row["day"]]


async def windows(world: World) -> list[tuple[datetime, datetime]]:
    """Return the window of each digest, in order."""
    return [(each.since, each.until) for each in (await posts(world)).values()]
