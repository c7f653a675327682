"""Helpers for digests: settings, time, deliveries, runs."""

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


async def set_time(harness: ServiceHarness, moment: str, *, hours: int = 0) -> None:
    """Set the clock to a moment in UTC, plus some hours."""
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC) + timedelta(hours=hours)
    harness.clock.advance(at - harness.clock.now())


async def send_due(harness: ServiceHarness) -> int:
    """Run the digests that are due and mark them as sent; return how many were queued."""
    sent = await harness.services.digests.send_due()
    await mark_sent(harness)
    return sent


async def post_now(harness: ServiceHarness, token: str = "pressed", place: Place = PUBLIC) -> None:
    """Post a digest with *Post now*, and mark it as sent."""
    assert await harness.services.digests.post(ADA, place, token)
    await mark_sent(harness)


async def mark_sent(harness: ServiceHarness) -> None:
    """Mark every pending delivery as sent."""
    await harness.database.write(
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
