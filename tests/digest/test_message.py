"""The message of a digest: valid for any content; it mentions only people who must act."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.decisions.calibration import Tally
from bot.decisions.model import Closure, Decision, ReviewOutcome, Status
from bot.decisions.trend import Trend
from bot.digest.content import ClosedDecision, DigestItem, SectionCounts, Truncated
from bot.digest.schedule import Occurrence, next_occurrence
from bot.digest.settings import DigestSection, Schedule, Weekday
from bot.digest.views.message import digest_message, preview_message, when_next
from bot.doctor.samples import COMMAND
from bot.doctor.samples.digests import permalinks_of, quiet_digest
from tests.digest.examples import (
    channel_digest,
    full_digest,
    message_of,
    section,
    section_texts,
    waiting_texts,
)
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
def test_slack_accepts_any_text(title: str, reason: str) -> None:
    """No title or reason makes a message invalid or too large, or adds a mention or a link."""
    digest = full_digest(title=title, problem=reason)
    coming = when_next(next_occurrence(SCHEDULE, digest.until), SCHEDULE)
    preview = preview_message(digest, COMMAND, permalinks_of(digest), "0" * 32, coming, offer=True)
    assert faults_of_message(message_of(digest)) == []
    assert faults_of_message(preview) == []
    assert all(len(text) <= 2900 for text in section_texts(preview))


@settings(max_examples=5)
@given(WRITTEN)
def test_only_waiting_deciders_are_mentioned(title: str) -> None:
    """Only deciders of waiting decisions are mentioned."""
    digest = full_digest(title=title, deciders=("U1", "U2", "U3", "U4", "U5"))
    waiting = "".join(waiting_texts(message_of(digest)))
    others = [text for text in section_texts(message_of(digest)) if text not in waiting]
    assert "<@" not in "".join(others)
    assert set(re.findall(r"<@(\w+)>", waiting)) == {"U1", "U2", "U3"}
    assert "and 2 more for 9 days" in waiting


def test_sections_are_ordered_by_urgency() -> None:
    """Waiting decisions come first, then disagreements and due reviews; the trend is last."""
    titles = [
        text.split("\n")[0]
        for text in section_texts(message_of(channel_digest(full_digest())))[1:]
        if text.startswith("*")
    ]
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


def test_entries_have_their_details() -> None:
    """An entry has people, duration, reason, chosen option and what the current rules recommend."""
    message = message_of(channel_digest(full_digest(problem="We have the examples.")))
    link = "https://example.slack.com/archives/C0123456789/p1768385460000001"
    recommended = engine("ragvsft").playbook.options[a_decision().verdict.option].title
    waiting = waiting_texts(message)
    assert f"<{link}|#99001  Title>  ·  waiting for <@U0123456789> for 9 days" in waiting
    assert "  ·  2 for " in section(message, "Open disagreements")
    assert "3 differences would flip it" in section(message, "Open disagreements")
    assert ", decided on 14 January 2026" in section(message, "Reviews due")
    assert f"{recommended} is recommended" in section(message, "New")
    assert f", in place of {recommended}: “We have the examples.”" in section(message, "Decided")
    assert "99 worked, 99 partly, 100 did not, 99 were not tried" in section(message, "How past")
    assert f"; then: {recommended}" in section(message, "Today's rules")


def test_a_digest_begins_with_channel_and_week() -> None:
    """The heading names the week; the next line has the channel and a summary in numbers."""
    message = message_of(channel_digest(full_digest()))
    assert message.blocks[0]["text"]["text"] == "Decisions  ·  week to 14 January"
    first = section_texts(message)[0]
    counts = "2 wait for a decision (2 seen differently), 2 reviews are due"
    assert first.startswith(f"*<#C0123456789>*  ·  {counts}")
    assert message.text.startswith("Decisions, week to 14 January. 2 wait for a decision")
    assert "ragvsft digest off" in json.dumps(message.blocks[-1])


def test_omitted_entries_are_counted() -> None:
    """A long section shows its first entries, the count of the rest and the command for them."""
    message = message_of(full_digest())
    assert section(message, "Waiting for a decision (1,234)")
    *waiting, more = waiting_texts(message)
    assert len(waiting) >= 3
    assert more == f"and {1234 - len(waiting):,} more: `/ragvsft list open`"
    assert "more: `/ragvsft list decided`" in section(message, "Decided")
    assert all("•" in text for text in section_texts(message)[3 + len(waiting) : -2])


def test_private_decisions_are_only_counted() -> None:
    """A workspace digest only counts private channels; each entry names its channel."""
    message = message_of(replace(full_digest(), private=SectionCounts(2, 0, 3, 1)))
    hidden = section(message, "In private channels")
    assert "2 waiting for a decision, 3 to be reviewed and 1 new. The details stay there." in hidden
    assert "*The whole workspace*" in section_texts(message)[0]
    assert " in <#C1>" in waiting_texts(message)[0]


def test_missed_digests_are_named() -> None:
    """A missed digest is named by its day; of many, the last few are named and the rest counted."""
    one = message_of(replace(full_digest(), missed=(date(2026, 1, 5),)))
    assert "The digest of 5 January didn't come" in json.dumps(one.blocks[2])
    many = message_of(full_digest())
    assert "The digests of 5 earlier weeks, 17 December" in json.dumps(many.blocks[2])


def test_closed_decisions_have_their_details() -> None:
    """A closed decision has actor, former option, reason and successor, and mentions nobody."""
    whole = channel_digest(full_digest(title="House style", problem="We have the examples."))
    first = whole.closed.shown[0]
    words = section(
        message_of(replace(whole, names={first.decision.driver: "Ben <Ha*ck"})), "Withdrawn"
    )
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
    assert "  ·  withdrawn: “Moot.”" in section(message_of(alone), "Withdrawn")
    out_of_sight = replace(whole, closed=Truncated((replace(first, successor=None),), 1))
    assert "; see #99999: “We" in section(message_of(out_of_sight), "Withdrawn")
    assert "1 was withdrawn or superseded" in section_texts(message_of(alone))[0]


def test_an_uncovered_period_is_named() -> None:
    """A period that no digest covers is named, with the command that lists its decisions."""
    message = message_of(
        replace(full_digest(), missed=(), gap_from=datetime(2025, 3, 3, 9, tzinfo=UTC))
    )
    (line,) = message.blocks[2]["elements"]
    assert line["text"].startswith("It looks back to ")
    assert line["text"].endswith("from 3 March 2025 on, use `/ragvsft list all`.")


def test_an_empty_digest_is_short() -> None:
    """An empty digest says so in one sentence, and how to switch it off."""
    quiet = quiet_digest(full_digest())
    message = message_of(quiet)
    assert len(message.blocks) == 3
    assert "Nothing's waiting, and nothing happened." in section_texts(message)[0]
    assert message.picture is None
    preview = preview_message(quiet, COMMAND, {}, "1" * 32, when_next(None, SCHEDULE), offer=True)
    assert "Nothing is new right now" in section_texts(preview)[0]
    assert preview.blocks[-2]["elements"][0]["value"] == "1" * 32
    assert "Want this every Thursday?" in json.dumps(preview.blocks[-1])


def test_a_decision_of_today_waits_since_today() -> None:
    """A decision that was opened today has waited "since today"."""
    digest = full_digest()
    made: Decision = replace(a_decision(), opened_at=digest.until)
    waiting = replace(digest, waiting=Truncated((DigestItem(made),), 1))
    (item,) = waiting_texts(message_of(waiting))
    assert "*#12  Title*" in item
    assert "since today" in item


@pytest.mark.parametrize(("zone", "day"), [("Pacific/Kiritimati", 6), ("Pacific/Pago_Pago", 4)])
def test_dates_are_in_the_digests_zone(zone: str, day: int) -> None:
    """Dates are shown in the digest's time zone."""
    digest = channel_digest(full_digest())
    entry = digest.reviews.shown[0]
    made = replace(entry.decision.resolution, at=datetime(2026, 1, 5, 10, 30, tzinfo=UTC))
    decision = replace(entry.decision, resolution=made)
    dated = replace(digest, zone=zone, reviews=Truncated((replace(entry, decision=decision),), 1))
    assert f", decided on {day} January 2026" in section(message_of(dated), "Reviews due")


