"""What was decided on like answers before, with what it takes to show it."""

from collections.abc import Iterable

from bot.decisions.desk import Desk
from bot.decisions.finding import Alike
from bot.decisions.model import Decision, Draft
from bot.slack.views.similar import Similar


async def alike_draft(desk: Desk, draft: Draft) -> list[Similar]:
    """Return the decisions most like a draft, as far as its driver may read them."""
    return await _similar(desk, await desk.finding.alike(draft))


async def alike_before(desk: Desk, decision: Decision) -> list[Similar]:
    """Return earlier decisions most like one, as `Finding.alike_before` does."""
    return await _similar(desk, await desk.finding.alike_before(decision))


async def _similar(desk: Desk, found: Iterable[Alike]) -> list[Similar]:
    return [Similar(each, (await desk.editions.of(each.decision)).playbook) for each in found]
