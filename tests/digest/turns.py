"""A channel's digest in a world whose clock is moved: switched on, and what became of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.decisions.model import Place
from bot.digest.settings import DigestSettings
from bot.outbox.model import DigestPost
from bot.outbox.table import to_delivery
from tests.services.world import ADA, PRODUCT, World


async def switch_on(world: World, place: Place = PRODUCT, **more: Any) -> DigestSettings:
    """Save settings: those to begin with, with some others, if any."""
    settings = await world.services.digests.suggested(ADA, place, None)
    return await world.services.digests.change(replace(settings, **more))


async def go_to(world: World, moment: str, *, hours: int = 0) -> None:
    """Move the clock to a moment in UTC, and some hours further."""
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC) + timedelta(hours=hours)
    world.clock.advance(at - world.clock.now())


async def send_due(world: World) -> int:
    """Give the digests their turn that are due, and post them; return how many there were."""
    sent = await world.services.digests.send_due()
    await posted(world)
    return sent


async def posted(world: World) -> None:
    """Note that Slack has what was to be posted."""
    await world.log.write(
        lambda db: db.execute("update deliveries set state = 'sent' where state = 'pending'")
    )


async def kept(world: World) -> dict[str, DigestPost]:
    """What the deliveries of digests hold, by the end of their keys."""
    return {
        str(row["key"]).split("/", 3)[3]: digest_post(row)
        for row in await world.rows("deliveries")
        if row["kind"] == "digest"
    }


def digest_post(row: Mapping[str, Any]) -> DigestPost:
    """The payload of a digest's delivery."""
    payload = to_delivery(row).payload
    assert isinstance(payload, DigestPost)
    return payload


async def turns(world: World) -> list[tuple[str, bool]]:
    """The days of the digests that had their turn, and whether they were posted."""
    found = sorted(await world.rows("digests"), key=lambda row: str(row["week"]))
    return [(str(row["day"]), bool(row["sent"])) for row in found]


async def windows(world: World) -> list[tuple[datetime, datetime]]:
    """From when to when each weekly digest looks back, in order."""
    return [(each.since, each.until) for each in (await kept(world)).values()]


async def kept_rows(world: World) -> list[dict[str, Any]]:
    """The rows of digests to be posted."""
    return [row for row in await world.rows("deliveries") if row["kind"] == "digest"]