def test_the_next_digest_is_in_its_zone() -> None:
    """Day and hour of the next digest are in the digest's time zone."""
    words = when_next(Occurrence(date(2026, 11, 26), a_decision().opened_at), SCHEDULE)
    assert words == "The next one comes on Thursday 26 November at 08:30 (Asia/Tokyo)."


def test_a_view_that_differs_is_no_further_decision() -> None:
    """The summary counts each decision once: one that is seen differently waits as well."""
    whole = channel_digest(full_digest())
    waiting, differ = whole.waiting.count, whole.disagreements.count
    assert f"{waiting} wait for a decision ({differ} seen differently)" in message_of(whole).text
    alone = message_of(replace(whole, waiting=Truncated()))
    assert f"{differ} are seen differently" in alone.text


def test_posting_a_workspace_digest_asks_first() -> None:
    """*Post now* of a workspace preview asks for confirmation; that of a channel does not."""
    whole = full_digest()
    asked = [
        "nobody from another company" in json.dumps(preview.blocks)
        for preview in (
            preview_message(each, COMMAND, {}, "token", "", offer=False)
            for each in (whole, channel_digest(whole))
        )
    ]
    assert asked == [True, False]


def test_the_image_replaces_the_table() -> None:
    """The image names the table that it replaces, and its alt text gives the numbers."""
    message = message_of(full_digest())
    assert message.picture is not None
    assert message.blocks[message.picture.instead_of]["type"] == "table"
    assert "in 12 weeks" in message.picture.alt
    assert len(message.picture.alt) <= 2000


