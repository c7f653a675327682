"""What a digest says, whatever it holds, and whom it pings."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.decisions.calibration import Tally
from bot.decisions.digest.calendar import Due, next_due
from bot.decisions.digest.settings import Part, Rhythm, Scope, Weekday
from bot.decisions.digest.trend import Trend
from bot.decisions.digest.week import Digest, Ended, Entry, Hidden, Share
from bot.decisions.model import Decision, Outcome, Settlement, Status
from bot.slack.text import and_list
from bot.slack.views.digest.message import digest_message, preview_message, when_next
from bot.slack.views.digest.samples import COMMAND, digest_of, links_of, quiet_digest
from bot.slack.views.message import Message
from tests.slack.blocks import faults_of_message
from tests.slack.examples import a_decision, advisor

PARTS = (
    *("<!channel>", "<@U99>", "<https://evil.test|Slack>", "&", "`", "```", "|", "*", "_", "~"),
    *("\n", "\n> ", "•", "👩‍👩‍👧", "\u202eעברית", "W", " "),
)
WRITTEN = st.lists(st.sampled_from(PARTS), min_size=1, max_size=120).map(
    lambda parts: "".join(parts)[:120].strip() or "x"
)
RHYTHM = Rhythm(Weekday.THURSDAY, time(8, 30), "Asia/Tokyo")


def _full(**more: Any) -> Digest:
    """A digest with everything in it, about one decision, with its text as given."""
    made = replace(a_decision(), **more)
    return digest_of(made, advisor("ragvsft").playbook)


def _channel(digest: Digest) -> Digest:
    """The same for one channel, a week long and with two entries of each part."""
    shares = {
        name: replace(getattr(digest, name), shown=getattr(digest, name).shown[:2], count=2)
        for name in ("waiting", "disagreements", "reviews", "new", "decided", "ended", "altered")
    }
    since = digest.until - timedelta(weeks=1)
    return replace(digest, scope=Scope.CHANNEL, since=since, hidden=Hidden(), missed=(), **shares)


def _paragraphs(message: Message) -> list[str]:
    """The texts of a message's sections, in order."""
    return [block["text"]["text"] for block in message.blocks if block["type"] == "section"]


def _part(message: Message, title: str) -> str:
    (found,) = [text for text in _paragraphs(message) if text.startswith(f"*{title}")]
    return found


def _told(digest: Digest) -> Message:
    return digest_message(digest, COMMAND, links_of(digest))


@settings(max_examples=10)
@given(WRITTEN, WRITTEN)
@example("```", "|" * 120)
@example("<" * 120, "&" * 2000)
@example("👩‍👩‍👧" * 24, "\n" * 100)
def test_slack_takes_whatever_a_digest_tells(title: str, reason: str) -> None:
    """No title and no reason breaks a digest, makes a mention or a link, or is too much."""
    digest = _full(title=title, problem=reason)
    coming = when_next(COMMAND, next_due(RHYTHM, digest.until), RHYTHM)
    preview = preview_message(digest, COMMAND, links_of(digest), "0" * 32, coming)
    assert faults_of_message(_told(digest)) == []
    assert faults_of_message(preview) == []
    assert all(len(text) <= 2900 for text in _paragraphs(preview))


@settings(max_examples=5)
@given(WRITTEN)
def test_only_those_who_must_act_are_pinged(title: str) -> None:
    """People are mentioned where something waits for them, and nowhere else."""
    digest = _full(title=title, deciders=("U1", "U2", "U3", "U4", "U5"))
    others = [text for text in _paragraphs(_told(digest)) if not text.startswith("*Waiting")]
    assert "<@" not in "".join(others)
    waiting = _part(_told(digest), "Waiting for a decision")
    assert set(re.findall(r"<@(\w+)>", waiting)) == {"U1", "U2", "U3"}
    assert "and 2 more for 9 days" in waiting


def test_parts_come_in_the_order_that_makes_people_act() -> None:
    """What waits comes first, then what is differed on and due; the trend is last."""
    titles = [text.split("\n")[0] for text in _paragraphs(_told(_channel(_full())))[1:]]
    assert titles == [
        "*Waiting for a decision (2)*",
        "*Open disagreements (2)*",
        "*Reviews due (2)*",
        "*New (2)*",
        "*Decided (2)*",
        "*Withdrawn or superseded (2)*",
        "*How past decisions went*",
        "*Today's rules would say otherwise (2)*",
        "*The last 12 weeks*",
    ]


def test_each_entry_says_what_there_is_to_know() -> None:
    """Who and how long, what is said, what was chosen and why, what the rules would say now."""
    message = _told(_channel(_full(problem="We have the examples.")))
    link = "https://example.slack.com/archives/C0123456789/p1768385460000001"
    recommended = advisor("ragvsft").playbook.options[a_decision().verdict.option].title
    waiting = _part(message, "Waiting")
    assert f"•  <{link}|#99001  Title>  ·  waiting for <@U0123456789> for 9 days" in waiting
    assert "  ·  2 for " in _part(message, "Open disagreements")
    assert "3 differences would flip it" in _part(message, "Open disagreements")
    assert ", decided on 14 January 2026" in _part(message, "Reviews due")
    assert f"{recommended} is recommended" in _part(message, "New")
    assert f", in place of {recommended}: “We have the examples.”" in _part(message, "Decided")
    assert "99 worked, 99 partly, 100 did not, 99 were not tried" in _part(message, "How past")
    assert f"; then: {recommended}" in _part(message, "Today's rules")


