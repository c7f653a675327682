"""Playbook engines, drafts and decisions for tests of views."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot.decisions.model import Decision, Draft, Person, Place, Status, Visibility, Workflow
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from tests.slack.largest import largest_engine

RULES = Path(__file__).parents[2] / "rules"
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


@cache
def engine(name: str) -> RuleEngine:
    """Return the engine of a shipped playbook, or of the largest one filled with this text."""
    if (RULES / name).is_dir():
        return RuleEngine(loader.load(RULES / name))
    return largest_engine(name)


def first_answers(of: RuleEngine) -> dict[str, str | None]:
    """Return the first answer to each question."""
    return {question.id: next(iter(question.answers)) for question in of.playbook.questions}


def draft_of(title: str, problem: str, place: Place | None = None, **more: Any) -> Draft:
    """Return a draft on the playbook ragvsft."""
    return Draft(
        id="0" * 32,
        driver=Person("T0123456789", "U0123456789"),
        playbook_hash=engine("ragvsft").playbook.hash,
        started_at=AT,
        changed_at=AT,
        origin=place,
        workflow=Workflow(title=title, problem=problem, deciders=("U0123456789",)),
        **more,
    )


def decision_of(draft: Draft, place: Place, of: RuleEngine) -> Decision:
    """Return the decision posted from a draft."""
    return Decision(
        workspace=draft.driver.workspace,
        number=12,
        draft_id=draft.id,
        title=draft.workflow.title,
        problem=draft.workflow.problem,
        driver=draft.driver.user,
        deciders=draft.workflow.deciders,
        review_on=AT.date(),
        place=place,
        playbook_hash=draft.playbook_hash,
        answers=draft.answers,
        verdict=of.evaluate(draft.answers),
        status=Status.OPEN,
        opened_at=AT,
    )


def a_decision() -> Decision:
    """Return an open decision with the first answer to each question."""
    of = engine("ragvsft")
    draft = draft_of("Title", "Problem", answers=first_answers(of))
    return decision_of(draft, Place("C1", Visibility.PUBLIC), of)