def test_the_table_skips_empty_weeks() -> None:
    """The table has a row per week with decisions, and sums other weeks and minor options."""
    weeks = tuple(date(2026, 1, 5) + timedelta(weeks=each) for each in range(4))
    options = {f"o{each}": (each, 0, 1, 1) for each in range(7)}
    digest = replace(
        channel_digest(full_digest()), trend=Trend(weeks, options), titles={"o6": "Best"}
    )
    (table,) = [block for block in message_of(digest).blocks if block["type"] == "table"]
    rows = [[cell["text"] for cell in row] for row in table["rows"]]
    assert rows == [
        ["Week of", "Best", "o5", "o4", "o3", "o2", "Others"],
        ["5 Jan", "6", "5", "4", "3", "2", "1"],
        ["19 Jan", "1", "1", "1", "1", "1", "2"],
        ["26 Jan", "1", "1", "1", "1", "1", "2"],
        ["other weeks", "0", "0", "0", "0", "0", "0"],
    ]


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        (Tally({ReviewOutcome.WORKED: 3, ReviewOutcome.FAILED: 1}), "3 worked, 1 did not"),
        (Tally({ReviewOutcome.WORKED: 1}, {ReviewOutcome.WORKED: 1}), "both worked"),
        (Tally({ReviewOutcome.NOT_TRIED: 2}), "neither was tried"),
    ],
)
def test_calibration_is_a_phrase(tally: Tally, words: str) -> None:
    """Outcomes of followed and of overridden recommendations are added up."""
    digest = replace(channel_digest(full_digest()), calibration={"rag": tally})
    assert f"•  *RAG*  ·  {words}" in section(message_of(digest), "How past")


def test_a_count_of_the_newest_says_so() -> None:
    """A count of the newest decisions only gives their number, in the summary too."""
    whole = full_digest()
    newest = replace(whole, newest_only={DigestSection.CALIBRATION: 200, DigestSection.RULES: 200})
    some, all_of_them = (digest_message(each, COMMAND, {}) for each in (newest, whole))
    assert "newest" not in json.dumps(all_of_them.blocks)
    assert "of the newest 200 would now get other advice" in some.text
    assert "_Of the 200 reviewed decisions that are newest._" in section(some, "How past")
    assert "Of the 200 decisions by older rules that are newest._" in section(some, "Today's rules")


@pytest.mark.parametrize(("weeks", "drawn"), [((1, 0, 2), False), ((1, 1, 2), True)])
def test_a_trend_is_drawn_from_three_weeks_with_decisions_on(
    weeks: tuple[int, ...], drawn: bool
) -> None:
    """With fewer than three weeks that have decisions there is a sentence, and no table."""
    days = tuple(date(2026, 1, 5) + timedelta(weeks=each) for each in range(3))
    digest = replace(channel_digest(full_digest()), trend=Trend(days, {"rag": weeks}))
    message = message_of(digest)
    assert "decisions were opened in 3 weeks" in section(message, "The last 12 weeks")
    assert (message.picture is not None) is drawn
    assert any(block["type"] == "table" for block in message.blocks) is drawn


def test_every_waiting_decision_has_a_button() -> None:
    """Each decision that waits is opened by a button of its own, named for a screen reader."""
    message = message_of(channel_digest(full_digest()))
    buttons = [block["accessory"] for block in message.blocks if "accessory" in block]
    assert [(each["action_id"], each["value"], each["text"]["text"]) for each in buttons] == [
        ("show", "99001", "Decide"),
        ("show", "99002", "Decide"),
    ]
    assert buttons[0]["accessibility_label"] == "Decide: decision 99001"


def test_a_weekly_digest_is_offered_with_one_press() -> None:
    """The preview turns the weekly digest on where it is off, and only there."""
    digest = channel_digest(full_digest())
    offered, not_offered = (
        [element["action_id"] for element in made.blocks[-2]["elements"]]
        for made in (
            preview_message(digest, COMMAND, {}, "t", "", offer=True),
            preview_message(digest, COMMAND, {}, "t", "", offer=False),
        )
    )
    assert offered == ["post_digest", "turn_on_digest", "digest_settings"]
    assert not_offered == ["post_digest", "digest_settings"]