def test_a_digest_begins_with_channel_and_week() -> None:
    """The heading names the week, the line below it the channel and how much there is."""
    message = _told(_channel(_full()))
    assert message.blocks[0]["text"]["text"] == "Decisions  ·  week to 14 January"
    first = _paragraphs(message)[0]
    assert first.startswith("*<#C0123456789>*  ·  2 wait for a decision, 2 are seen differently")
    assert message.text.startswith("Decisions, week to 14 January. 2 wait for a decision")
    assert "ragvsft digest off" in json.dumps(message.blocks[-1])


def test_whatever_is_left_out_is_counted() -> None:
    """Hundreds of decisions: the first of each part, the count of the rest, and how to see it."""
    message = _told(_full())
    waiting = _part(message, "Waiting for a decision (1,234)")
    shown = waiting.count("•")
    assert shown >= 3
    assert f"and {1234 - shown:,} more: `/ragvsft list open`" in waiting
    assert "more: `/ragvsft list decided`" in _part(message, "Decided")
    assert all("•" in text for text in _paragraphs(message)[1:-2])


def test_what_is_private_is_a_number() -> None:
    """A summary of the workspace counts private channels; each entry names its own channel."""
    message = _told(replace(_full(), hidden=Hidden(2, 0, 3, 1)))
    hidden = _part(message, "In private channels")
    assert (
        "2 waiting for a decision, 3 to be reviewed and 1 new. More is told only there." in hidden
    )
    assert "*The whole workspace*" in _paragraphs(message)[0]
    assert " in <#C1>" in _part(message, "Waiting")


def test_digests_that_did_not_come_are_named() -> None:
    """One is named by its day; of many, the last few, and how many came before them."""
    one = _told(replace(_full(), missed=(date(2026, 1, 5),)))
    assert "The digest of 5 January did not come" in json.dumps(one.blocks[2])
    many = _told(_full())
    assert "The digests of 5 earlier weeks, 17 December" in json.dumps(many.blocks[2])


def test_what_came_to_an_end_is_told() -> None:
    """By whom, in words that ping nobody; what it took back; why, or what stands in its place."""
    full = _channel(_full(title="House style", problem="We have the examples."))
    first = full.ended.shown[0]
    part = _part(_told(replace(full, names={first.decision.driver: "Ben <Ha*ck"})), "Withdrawn")
    assert (
        "superseded by Ben &lt;Ha*ck, after The problem is elsewhere had been chosen; see <" in part
    )
    assert "House style>: “We have the examples.”" in part
    taken_back = replace(
        first.decision,
        status=Status.WITHDRAWN,
        superseded_by=None,
        settlement=Settlement("U1", full.until, "Moot."),
    )
    alone = replace(full, names={}, ended=Share((Ended(taken_back),), 1))
    assert "  ·  withdrawn: “Moot.”" in _part(_told(alone), "Withdrawn")
    out_of_sight = replace(full, ended=Share((replace(first, successor=None),), 1))
    assert "; see #99999: “We" in _part(_told(out_of_sight), "Withdrawn")
    assert "1 was withdrawn or superseded" in _paragraphs(_told(alone))[0]


def test_what_is_told_by_no_digest_is_named() -> None:
    """Where more happened than one digest looks back on, it says from when on, and where it is."""
    message = _told(replace(_full(), missed=(), untold_from=datetime(2025, 3, 3, 9, tzinfo=UTC)))
    (line,) = message.blocks[2]["elements"]
    assert line["text"].startswith("It looks back to ")
    assert line["text"].endswith("from 3 March 2025 on, is in `/ragvsft list all`.")


def test_nothing_to_tell_reads_well() -> None:
    """A digest without anything says so in one sentence, and how to end it."""
    quiet = quiet_digest(_full())
    message = _told(quiet)
    assert len(message.blocks) == 3
    assert "Nothing waits for anybody, and nothing happened." in _paragraphs(message)[0]
    assert message.picture is None
    preview = preview_message(quiet, COMMAND, {}, "1" * 32, when_next(COMMAND, None, RHYTHM))
    assert "There is nothing to tell at the moment" in _paragraphs(preview)[0]
    assert preview.blocks[-2]["elements"][0]["value"] == "1" * 32
    assert "None comes by itself here" in json.dumps(preview.blocks[-1])


def test_the_picture_stands_where_the_table_does() -> None:
    """The picture names the table it replaces, and says in words what it shows."""
    message = _told(_full())
    assert message.picture is not None
    assert message.blocks[message.picture.instead_of]["type"] == "table"
    assert "in 12 weeks" in message.picture.alt
    assert len(message.picture.alt) <= 2000


