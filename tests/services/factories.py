"""Factories for decisions and perspectives of the small playbook, and helpers that store them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.decisions.model import (
    Closure,
    Decision,
    Person,
    Perspective,
    Place,
    Resolution,
    Status,
    Visibility,
)
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.verdict import Strength
from bot.storage.connection import Connection
from bot.storage.decisions import add_decisions, find_decision
from bot.storage.perspectives import save_perspective
from bot.storage.playbook_versions import save_playbook
from tests.services.harness import SMALL, ServiceHarness

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
ENGINE = RuleEngine(loader.parse(SMALL))
PUBLIC = Place("C1", Visibility.PUBLIC)
PRIVATE = Place("G1", Visibility.PRIVATE)
OTHER_PRIVATE = Place("G2", Visibility.PRIVATE)
ANSWERS = {"facts": "many", "freshness": "daily", "style": "strict"}


def make_decision(
    number: int,
    *,
    workspace: str = "T1",
    title: str = "Answers",
    problem: str = "",
    people: Sequence[str] = ("U1",),
    place: Place = PUBLIC,
    status: Status = Status.OPEN,
    chosen: str | None = None,
    reason: str = "",
    answers: Mapping[str, str | None] | None = None,
) -> Decision:
    """Return a decision; the first of its people drives it, the others decide."""
    given = ANSWERS if answers is None else answers
    closed = status in {Status.WITHDRAWN, Status.SUPERSEDED}
    return Decision(
        workspace=workspace,
        number=number,
        draft_id=f"{workspace}-{number}",
        title=title,
        problem=problem,
        driver=people[0],
        deciders=tuple(people[1:]) or (people[0],),
        review_on=None,
        place=place,
        playbook_hash=SMALL.hash,
        answers=given,
        verdict=ENGINE.evaluate(given),
        status=status,
        opened_at=AT + timedelta(days=number),
        resolution=Resolution(people[-1], AT, reason, chosen) if chosen else None,
        closure=Closure(people[-1], AT, reason) if closed else None,
    )


async def store_decisions(
    harness: ServiceHarness, *decisions: Decision, playbook: loader.PlaybookText = SMALL
) -> None:
    """Store decisions as they are, with their playbook."""

    def work(db: Connection) -> None:
        save_playbook(db, playbook)
        add_decisions(db, decisions)

    await harness.database.write(work)


async def store_perspective(
    harness: ServiceHarness, person: Person, number: int, *, option: str = "rag"
) -> None:
    """Store a person's perspective of a decision."""
    perspective = Perspective(
        workspace=person.workspace,
        decision=number,
        user=person.user,
        answers={},
        option=option,
        strength=Strength.CLEAR,
        added_at=AT,
        changed_at=AT,
    )

    def work(db: Connection) -> None:
        found = find_decision(db, person.workspace, number)
        assert found is not None
        save_perspective(db, found, perspective)

    await harness.database.write(work)
