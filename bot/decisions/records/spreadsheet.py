"""Records as CSV that no spreadsheet evaluates as formulas."""

import csv
import io
import unicodedata
from collections.abc import Iterable
from typing import Any

from bot.decisions.records.record import Record, RecordedPerspective, RecordedReview
from bot.decisions.records.words import NOTHING_YET

COLUMNS = (
    *("workspace", "number", "title", "problem", "status", "recommended", "strength", "settled"),
    *("chosen", "decided_by", "decided_at", "reason", "went", "driver", "deciders", "contributors"),
    *("channel", "visibility", "opened_at", "review_on", "supersedes", "superseded_by", "source"),
    *("playbook", "playbook_version", "cost", "answers", "revisit_when", "views", "reviews"),
    *("ended_by", "ended_at", "ended_reason"),
)
_FORMULA = frozenset("=+-@")
_UNSEEN = ("Z", "C")
"""Unicode categories that some programs strip or hide: white space, control, format."""


def as_csv(records: Iterable[Record]) -> str:
    r"""Return records as CSV after RFC 4180, a row for each, with the columns' names first.

    A cell that a spreadsheet would evaluate as a formula gets a leading apostrophe:
    https://owasp.org/www-community/attacks/CSV_Injection. This includes full-width signs, and signs
    after invisible characters, which some programs strip.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for record in records:
        cells = _cells(record)
        writer.writerow([_safe(cells[column]) for column in COLUMNS])
    return out.getvalue()


def _cells(record: Record) -> dict[str, Any]:
    outcome, ended = record.outcome, record.ended
    dumped = record.model_dump(mode="json")
    cost = record.cost_of(record.chosen)
    return {
        **dumped,
        "channel": record.where(),
        "chosen": outcome.option if outcome else None,
        "decided_by": record.person(outcome.by) if outcome else None,
        "decided_at": dumped["outcome"]["at"] if outcome else None,
        "reason": outcome.reason if outcome else None,
        "driver": record.person(record.driver),
        "deciders": _people(record, record.deciders),
        "contributors": _people(record, record.contributors),
        "playbook": record.playbook.id,
        "playbook_version": record.playbook.version,
        "cost": cost.line if cost else None,
        "answers": "\n".join(f"{each.ask} {each.words}" for each in record.answers),
        "revisit_when": "\n".join(record.revisit_when),
        "views": "\n".join(_perspective(record, each) for each in record.views),
        "reviews": "\n".join(_review(record, each) for each in record.reviews),
        "ended_by": record.person(ended.by) if ended else None,
        "ended_at": dumped["ended"]["at"] if ended else None,
        "ended_reason": ended.reason if ended else None,
    }


def _people(record: Record, users: Iterable[str]) -> str:
    return "; ".join(record.person(each) for each in users)


def _perspective(record: Record, perspective: RecordedPerspective) -> str:
    person = record.person(perspective.by)
    leads_to = f"{perspective.option} ({perspective.strength})" if perspective.option else ""
    if perspective.choice is None:
        return f"{person}: {leads_to or NOTHING_YET}"
    words = f"{person}: would choose {perspective.choice}"
    return f"{words}, answers lead to {leads_to}" if leads_to else words


def _review(record: Record, review: RecordedReview) -> str:
    said = f"{review.outcome} ({record.person(review.by)}, {review.at:%Y-%m-%d})"
    return f"{said}: {review.note}" if review.note else said


def _safe(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "")
    return f"'{text}" if _could_be_formula(text) else text


def _could_be_formula(text: str) -> bool:
    for char in text:
        if char in "\t\r":
            return True
        if not unicodedata.category(char).startswith(_UNSEEN):
            return unicodedata.normalize("NFKC", char)[0] in _FORMULA
    return False