def test_the_table_has_the_weeks_in_which_anything_was_opened() -> None:
    """A row for each such week and one for the others, as of the options a column."""
    weeks = tuple(date(2026, 1, 5) + timedelta(weeks=each) for each in range(3))
    options = {f"o{each}": (each, 0, 1) for each in range(7)}
    digest = replace(_channel(_full()), trend=Trend(weeks, options), titles={"o6": "Best"})
    (table,) = [block for block in _told(digest).blocks if block["type"] == "table"]
    rows = [[cell["text"] for cell in row] for row in table["rows"]]
    assert rows == [
        ["Week of", "Best", "o5", "o4", "o3", "o2", "Others"],
        ["5 Jan", "6", "5", "4", "3", "2", "1"],
        ["19 Jan", "1", "1", "1", "1", "1", "2"],
        ["other weeks", "0", "0", "0", "0", "0", "0"],
    ]


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        (Tally({Outcome.WORKED: 3, Outcome.FAILED: 1}), "3 worked, 1 did not"),
        (Tally({Outcome.WORKED: 1}, {Outcome.WORKED: 1}), "both worked"),
        (Tally({Outcome.NOT_TRIED: 2}), "neither was tried"),
    ],
)
def test_calibration_is_told_in_words(tally: Tally, words: str) -> None:
    """What was recommended and what was chosen in place of it count together."""
    digest = replace(_channel(_full()), calibration={"rag": tally})
    assert f"•  *RAG*  ·  {words}" in _part(_told(digest), "How past")


def test_today_is_not_counted_in_days() -> None:
    """What was opened today waits since today."""
    digest = _full()
    made: Decision = replace(a_decision(), opened_at=digest.until)
    waiting = replace(digest, waiting=Share((Entry(made),), 1))
    assert "*#12  Title*" in _part(_told(waiting), "Waiting")
    assert "since today" in _part(_told(waiting), "Waiting")


@pytest.mark.parametrize(("zone", "day"), [("Pacific/Kiritimati", 6), ("Pacific/Pago_Pago", 4)])
def test_a_decision_was_made_on_the_day_that_its_people_had(zone: str, day: int) -> None:
    """The day on which something was decided is that of the digest's zone."""
    digest = _channel(_full())
    entry = digest.reviews.shown[0]
    made = replace(entry.decision.settlement, at=datetime(2026, 1, 5, 10, 30, tzinfo=UTC))
    decision = replace(entry.decision, settlement=made)
    told = replace(digest, zone=zone, reviews=Share((replace(entry, decision=decision),), 1))
    assert f", decided on {day} January 2026" in _part(_told(told), "Reviews due")


def test_the_next_one_is_told_where_its_clock_is() -> None:
    """The day and hour are those of the digest's own zone."""
    words = when_next(COMMAND, Due(date(2026, 11, 26), a_decision().opened_at), RHYTHM)
    assert words == "The next one comes on Thursday 26 November at 08:30 (Asia/Tokyo)."


def test_what_is_new_is_named_where_other_parts_tell_of_it() -> None:
    """What the head counts as new has its part, though all of it stands in others, and once."""
    whole = _channel(_full())
    early = whole.until - timedelta(days=30)
    old = replace(whole.decided.shown[1].decision, opened_at=early)
    digest = replace(
        whole,
        since=whole.until - timedelta(days=10),
        decided=Share((whole.decided.shown[0], Entry(old)), 2),
    )
    numbers = [99_001, 99_002, 99_011, 99_012, 99_041]
    named = and_list([f"#{number}" for number in numbers])
    message = _told(replace(digest, new=Share((), len(numbers))))
    assert _part(message, "New") == f"*New (5)*\n•  {named}: see the other parts"
    assert "5 are new" in message.text
    more = _told(replace(digest, new=Share(whole.new.shown, 30)))
    assert "and 23 more: `/ragvsft list`" in _part(more, "New")
    assert "New" not in str([text[:5] for text in _paragraphs(_told(replace(digest, new=Share())))])


def test_posting_what_the_workspace_decides_asks_who_reads_it() -> None:
    """The button below a preview of the whole workspace asks first; that of a channel does not."""
    whole = _full()
    asked = [
        "nobody from another company" in json.dumps(preview.blocks)
        for preview in (
            preview_message(each, COMMAND, {}, "token", "") for each in (whole, _channel(whole))
        )
    ]
    assert asked == [True, False]


def test_where_only_the_newest_were_looked_at_that_is_said() -> None:
    """A count that leaves older decisions out says of how many it is, in the head as well."""
    whole = _full()
    newest = replace(whole, looked_at={Part.CALIBRATION: 200, Part.RULES: 200})
    some, all_of_them = (digest_message(each, COMMAND, {}) for each in (newest, whole))
    assert "newest" not in json.dumps(all_of_them.blocks)
    assert "of the newest 200 would now get other advice" in some.text
    assert "_Of the 200 reviewed decisions that are newest._" in _part(some, "How past")
    assert "Of the 200 decisions by older rules that are newest._" in _part(some, "Today's rules")
