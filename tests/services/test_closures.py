"""Withdrawn and superseded decisions keep their resolution, and record who closed them."""

from datetime import timedelta

from bot.decisions.access import DecisionFilter, ReadScope
from bot.decisions.model import Closure, Decision, Place, Workflow
from bot.decisions.records.madr import as_markdown
from bot.slack.views.announcement import announcement
from bot.slack.views.notices import already_settled
from tests.services.harness import ADA, BEN, PUBLIC, ServiceHarness

DAYS = timedelta(days=10)


async def overridden(harness: ServiceHarness) -> Decision:
    """Return a decision that Ben overrode on 5 January, ten days ago."""
    draft = await harness.create_draft(workflow=Workflow(title="Answers", deciders=("U2",)))
    number = (await harness.services.post(ADA, draft, PUBLIC)).decision.number
    made = await harness.services.decisions.override(BEN, number, "tuning", "Craft is ours")
    harness.clock.advance(DAYS)
    return made


def texts(harness: ServiceHarness, decision: Decision) -> str:
    """Return the blocks of the announcement as text."""
    playbook = harness.playbooks.current().engine.playbook
    return str(announcement(decision, playbook).blocks)


async def record(harness: ServiceHarness, decision: Decision, here: Place = PUBLIC) -> str:
    """Return the record in Markdown."""
    sight = ReadScope.of(ADA, here)
    return as_markdown((await harness.services.search.details(sight, decision.number)).record)


async def test_a_withdrawn_decision_shows_its_resolution(harness: ServiceHarness) -> None:
    """The record names who withdrew it and why, and who decided what; it has no review date."""
    made = await overridden(harness)
    after = await harness.services.decisions.withdraw(ADA, made.number, "The project stopped")
    assert after.resolution is not None
    assert (after.resolution.by, after.chosen) == ("U2", "tuning")
    assert after.closure == Closure("U1", harness.clock.now(), "The project stopped")
    said = texts(harness, after)
    assert "*Withdrawn* by <@U1>, 15 Jan 2026" in said
    assert "decided before: Tuning" in said
    assert "The project stopped" in said
    assert "Check-in" not in said
    told = await record(harness, after)
    assert "Withdrawn by U1 on 2026-01-15" in told
    assert "Chosen option: **Tuning**" in told
    assert "In the words of U1:" in told
    assert "In the words of U2:" in told
    assert "To be reviewed" not in told
    assert "date: 2026-01-15" in told


async def test_a_withdrawn_decision_is_found_by_its_resolution(
    harness: ServiceHarness,
) -> None:
    """The chosen option, its reason and the reason for withdrawing all match the decision."""
    made = await overridden(harness)
    await harness.services.decisions.withdraw(ADA, made.number, "The project stopped")
    finding, sight = harness.services.search, ReadScope.of(ADA, PUBLIC)
    for wanted in (
        finding.parse_filter("tuning withdrawn"),
        DecisionFilter(words=("craft",)),
        DecisionFilter(words=("stopped",)),
    ):
        found = await finding.page(sight, wanted, None, 5)
        assert [each.number for each in found.decisions] == [made.number]


async def test_a_superseded_decision_tells_who_superseded_it(harness: ServiceHarness) -> None:
    """The announcement names the user who superseded it, and the day."""
    made = await overridden(harness)
    page = await harness.services.decisions.begin_supersede(ADA, made.number)
    await harness.services.post(ADA, page.draft.id, PUBLIC)
    after = await harness.services.decision("T1", made.number)
    assert after is not None
    said = texts(harness, after)
    assert "*Superseded by #2* by <@U1>, 15 Jan 2026" in said
    assert "decided before: Tuning" in said
    assert already_settled(after) == "Decision #1 was superseded by <@U1> in the meantime."
    assert "Superseded by U1 on 2026-01-15" in await record(harness, after)


async def test_a_decision_withdrawn_while_open_has_no_resolution(harness: ServiceHarness) -> None:
    """A decision withdrawn while it is open has a closure and no resolution."""
    opened = await harness.post_decision()
    after = await harness.services.decisions.withdraw(ADA, opened.number, "Too early")
    assert (after.decided_as, after.review_ahead) == (None, None)
    assert after.closure == Closure("U1", harness.clock.now(), "Too early")
    assert texts(harness, after).count("Too early") == 1
