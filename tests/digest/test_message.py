"""What a digest says, whatever it holds, and whom it pings."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.decisions.model import Closure, Decision, Status
from bot.digest.content import ClosedDecision, DigestItem, SectionCounts, Truncated
from bot.digest.schedule import Occurrence, next_occurrence
from bot.digest.settings import Schedule, Weekday
from bot.digest.views.message import preview_message, when_next
from bot.doctor.samples import COMMAND
from bot.doctor.samples.digests import permalinks_of, quiet_digest
from bot.slackkit.mrkdwn import and_list
from tests.digest.texts import channel, full, paragraphs, part, told
from tests.slack.blocks import faults_of_message
from tests.slack.examples import a_decision, engine

PARTS = (
    *("<!channel>", "<@U99>", "<https://evil.test|Slack>", "&", "`", "```", "|", "*", "_", "~"),
    *("\n", "\n> ", "•", "👩‍👩‍👧", "\u202eעברית", "W", " "),
)
WRITTEN = st.lists(st.sampled_from(PARTS), min_size=1, max_size=120).map(
    lambda parts: "".join(parts)[:120].strip() or "x"
)
SCHEDULE = Schedule(Weekday.THURSDAY, time(8, 30), "Asia/Tokyo")


@settings(max_examples=10)
@given(WRITTEN, WRITTEN)
@example("```", "|" * 120)
@example("<" * 120, "&" * 2000)
@example("👩‍👩‍👧" * 24, "\n" * 100)
def test_slack_takes_whatever_a_digest_tells(title: str, reason: str) -> None:
    """No title and no reason breaks a digest, makes a mention or a link, or is too much."""
    digest = full(title=title, problem=reason)
    coming = when_next(COMMAND, next_occurrence(SCHEDULE, digest.until), SCHEDULE)
    preview = preview_message(digest, COMMAND, permalinks_of(digest), "0" * 32, coming)
    assert faults_of_message(told(digest)) == []
    assert faults_of_message(preview) == []
    assert all(len(text) <= 2900 for text in paragraphs(preview))


@settings(max_examples=5)
@given(WRITTEN)
def test_only_those_who_must_act_are_pinged(title: str) -> None:
    """People are mentioned where something waits for them, and nowhere else."""
    digest = full(title=title, deciders=("U1", "U2", "U3", "U4", "U5"))
    others = [text for text in paragraphs(told(digest)) if not text.startswith("*Waiting")]
    assert "<@" not in "".join(others)
    waiting = part(told(digest), "Waiting for a decision")
    assert set(re.findall(r"<@(\w+)>", waiting)) == {"U1", "U2", "U3"}
    assert "and 2 more for 9 days" in waiting


def test_parts_come_in_the_order_that_makes_people_act() -> None:
    """What waits comes first, then what is differed on and due; the trend is last."""
    titles = [text.split("\n")[0] for text in paragraphs(told(channel(full())))[1:]]
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
    message = told(channel(full(problem="We have the examples.")))
    link = "https://example.slack.com/archives/C0123456789/p1768385460000001"
    recommended = engine("ragvsft").playbook.options[a_decision().verdict.option].title
    waiting = part(message, "Waiting")
    assert f"•  <{link}|#99001  Title>  ·  waiting for <@U0123456789> for 9 days" in waiting
    assert "  ·  2 for " in part(message, "Open disagreements")
    assert "3 differences would flip it" in part(message, "Open disagreements")
    assert ", decided on 14 January 2026" in part(message, "Reviews due")
    assert f"{recommended} is recommended" in part(message, "New")
    assert f", in place of {recommended}: “We have the examples.”" in part(message, "Decided")
    assert "99 worked, 99 partly, 100 did not, 99 were not tried" in part(message, "How past")
    assert f"; then: {recommended}" in part(message, "Today's rules")


def test_a_digest_begins_with_channel_and_week() -> None:
    """The heading names the week, the line below it the channel and how much there is."""
    message = told(channel(full()))
    assert message.blocks[0]["text"]["text"] == "Decisions  ·  week to 14 January"
    first = paragraphs(message)[0]
    assert first.startswith("*<#C0123456789>*  ·  2 wait for a decision, 2 are seen differently")
    assert message.text.startswith("Decisions, week to 14 January. 2 wait for a decision")
    assert "ragvsft digest off" in json.dumps(message.blocks[-1])


def test_whatever_is_left_out_is_counted() -> None:
    """Hundreds of decisions: the first of each part, the count of the rest, and how to see it."""
    message = told(full())
    waiting = part(message, "Waiting for a decision (1,234)")
    shown = waiting.count("•")
    assert shown >= 3
    assert f"and {1234 - shown:,} more: `/ragvsft list open`" in waiting
    assert "more: `/ragvsft list decided`" in part(message, "Decided")
    assert all("•" in text for text in paragraphs(message)[1:-2])


def test_what_is_private_is_a_number() -> None:
    """A summary of the workspace counts private channels; each entry names its own channel."""
    message = told(replace(full(), private=SectionCounts(2, 0, 3, 1)))
    hidden = part(message, "In private channels")
    assert (
        "2 waiting for a decision, 3 to be reviewed and 1 new. More is told only there." in hidden
    )
    assert "*The whole workspace*" in paragraphs(message)[0]
    assert " in <#C1>" in part(message, "Waiting")


def test_digests_that_did_not_come_are_named() -> None:
    """One is named by its day; of many, the last few, and how many came before them."""
    one = told(replace(full(), missed=(date(2026, 1, 5),)))
    assert "The digest of 5 January did not come" in json.dumps(one.blocks[2])
    many = told(full())
    assert "The digests of 5 earlier weeks, 17 December" in json.dumps(many.blocks[2])


def test_what_came_to_an_end_is_told() -> None:
    """By whom, in words that ping nobody; what it took back; why, or what stands in its place."""
    whole = channel(full(title="House style", problem="We have the examples."))
    first = whole.closed.shown[0]
    words = part(told(replace(whole, names={first.decision.driver: "Ben <Ha*ck"})), "Withdrawn")
    assert (
        "superseded by Ben &lt;Ha*ck, after The problem is elsewhere had been chosen; see <"
        in words
    )
    assert "House style>: “We have the examples.”" in words
    taken_back = replace(
        first.decision,
        status=Status.WITHDRAWN,
        superseded_by=None,
        resolution=None,
        closure=Closure("U1", whole.until, "Moot."),
    )
    alone = replace(whole, names={}, closed=Truncated((ClosedDecision(taken_back),), 1))
    assert "  ·  withdrawn: “Moot.”" in part(told(alone), "Withdrawn")
    out_of_sight = replace(whole, closed=Truncated((replace(first, successor=None),), 1))
    assert "; see #99999: “We" in part(told(out_of_sight), "Withdrawn")
    assert "1 was withdrawn or superseded" in paragraphs(told(alone))[0]


def test_what_is_told_by_no_digest_is_named() -> None:
    """Where more happened than one digest looks back on, it says from when on, and where it is."""
    message = told(replace(full(), missed=(), gap_from=datetime(2025, 3, 3, 9, tzinfo=UTC)))
    (line,) = message.blocks[2]["elements"]
    assert line["text"].startswith("It looks back to ")
    assert line["text"].endswith("from 3 March 2025 on, is in `/ragvsft list all`.")


def test_nothing_to_tell_reads_well() -> None:
    """A digest without anything says so in one sentence, and how to end it."""
    quiet = quiet_digest(full())
    message = told(quiet)
    assert len(message.blocks) == 3
    assert "Nothing waits for anybody, and nothing happened." in paragraphs(message)[0]
    assert message.picture is None
    preview = preview_message(quiet, COMMAND, {}, "1" * 32, when_next(COMMAND, None, SCHEDULE))
    assert "There is nothing to tell at the moment" in paragraphs(preview)[0]
    assert preview.blocks[-2]["elements"][0]["value"] == "1" * 32
    assert "None comes by itself here" in json.dumps(preview.blocks[-1])


def test_today_is_not_counted_in_days() -> None:
    """What was opened today waits since today."""
    digest = full()
    made: Decision = replace(a_decision(), opened_at=digest.until)
    waiting = replace(digest, waiting=Truncated((DigestItem(made),), 1))
    assert "*#12  Title*" in part(told(waiting), "Waiting")
    assert "since today" in part(told(waiting), "Waiting")


@pytest.mark.parametrize(("zone", "day"), [("Pacific/Kiritimati", 6), ("Pacific/Pago_Pago", 4)])
def test_a_decision_was_made_on_the_day_that_its_people_had(zone: str, day: int) -> None:
    """The day on which something was decided is that of the digest's zone."""
    digest = channel(full())
    entry = digest.reviews.shown[0]
    made = replace(entry.decision.resolution, at=datetime(2026, 1, 5, 10, 30, tzinfo=UTC))
    decision = replace(entry.decision, resolution=made)
    dated = replace(digest, zone=zone, reviews=Truncated((replace(entry, decision=decision),), 1))
    assert f", decided on {day} January 2026" in part(told(dated), "Reviews due")


