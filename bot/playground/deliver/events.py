"""Events, with the retries of the Events API: at once, after a minute, after five minutes.

Source: docs.slack.dev/apis/events-api#retries. Times are the workspace's.
"""

from datetime import timedelta

from bot.playground.deliver import payloads
from bot.playground.ledger import Delivery
from bot.playground.model import Json
from bot.playground.team import Team
from bot.playground.world import World

RETRY_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))


async def send_event(world: World, team: Team, inner: Json) -> Delivery:
    """Deliver an event; if it fails, it is tried three times more, in the background."""
    payload = payloads.event(world, team, inner)
    first = await world.transport.deliver("events_api", payload)
    if not first.ok and not first.no_retry:
        world.spawn(_retry(world, payload, first))
    world.changed()
    return first


async def _retry(world: World, payload: Json, last: Delivery) -> None:
    for attempt, wait in enumerate(RETRY_AFTER, start=1):
        await world.sleep_until(world.now() + wait)
        last = await world.transport.deliver("events_api", payload, attempt, last.failure)
        world.changed()
        if last.ok or last.no_retry:
            return


async def uninstall(world: World, team: Team) -> list[Delivery]:
    """Remove the app from a workspace: its token ends and it is told so, in both events."""
    team.installation.is_revoked = True
    revoked = {"oauth": [], "bot": [team.installation.bot_user_id]}
    return [
        await send_event(world, team, {"type": "tokens_revoked", "tokens": revoked}),
        await send_event(world, team, {"type": "app_uninstalled"}),
    ]
