"""The life of a decision in words: what happened, who did it, and when."""

import json
from collections.abc import Callable, Mapping

from bot.advice.playbook import Playbook
from bot.decisions.events import Event
from bot.decisions.model import Outcome
from bot.decisions.records.parts import Happened

NOT_ANSWERED = "not answered"
DONT_KNOW = "Don't know"
WENT = {
    Outcome.WORKED: "it worked",
    Outcome.PARTLY: "it worked partly",
    Outcome.FAILED: "it did not work",
    Outcome.NOT_TRIED: "it was not tried",
}

Detail = Mapping[str, str]


def happened(event: Event, playbook: Playbook) -> Happened:
    """Return an event in words.

    Args:
        event: as the log keeps it.
        playbook: the decision's.
    """
    detail = event.detail
    return Happened(
        at=event.at,
        by=event.actor,
        kind=event.kind,
        did=_did(event, playbook),
        to=tuple((detail.get("to") or detail.get("users", "")).split()),
        note=detail.get("reason") or detail.get("note", ""),
        details=_changes(detail, playbook) if event.kind == "edited" else (),
    )


def _did(event: Event, playbook: Playbook) -> str:
    if event.kind in _TOLD:
        return _TOLD[event.kind](event.detail, playbook)
    return _PLAIN.get(event.kind, event.kind.replace("_", " "))


def _accepted(detail: Detail, playbook: Playbook) -> str:
    return f"accepted the recommendation: {_title(playbook, detail, 'option')}"


def _overridden(detail: Detail, playbook: Playbook) -> str:
    chosen, instead = (_title(playbook, detail, key) for key in ("option", "recommended"))
    return f"decided for {chosen}" + (f" instead of {instead}" if instead else "")


def _edited(detail: Detail, playbook: Playbook) -> str:
    changed = "changed the answers" if _answers(detail) else "changed the description"
    return f"{changed}. {_now(detail, playbook)}"


def _reviewed(detail: Detail, playbook: Playbook) -> str:
    del playbook
    return f"looked back: {WENT[Outcome(detail['outcome'])]}"


def _view_added(detail: Detail, playbook: Playbook) -> str:
    return f"added a view: {_title(playbook, detail, 'option')}"


def _view_changed(detail: Detail, playbook: Playbook) -> str:
    now, was = (_title(playbook, detail, key) for key in ("option", "was"))
    return f"changed their view: {now}" + ("" if now == was else f"; it was {was}")


def _superseded(detail: Detail, playbook: Playbook) -> str:
    del playbook
    return f"opened decision {detail['by']} in its place"


_PLAIN: Mapping[str, str] = {
    "opened": "asked for a decision",
    "withdrawn": "withdrew it",
    "handed_over": "handed it over to",
    "views_asked": "asked for the view of",
    "nudged": "reminded",
    "not_reached": "had asked somebody who cannot be reached:",
    "moved": "had it posted in another channel",
}
_TOLD: Mapping[str, Callable[[Detail, Playbook], str]] = {
    "accepted": _accepted,
    "overridden": _overridden,
    "superseded": _superseded,
    "reviewed": _reviewed,
    "edited": _edited,
    "view_added": _view_added,
    "view_changed": _view_changed,
}


def _now(detail: Detail, playbook: Playbook) -> str:
    now, was = (_title(playbook, detail, key) for key in ("option", "was"))
    if now == was:
        return f"The recommendation stayed {now}"
    return f"The recommendation became {now}; it was {was}"


def _answers(detail: Detail) -> Mapping[str, tuple[str | None, str | None]]:
    changed: dict[str, tuple[str | None, str | None]] = json.loads(detail.get("answers", "{}"))
    return changed


def _changes(detail: Detail, playbook: Playbook) -> tuple[str, ...]:
    """Return what an edit changed, a line for each answer and each part of the description."""
    asks = {question.id: question for question in playbook.questions}
    lines = []
    for name, (before, after) in _answers(detail).items():
        question = asks.get(name)
        words = dict(question.answers) if question else {}
        was, now = (_answer(words, each) for each in (before, after))
        lines.append(f"{question.ask if question else name} {was} → {now}")
    if "title_was" in detail:
        lines.append(f"The title was: {detail['title_was']}")
    if "problem_was" in detail:
        lines.append("The problem was worded differently")
    if "review_was" in detail:
        was = detail["review_was"]
        lines.append("No review was planned" if was == "never" else f"The review was on {was}")
    return tuple(lines)


def _answer(words: Mapping[str, str], answer: str | None) -> str:
    if answer is None:
        return DONT_KNOW
    return words.get(answer, answer) if answer else NOT_ANSWERED


def _title(playbook: Playbook, detail: Detail, key: str) -> str:
    option = detail.get(key, "")
    known = playbook.options.get(option)
    return known.title if known else option