def test_the_next_one_is_told_where_its_clock_is() -> None:
    """The day and hour are those of the digest's own zone."""
    words = when_next(COMMAND, Occurrence(date(2026, 11, 26), a_decision().opened_at), SCHEDULE)
    assert words == "The next one comes on Thursday 26 November at 08:30 (Asia/Tokyo)."


def test_what_is_new_is_named_where_other_parts_tell_of_it() -> None:
    """What the head counts as new has its part, though all of it stands in others, and once."""
    whole = channel(full())
    early = whole.until - timedelta(days=30)
    old = replace(whole.decided.shown[1].decision, opened_at=early)
    digest = replace(
        whole,
        since=whole.until - timedelta(days=10),
        decided=Truncated((whole.decided.shown[0], DigestItem(old)), 2),
    )
    numbers = [99_001, 99_002, 99_011, 99_012, 99_041]
    named = and_list([f"#{number}" for number in numbers])
    message = told(replace(digest, new=Truncated((), len(numbers))))
    assert part(message, "New") == f"*New (5)*\n•  {named}: see the other parts"
    assert "5 are new" in message.text
    more = told(replace(digest, new=Truncated(whole.new.shown, 30)))
    assert "and 23 more: `/ragvsft list`" in part(more, "New")
    assert "New" not in str(
        [text[:5] for text in paragraphs(told(replace(digest, new=Truncated())))]
    )


def test_posting_what_the_workspace_decides_asks_who_reads_it() -> None:
    """The button below a preview of the whole workspace asks first; that of a channel does not."""
    whole = full()
    asked = [
        "nobody from another company" in json.dumps(preview.blocks)
        for preview in (
            preview_message(each, COMMAND, {}, "token", "") for each in (whole, channel(whole))
        )
    ]
    assert asked == [True, False]
