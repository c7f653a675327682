"""The chapters of a record about people: who saw it how, how it went, and what happened when."""

from collections.abc import Sequence
from datetime import UTC

from bot.decisions.records.markdown import inline, line, listed, titled
from bot.decisions.records.parts import (
    RecordedDifference,
    RecordedEvent,
    RecordedPerspective,
    RecordedReview,
)
from bot.decisions.records.record import Record
from bot.decisions.records.words import WENT, as_sentence, sure


def perspectives(record: Record) -> str:
    """Return what each person's answers come to, and where they differ."""
    parts = [
        listed(_perspective(record, each) for each in record.views),
        titled("They differed", (_difference(record, each) for each in record.differences)),
    ]
    return "\n\n".join(part for part in parts if part)


def reviews(record: Record) -> str:
    """Return what each decider said about how it went."""
    return listed(_reviewed(record, each) for each in record.reviews)


def history(record: Record) -> str:
    """Return what happened to the decision, oldest first."""
    return "\n".join(_happened(record, each) for each in record.history)


def _perspective(record: Record, perspective: RecordedPerspective) -> str:
    asked = ", who opened it" if perspective.driver else ""
    option = inline(record.title_of(perspective.option))
    return f"{_person(record, perspective.by)}{asked}: {option} ({sure(perspective.strength)})"


def _difference(record: Record, found: RecordedDifference) -> str:
    said = "; ".join(f"{_people(record, each.by)}: “{inline(each.words)}”" for each in found.said)
    leads = " or ".join(inline(record.title_of(each)) for each in found.leads_to)
    return f"{line(found.ask)} {said}" + (f". It could become {leads}" if leads else "")


def _reviewed(record: Record, review: RecordedReview) -> str:
    said = f"{as_sentence(WENT[review.outcome])}, said {_person(record, review.by)}"
    said += f" on {review.at:%Y-%m-%d}"
    return f"{said}: {inline(review.note)}" if review.note.strip() else f"{said}."


def _happened(record: Record, event: RecordedEvent) -> str:
    at = f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    did = f"{_person(record, event.by)} {inline(event.did)}"
    to = f" {_people(record, event.to)}" if event.to else ""
    note = f": “{inline(event.note)}”" if event.note.strip() else ""
    details = "".join(f"\n  * {line(each)}" for each in event.details)
    return f"* {at}: {did}{to}{note}{details}"


def _people(record: Record, users: Sequence[str]) -> str:
    return ", ".join(_person(record, each) for each in users)


def _person(record: Record, user: str) -> str:
    return inline(record.person(user))
