"""Events in words, for records and for notes in threads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from bot.decisions.events import (
    Accepted,
    Edited,
    Event,
    EventDetail,
    HandedOver,
    Moved,
    NotReached,
    Nudged,
    Opened,
    Overridden,
    Reviewed,
    Superseded,
    ViewAdded,
    ViewChanged,
    ViewsAsked,
    Withdrawn,
)
from bot.decisions.records.record import RecordedEvent
from bot.decisions.records.words import NOT_ANSWERED, NOTHING_YET, WENT, words_of_answer
from bot.playbooks.model import Answer, Playbook
from bot.playbooks.sensitivity import as_tuple


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
    return RecordedEvent(
        at=event.at,
        by=event.actor,
        kind=event.kind,
        did=did(event.detail, playbook),
        to=people_of(event.detail),
        note=note_of(event.detail),
        details=changes(event.detail, playbook),
    )


def did(detail: EventDetail, playbook: Playbook, style: Style = PLAIN) -> str:
    """Return the phrase for an action; it follows the actor's name and precedes `people_of`."""
    return _EventFormatter(playbook, style).phrase(detail)


def people_of(detail: EventDetail) -> tuple[str, ...]:
    """Return the user ids of the people that an event is about."""
    match detail:
        case HandedOver():
            return detail.deciders
        case ViewsAsked() | Nudged():
            return detail.users
        case NotReached():
            return (detail.user,)
        case _:
            return ()


def note_of(detail: EventDetail) -> str:
    """Return the actor's reason or note; empty if there is none."""
    match detail:
        case Overridden() | Withdrawn():
            return detail.reason
        case Reviewed() | ViewAdded() | ViewChanged():
            return detail.note
        case _:
            return ""


def changes(detail: EventDetail, playbook: Playbook, style: Style = PLAIN) -> tuple[str, ...]:
    """Return a line for each answer and field that an edit changed."""
    return _EventFormatter(playbook, style).changes(detail) if isinstance(detail, Edited) else ()


@dataclass(frozen=True, slots=True)
class _EventFormatter:
    """Formats events by the words of a playbook."""

    playbook: Playbook
    style: Style

    def phrase(self, detail: EventDetail) -> str:  # noqa: C901 - one case for each kind
        match detail:
            case Opened():
                return "asked for a decision"
            case Edited():
                return self._edited(detail)
            case HandedOver():
                because = ", as its driver has left," if detail.driver else ""
                return f"handed the decision over{because} to"
            case Moved():
                return "moved it to another channel"
            case Accepted():
                return f"accepted the recommendation: {self._strong(detail.option)}"
            case Overridden():
                text = f"decided for {self._strong(detail.option)}"
                was = detail.recommended
                return f"{text} instead of {self._title(was)}" if was else text
            case Withdrawn():
                return "withdrew the decision"
            case Superseded():
                return f"opened {self.style.decision.format(detail.by)} in its place"
            case Reviewed():
                return f"looked back: {self.style.strong(WENT[detail.outcome])}"
            case ViewsAsked():
                return "asked for the view of"
            case Nudged():
                return "reminded"
            case NotReached():
                return "asked for a view, but this person can't be reached:"
            case ViewAdded():
                return f"added a view: {self._strong(detail.option)}"
            case ViewChanged():
                text = f"changed their view: {self._strong(detail.option)}"
                same = detail.was == detail.option
                return text if same else f"{text}; it was {self._title(detail.was)}"
        assert_never(detail)

    def changes(self, edit: Edited) -> tuple[str, ...]:
        lines = [self._change(*each) for each in edit.answers.items()]
        if edit.title_was is not None:
            lines.append(f"The title was: {self.style.words(edit.title_was)}")
        if edit.problem_was is not None:
            lines.append("The problem was worded differently")
        if edit.review is not None:
            lines.append(_review_moved(*edit.review))
        return tuple(lines)

    def _edited(self, edit: Edited) -> str:
        if edit.answers:
            what = "the answers"
        elif edit.review and edit.title_was is None and edit.problem_was is None:
            what = "the day of the review"
        else:
            what = "the description"
        return f"changed {what}. {self._recommended(edit)}"

    def _recommended(self, edit: Edited) -> str:
        """Return how the recommendation changed."""
        now, was = self._strong(edit.option), self._title(edit.was)
        match bool(edit.option), edit.was == edit.option:
            case False, True:
                return "Still nothing is recommended"
            case False, False:
                return f"Nothing is recommended any more; it was {was}"
            case _, True:
                return f"The recommendation stayed {now}"
        before = f"it was {was}" if edit.was else "there was none before"
        return f"The recommendation became {now}; {before}"

    def _change(self, name: str, change: tuple[Answer, Answer]) -> str:
        asked = next((each for each in self.playbook.questions if each.id == name), None)
        known = asked.answers if asked else {}
        words, strong = self.style.words, self.style.strong
        was, now = change
        title = words(asked.ask if asked else name)
        if isinstance(was, tuple) and isinstance(now, tuple):
            added = [f"added {strong(known.get(each, each))}" for each in now if each not in was]
            dropped = [f"dropped {words(known.get(each, each))}" for each in was if each not in now]
            return f"{title} {'; '.join((*added, *dropped))}"
        return f"{title} {words(_answer(known, was))} → {strong(_answer(known, now))}"

    def _strong(self, option: str | None) -> str:
        return self.style.strong(self._named(option))

    def _title(self, option: str | None) -> str:
        return self.style.words(self._named(option))

    def _named(self, option: str | None) -> str:
        if option is None:
            return NOTHING_YET
        known = self.playbook.options.get(option)
        return known.title if known else option


def _review_moved(was: date | None, now: date | None) -> str:
    """Return how the review date changed."""
    before = f"it was on {_day(was)}" if was else "none was planned"
    if now is None:
        return f"No review is planned any more; {before}"
    return f"The review is on {_day(now)}; {before}"


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"


def _answer(words: Mapping[str, str], answer: Answer) -> str:
    if not answer and answer is not None:
        return NOT_ANSWERED
    known = {each: words.get(each, each) for each in as_tuple(answer)}
    return words_of_answer(known, answer)
