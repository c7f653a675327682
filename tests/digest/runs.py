<<<<<<< HEAD
"""Helpers for digests: settings, time, deliveries, runs."""
=======
"""Helpers for the digest of a channel: settings, the clock, runs and deliveries."""
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.decisions.model import Place
from bot.digest.settings import DigestSettings
from bot.outbox.model import Delivery, DigestPost
from bot.outbox.table import to_delivery
from tests.services.harness import ADA, PUBLIC, ServiceHarness


async def switch_on(harness: ServiceHarness, place: Place = PUBLIC, **more: Any) -> DigestSettings:
    """Save settings: the defaults, with some fields replaced."""
    settings = await harness.services.digests.default_settings(ADA, place, None)
    return await harness.services.digests.change(replace(settings, **more))


<<<<<<< HEAD
async def set_time(world: World, moment: str, *, hours: int = 0) -> None:
    """Set the clock to a moment in UTC, plus some hours."""
=======
async def go_to(harness: ServiceHarness, moment: str, *, hours: int = 0) -> None:
    """Move the clock to a moment in UTC, plus some hours."""
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC) + timedelta(hours=hours)
    harness.clock.advance(at - harness.clock.now())


<<<<<<< HEAD
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
=======
async def send_due(harness: ServiceHarness) -> int:
    """Run the digests that are due, and let them arrive; return how many were posted."""
    sent = await harness.services.digests.send_due()
    await arrive(harness)
    return sent


async def post_by_hand(
    harness: ServiceHarness, token: str = "pressed", place: Place = PUBLIC
) -> None:
    """Post a digest by hand, and let it arrive."""
    assert await harness.services.digests.post(ADA, place, token)
    await arrive(harness)


async def arrive(harness: ServiceHarness) -> None:
    """Let Slack accept everything that is pending."""
    await harness.database.write(
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
        lambda db: db.execute("update deliveries set state = 'sent' where state = 'pending'")
    )


async def deliveries(harness: ServiceHarness) -> list[Delivery]:
    """Return the deliveries of digests, in order."""
    rows = await harness.rows("deliveries")
    return [to_delivery(row) for row in rows if row["kind"] == "digest"]


async def posts(harness: ServiceHarness) -> dict[str, DigestPost]:
    """Return the payloads of digests by the name of their run."""
    found = {}
    for each in await deliveries(harness):
        assert isinstance(each.payload, DigestPost)
        found[each.key.split("/", 3)[3]] = each.payload
    return found


async def outcomes(harness: ServiceHarness) -> list[tuple[str, str]]:
    """Return the local day and the stored outcome of each weekly run, in order."""
    found = sorted(await harness.rows("digest_runs"), key=lambda row: str(row["name"]))
    return [(str(row["day"]), str(row["outcome"])) for row in found if row["day"]]


async def windows(harness: ServiceHarness) -> list[tuple[datetime, datetime]]:
    """Return the window of each digest, in order."""
    return [(each.since, each.until) for each in (await posts(harness)).values()]
