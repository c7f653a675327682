"""Events in words, for records and for notes in threads."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.decisions.events import NO_REVIEW, Event
from bot.decisions.model import ReviewOutcome
from bot.decisions.records.record import RecordedEvent
from bot.decisions.records.words import DONT_KNOW, NOT_ANSWERED, NOTHING_YET, WENT
from bot.playbooks.model import Playbook

Detail = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Style:
    """How to format an event's words.

    Attributes:
        words: formats text of people and playbooks.
        strong: formats the most important text.
        decision: the format string for the number of a decision.
    """

    words: Callable[[str], str] = str
    strong: Callable[[str], str] = str
    decision: str = "decision {}"


PLAIN = Style()


def happened(event: Event, playbook: Playbook) -> RecordedEvent:
    """Return an event of a decision in words; `playbook` is the decision's."""
    detail = event.detail
    return RecordedEvent(
        at=event.at,
        by=event.actor,
        kind=event.kind,
        did=did(event.kind, detail, playbook),
        to=people_of(detail),
        note=note_of(detail),
        details=changes(event.kind, detail, playbook),
    )


def did(kind: str, detail: Detail, playbook: Playbook, style: Style = PLAIN) -> str:
    """Return the phrase for an action; it follows the actor's name and precedes `people_of`.

    Args:
        kind: the event's.
        detail: the event's.
        playbook: the decision's.
        style: formats the words.
    """
    if kind in _PHRASES:
        return _PHRASES[kind](_EventFormatter(detail, playbook, style))
    return _FIXED_PHRASES.get(kind, kind.replace("_", " "))


def people_of(detail: Detail) -> tuple[str, ...]:
    """Return the user ids of the people that an event is about."""
    return tuple((detail.get("to") or detail.get("users", "")).split())


def note_of(detail: Detail) -> str:
    """Return the actor's reason or note; empty if there is none."""
    return detail.get("reason") or detail.get("note", "")


def changes(kind: str, detail: Detail, playbook: Playbook, style: Style = PLAIN) -> tuple[str, ...]:
    """Return a line for each answer and field that an edit changed."""
    return _EventFormatter(detail, playbook, style).changes() if kind == "edited" else ()


@dataclass(frozen=True, slots=True)
class _EventFormatter:
    """Formats one event."""

    detail: Detail
    playbook: Playbook
    style: Style

    def accepted(self) -> str:
        return f"accepted the recommendation: {self._strong('option')}"

    def overridden(self) -> str:
        text = f"decided for {self._strong('option')}"
        if self.detail.get("recommended"):
            text += f" instead of {self._title('recommended')}"
        return text

    def edited(self) -> str:
        what = "the answers" if self._answers() else self._described()
        return f"changed {what}. {self._recommended()}"

    def _described(self) -> str:
        """Return what an edit without changed answers changed."""
        described = {"title_was", "problem_was"} & self.detail.keys()
        if "review_was" in self.detail and not described:
            return "the day of the review"
        return "the description"

    def _recommended(self) -> str:
        """Return how the recommendation changed."""
        now, was = self._strong("option"), self._title("was")
        match bool(self.detail["option"]), self._same():
            case False, True:
                return "Still nothing is recommended"
            case False, False:
                return f"Nothing is recommended any more; it was {was}"
            case _, True:
                return f"The recommendation stayed {now}"
        before = f"it was {was}" if self.detail["was"] else "there was none before"
        return f"The recommendation became {now}; {before}"

    def superseded(self) -> str:
        return f"opened {self.style.decision.format(self.detail['by'])} in its place"

    def reviewed(self) -> str:
        return f"looked back: {self.style.strong(WENT[ReviewOutcome(self.detail['outcome'])])}"

    def view_added(self) -> str:
        return f"added a view: {self._strong('option')}"

    def view_changed(self) -> str:
        text = f"changed their view: {self._strong('option')}"
        return text if self._same() else f"{text}; it was {self._title('was')}"

    def changes(self) -> tuple[str, ...]:
        detail, words = self.detail, self.style.words
        lines = [self._change(*each) for each in self._answers().items()]
        if "title_was" in detail:
            lines.append(f"The title was: {words(detail['title_was'])}")
        if "problem_was" in detail:
            lines.append("The problem was worded differently")
        if "review_was" in detail:
            lines.append(_review_moved(detail["review_was"], detail["review"]))
        return tuple(lines)

    def _change(self, name: str, change: tuple[str | None, str | None]) -> str:
        asked = next((each for each in self.playbook.questions if each.id == name), None)
        known = asked.answers if asked else {}
        was, now = (_answer(known, each) for each in change)
        words = self.style.words
        return f"{words(asked.ask if asked else name)} {words(was)} → {self.style.strong(now)}"

    def _answers(self) -> Mapping[str, tuple[str | None, str | None]]:
        found: dict[str, tuple[str | None, str | None]] = json.loads(
            self.detail.get("answers", "{}")
        )
        return found

    def _same(self) -> bool:
        return self.detail.get("option") == self.detail.get("was")

    def _strong(self, key: str) -> str:
        return self.style.strong(self._named(key))

    def _title(self, key: str) -> str:
        return self.style.words(self._named(key))

    def _named(self, key: str) -> str:
        option = self.detail.get(key, "")
        known = self.playbook.options.get(option)
        return known.title if known else option or NOTHING_YET


_FIXED_PHRASES: Mapping[str, str] = {
    "opened": "asked for a decision",
    "withdrawn": "withdrew the decision",
    "handed_over": "handed the decision over to",
    "views_asked": "asked for the view of",
    "nudged": "reminded",
    "not_reached": "had asked somebody who cannot be reached:",
    "moved": "had it posted in another channel",
}
_PHRASES: Mapping[str, Callable[[_EventFormatter], str]] = {
    "accepted": _EventFormatter.accepted,
    "overridden": _EventFormatter.overridden,
    "superseded": _EventFormatter.superseded,
    "reviewed": _EventFormatter.reviewed,
    "edited": _EventFormatter.edited,
    "view_added": _EventFormatter.view_added,
    "view_changed": _EventFormatter.view_changed,
}


def _review_moved(was: str, now: str) -> str:
    """Return how the review date changed; both are ISO dates or `NO_REVIEW`."""
    before = "none was planned" if was == NO_REVIEW else f"it was on {_day(was)}"
    if now == NO_REVIEW:
        return f"No review is planned any more; {before}"
    return f"The review is on {_day(now)}; {before}"


def _day(iso: str) -> str:
    return f"{date.fromisoformat(iso):%-d %B %Y}"


def _answer(words: Mapping[str, str], answer: str | None) -> str:
    if answer is None:
        return DONT_KNOW
    return words.get(answer, answer) if answer else NOT_ANSWERED
