"""What was decided on like answers before, with what it takes to show it."""

from collections.abc import Iterable

from bot.decisions.model import Decision, Draft
from bot.services.search import SimilarDecision
from bot.services.services import Services
from bot.slack.views.similar import Similar


async def alike_draft(services: Services, draft: Draft) -> list[Similar]:
    """Return the decisions most like a draft, as far as its driver may read them."""
    return await _similar(services, await services.search.alike(draft))


async def alike_before(services: Services, decision: Decision) -> list[Similar]:
    """Return earlier decisions most like one, as `Finding.alike_before` does."""
    return await _similar(services, await services.search.alike_before(decision))


async def _similar(services: Services, found: Iterable[SimilarDecision]) -> list[Similar]:
    return [Similar(each, (await services.playbooks.of(each.decision)).playbook) for each in found]
