"""The thread note about each event of a decision."""

from dataclasses import replace
from datetime import date

import pytest

from bot.decisions.events import (
    Accepted,
    Edited,
    Event,
    EventDetail,
    EventKind,
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
from bot.decisions.model import ReviewOutcome
from bot.decisions.records.history import happened
from bot.slack.views.announcement import thread_note
from tests.slack.examples import AT, a_decision, engine

OF = engine("ragvsft").playbook
FIRST, SECOND = list(OF.options)[:2]
TITLE = OF.options[FIRST].title
QUESTION = OF.questions[0]
ANSWER, OTHER = list(QUESTION.answers)[:2]
APRIL, MAY = date(2026, 4, 5), date(2026, 5, 5)
EDIT = Edited({QUESTION.id: (ANSWER, OTHER)}, FIRST, SECOND, title_was="An older title")
DETAILS: tuple[EventDetail, ...] = (
    Opened(),
    Accepted(FIRST),
    Overridden(FIRST, SECOND, "A pilot said so"),
    Withdrawn("Not needed"),
    HandedOver(("U1",), ("U2",)),
    Superseded(3),
    Reviewed(ReviewOutcome.PARTLY, "Half of it"),
    EDIT,
    Moved("C2"),
    ViewsAsked(("U2", "U3")),
    Nudged(("U2",)),
    NotReached("U2", "user_disabled"),
    ViewAdded({}, FIRST),
    ViewChanged({}, FIRST, SECOND),
)


def _note(detail: EventDetail) -> str:
    return thread_note(Event(detail, "U1", AT), a_decision(), OF).text


def test_every_event_has_words() -> None:
    """Each kind of event is among those whose words are tested."""
    assert {each.kind for each in DETAILS} == set(EventKind)


@pytest.mark.parametrize("detail", DETAILS, ids=lambda detail: detail.kind.value)
def test_thread_and_record_agree(detail: EventDetail) -> None:
    """A thread note has the same words as the record, as mrkdwn."""
    told = happened(Event(detail, "U1", AT), OF)
    said = _note(detail)
    plain = said.replace("*", "").replace("#", "").replace("&amp;", "&")
    for each in (f"<@U1> {told.did}", *(f"<@{user}>" for user in told.to), told.note):
        assert each in plain
    assert all(f"• {line}" in plain for line in told.details)


def test_an_edit_names_every_change() -> None:
    """The note has the answers before and after, and the former title."""
    said = _note(EDIT)
    before, after = (QUESTION.answers[each] for each in (ANSWER, OTHER))
    assert f"• {QUESTION.ask} {before} → *{after}*" in said
    assert "• The title was: An older title" in said
    assert f"became *{OF.options[SECOND].title}*; it was {OF.options[FIRST].title}" in said


@pytest.mark.parametrize(
    ("days", "line"),
    [
        ((APRIL, MAY), "The review is on 5 May 2026; it was on 5 April 2026"),
        ((None, MAY), "The review is on 5 May 2026; none was planned"),
        ((APRIL, None), "No review is planned any more; it was on 5 April 2026"),
    ],
)
def test_an_edit_of_the_review_alone_says_so(
    days: tuple[date | None, date | None], line: str
) -> None:
    """The note gives the review day before and after."""
    said = _note(Edited({}, FIRST, FIRST, review=days))
    assert said.startswith("<@U1> changed the day of the review. ")
    assert f"• {line}" in said


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        (None, None, "Still nothing is recommended."),
        (None, FIRST, f"The recommendation became *{TITLE}*; there was none before."),
        (FIRST, None, f"Nothing is recommended any more; it was {TITLE}."),
        (FIRST, FIRST, f"The recommendation stayed *{TITLE}*."),
    ],
)
def test_an_edit_gives_the_new_recommendation(was: str | None, now: str | None, words: str) -> None:
    """If nothing is recommended, before or after an edit, the note names no option."""
    said = _note(Edited({}, was, now, title_was="An older title"))
    assert f"changed the description. {words}" in said


def test_notes_escape_what_people_write() -> None:
    """A former title, a reason and a playbook's words are shown literally."""
    said = _note(replace(EDIT, title_was="<!channel> & <@U9>"))
    assert "The title was: &lt;!channel&gt; &amp; &lt;@U9&gt;" in said
