"""The thread note about each event of a decision."""

import json
from dataclasses import replace

import pytest

from bot.decisions.events import Event
from bot.decisions.records.history import happened
from bot.slack.views.announcement import thread_note
from tests.slack.examples import AT, a_decision, engine

OF = engine("ragvsft").playbook
FIRST, SECOND = list(OF.options)[:2]
TITLE = OF.options[FIRST].title
QUESTION = OF.questions[0]
ANSWER, OTHER = list(QUESTION.answers)[:2]
DETAILS = {
    "accepted": {"option": FIRST},
    "overridden": {"option": FIRST, "recommended": SECOND, "reason": "A pilot said so"},
    "withdrawn": {"reason": "Not needed"},
    "handed_over": {"to": "U2"},
    "superseded": {"by": "3"},
    "reviewed": {"outcome": "partly", "note": "Half of it"},
    "edited": {
        "answers": json.dumps({QUESTION.id: [ANSWER, OTHER]}),
        "was": FIRST,
        "option": SECOND,
        "title_was": "An older title",
    },
}


@pytest.mark.parametrize("kind", DETAILS)
def test_thread_and_record_agree(kind: str) -> None:
    """A thread note has the same words as the record, as mrkdwn."""
    event = Event(kind, "U1", AT, DETAILS[kind])
    told = happened(event, OF)
    said = thread_note({"event": kind, "actor": "U1", **event.detail}, a_decision(), OF).text
    plain = said.replace("*", "").replace("#", "").replace("&amp;", "&")
    for each in (f"<@U1> {told.did}", *(f"<@{user}>" for user in told.to), told.note):
        assert each in plain
    assert all(f"• {line}" in plain for line in told.details)


def test_an_edit_names_every_change() -> None:
    """The note has the answers before and after, and the former title."""
    said = thread_note(
        {"event": "edited", "actor": "U1", **DETAILS["edited"]}, a_decision(), OF
    ).text
    before, after = (QUESTION.answers[each] for each in (ANSWER, OTHER))
    assert f"• {QUESTION.ask} {before} → *{after}*" in said
    assert "• The title was: An older title" in said
    assert f"became *{OF.options[SECOND].title}*; it was {OF.options[FIRST].title}" in said


@pytest.mark.parametrize(
    ("days", "line"),
    [
        (("2026-04-05", "2026-05-05"), "The review is on 5 May 2026; it was on 5 April 2026"),
        (("never", "2026-05-05"), "The review is on 5 May 2026; none was planned"),
        (("2026-04-05", "never"), "No review is planned any more; it was on 5 April 2026"),
    ],
)
def test_an_edit_of_the_review_alone_says_so(days: tuple[str, str], line: str) -> None:
    """The note gives the review day before and after."""
    was, now = days
    detail = {"was": FIRST, "option": FIRST, "answers": "{}", "review_was": was, "review": now}
    said = thread_note({"event": "edited", "actor": "U1", **detail}, a_decision(), OF).text
    assert said.startswith("<@U1> changed the day of the review. ")
    assert f"• {line}" in said


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("", "", "Still nothing is recommended."),
        ("", FIRST, f"The recommendation became *{TITLE}*; there was none before."),
        (FIRST, "", f"Nothing is recommended any more; it was {TITLE}."),
        (FIRST, FIRST, f"The recommendation stayed *{TITLE}*."),
    ],
)
def test_an_edit_gives_the_new_recommendation(was: str, now: str, words: str) -> None:
    """If nothing is recommended, before or after an edit, the note names no option."""
    detail = {"was": was, "option": now, "title_was": "An older title"}
    said = thread_note({"event": "edited", "actor": "U1", **detail}, a_decision(), OF).text
    assert f"changed the description. {words}" in said


def test_notes_escape_what_people_write() -> None:
    """A former title, a reason and a playbook's words are shown literally."""
    detail = {**DETAILS["edited"], "title_was": "<!channel> & <@U9>"}
    said = thread_note(
        {"event": "edited", "actor": "U1", **detail}, replace(a_decision(), number=1), OF
    )
    assert "The title was: &lt;!channel&gt; &amp; &lt;@U9&gt;" in said.text
