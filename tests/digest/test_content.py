"""The content of a digest: sections, limits, visibility and the current rules."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.decisions.calibration import Tally
from bot.decisions.model import (
    Decision,
    Person,
    Place,
    ReviewAnswer,
    ReviewOutcome,
    Status,
    Visibility,
)
from bot.digest.compose import trend_weeks
from bot.digest.content import NOTHING, Digest, Truncated
from bot.digest.queries import NEWEST
from bot.digest.settings import DigestScope, DigestSection, Schedule, Weekday
from bot.digest.views.words import counts_sentence
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from tests.digest.runs import deliveries, outcomes, send_due, set_time, switch_on
from tests.services.factories import (
    OTHER_PRIVATE,
    make_decision,
    store_decisions,
    store_perspective,
)
from tests.services.harness import ADA, BEN, PRIVATE, PUBLIC, SMALL, ServiceHarness

WEEK = timedelta(weeks=1)
STRICTER = loader.PlaybookText(
    "small",
    {
        **SMALL.files,
        loader.QUESTIONS: SMALL.files[loader.QUESTIONS]
        .replace("many: Many}", "plenty: Many}", 1)
        .replace("[some, many]", "[some, plenty]"),
        loader.RULES: SMALL.files[loader.RULES].replace("facts: many", "facts: plenty"),
    },
)
"""The small playbook with an answer renamed, so that stored answers no longer match it."""


async def preview(harness: ServiceHarness, place: Place = PUBLIC) -> Digest:
    return await harness.services.digests.preview(ADA, place)


def numbers(share: Truncated[Any]) -> list[int]:
    """Return the numbers of the decisions shown."""
    return [each.decision.number for each in share.shown]


async def accepted(harness: ServiceHarness, **answers: str) -> Decision:
    """Return an accepted decision."""
    draft = await harness.create_draft(answers=answers or None)
    decision = (await harness.services.post(ADA, draft, PUBLIC)).decision
    return await harness.services.decisions.accept(ADA, decision.number)


async def test_a_decision_is_listed_once(harness: ServiceHarness) -> None:
    """A new decision that another section covers is neither listed nor counted again."""
    for _ in range(7):
        await harness.post_decision()
    harness.clock.advance(WEEK)
    settled = await accepted(harness)
    for _ in range(2):
        await harness.post_decision()
    digest = await preview(harness)
    assert (numbers(digest.waiting), digest.waiting.count) == ([1, 2, 3, 4, 5], 9)
    assert numbers(digest.decided) == [settled.number]
    assert (numbers(digest.new), digest.new.count) == ([], 0)
    assert counts_sentence(digest) == "9 wait for a decision and 1 was decided."
    await switch_on(harness, sections=(DigestSection.NEW,))
    alone = await preview(harness)
    assert (numbers(alone.new), alone.new.count) == ([10, 9, 8], 3)
    assert not any((alone.waiting, alone.decided, alone.trend))


async def test_sections_not_selected_are_empty(harness: ServiceHarness) -> None:
    """A section is filled if the settings include it, and empty otherwise."""
    await harness.post_decision()
    await harness.post_decision(BEN, PRIVATE)
    await accepted(harness)
    await switch_on(harness, sections=(), scope=DigestScope.WORKSPACE)
    digest = await preview(harness)
    assert digest.is_empty
    assert not any((digest.private, digest.trend, digest.calibration))
    for part, name in (
        (DigestSection.WAITING, "waiting"),
        (DigestSection.DECIDED, "decided"),
        (DigestSection.TREND, "trend"),
    ):
        await switch_on(harness, sections=(part,))
        digest = await preview(harness)
        assert [each for each in ("waiting", "decided", "trend") if getattr(digest, each)] == [name]


async def test_closed_decisions_are_listed(harness: ServiceHarness) -> None:
    """A withdrawn or superseded decision is listed once, under closed, and not as decided."""
    first, second = await accepted(harness), await harness.post_decision()
    harness.clock.advance(WEEK)
    await harness.services.decisions.withdraw(ADA, first.number, "Moot.")
    harness.clock.advance(timedelta(hours=1))
    page = await harness.services.decisions.begin_supersede(ADA, second.number)
    await harness.services.post(ADA, page.draft.id, PUBLIC)
    digest = await preview(harness)
    assert numbers(digest.closed) == [second.number, first.number]
    assert [each.successor and each.successor.decision.number for each in digest.closed.shown] == [
        3,
        None,
    ]
    assert not digest.decided
    assert not digest.is_empty
    harness.clock.advance(2 * WEEK)
    assert not (await preview(harness)).closed


async def test_disagreements_count_people(harness: ServiceHarness) -> None:
    """The driver's answers count; a difference is flipping if it would change the verdict."""
    draft = await harness.create_draft(
        answers={"facts": "many", "freshness": "rarely", "style": "free"}
    )
    decision = (await harness.services.post(ADA, draft, PUBLIC)).decision
    agreed = await harness.post_decision()
    for user, style in (("U5", "strict"), ("U6", "strict"), ("U7", "free")):
        page = await harness.services.perspectives.begin(
            Person("T1", user), PUBLIC, decision.number
        )
        answers = {"facts": "many", "freshness": "rarely", "style": style}
        await harness.drafts.save_answers(Person("T1", user), page.draft.id, answers)
        await harness.services.post(Person("T1", user), page.draft.id, PUBLIC)
    await store_perspective(harness, BEN, agreed.number)
    (found,) = (await preview(harness)).disagreements.shown
    assert found.decision.number == decision.number
    assert (dict(found.verdicts), found.flipping) == ({"rag": 2, "tuning": 2}, 1)


async def test_reviews_are_due_by_the_zone(harness: ServiceHarness) -> None:
    """A review is due when its date begins in the digest's time zone."""
    decision = await accepted(harness)
    assert decision.review_on == date(2026, 4, 5)
    await set_time(harness, "2026-04-04 14:00")
    for zone, due in (("UTC", []), ("Asia/Tokyo", []), ("Pacific/Kiritimati", [1])):
        await switch_on(harness, schedule=Schedule(zone=zone))
        assert numbers((await preview(harness)).reviews) == due, zone
    await harness.services.reviews.review(ADA, decision.number, ReviewOutcome.NOT_TRIED, "")
    assert not (await preview(harness)).reviews


async def test_outcomes_count_for_the_chosen_option(harness: ServiceHarness) -> None:
    """Review outcomes are counted by the chosen option, separately for overridden ones."""
    for option, outcome in (("", ReviewOutcome.WORKED), ("prompting", ReviewOutcome.FAILED)):
        decision = await harness.post_decision()
        if option:
            await harness.services.decisions.override(ADA, decision.number, option, "No")
        else:
            await harness.services.decisions.accept(ADA, decision.number)
        await harness.services.reviews.review(ADA, decision.number, outcome, "")
    assert (await preview(harness)).calibration == {
        "prompting": Tally(overridden={ReviewOutcome.FAILED: 1}),
        "rag": Tally(followed={ReviewOutcome.WORKED: 1}),
    }


async def test_decisions_that_new_rules_change_are_listed(harness: ServiceHarness) -> None:
    """A decision that the current rules change is listed, unless its review says it worked."""
    first, worked, same = [
        await accepted(harness, **answers)
        for answers in ({"facts": "many"}, {"facts": "many"}, {"style": "strict"})
    ]
    await harness.services.reviews.review(ADA, worked.number, ReviewOutcome.WORKED, "")
    assert not (await preview(harness)).changed
    harness.playbooks.use(STRICTER)
    (altered,) = (await preview(harness)).changed.shown
    assert (altered.decision.number, altered.now) == (first.number, NOTHING)
    assert same.verdict.option == "tuning"
    titles: Mapping[str, str] = (await preview(harness)).titles
    assert (titles["prompting"], titles[NOTHING]) == ("Prompting", "nothing yet")


async def test_a_rule_change_is_news_once(harness: ServiceHarness) -> None:
    """Decisions affected by a rule change break the silence once, not every week."""
    await switch_on(harness)
    harness.clock.advance(timedelta(days=1))
    await accepted(harness)
    sent = []
    for week, playbook in enumerate((SMALL, SMALL, STRICTER, STRICTER, STRICTER)):
        harness.playbooks.use(playbook)
        await set_time(harness, "2026-01-12 09:00", hours=week * 7 * 24)
        sent.append(await send_due(harness))
    assert sent == [1, 0, 1, 0, 0]
    assert [outcome == "posted" for _, outcome in await outcomes(harness)] == list(map(bool, sent))


async def test_the_content_is_read_at_delivery(harness: ServiceHarness) -> None:
    """The content is read at delivery: with the decisions' current status and current settings."""
    decision = await harness.post_decision()
    await harness.post_decision(BEN, OTHER_PRIVATE)
    await switch_on(harness, scope=DigestScope.WORKSPACE)
    await set_time(harness, "2026-01-12 09:00")
    await harness.services.digests.send_due()
    (delivery,) = await deliveries(harness)
    before = await harness.services.digests.content(delivery)
    assert (numbers(before.waiting), before.private.waiting) == ([1], 1)
    harness.clock.advance(timedelta(minutes=1))
    await harness.services.decisions.accept(ADA, decision.number)
    await switch_on(harness, scope=DigestScope.CHANNEL)
    after = await harness.services.digests.content(delivery)
    assert (after.waiting.count, bool(after.private)) == (0, False)
    assert not after.decided


async def test_trend_weeks_follow_the_zone(harness: ServiceHarness) -> None:
    """The trend has twelve weeks in the digest's zone; the last one includes the day before."""
    await set_time(harness, "2026-03-22 23:30")
    await harness.post_decision()
    for moment in ("30 00:30", "30 09:00"):
        await set_time(harness, f"2026-03-{moment}")
        for zone, counts in (("UTC", (1, 0)), ("Europe/Berlin", (0, 1))):
            await switch_on(harness, schedule=Schedule(zone=zone))
            trend = (await preview(harness)).trend
            assert (len(trend.weeks), trend.weeks[-1]) == (12, date(2026, 3, 23))
            assert {day.weekday() for day in trend.weeks} == {0}
            assert trend.options["rag"][-2:] == counts, zone
            assert list(trend.options) == ["prompting", "rag", "tuning"], "each has its place"


def test_trend_weeks_begin_on_the_digests_weekday() -> None:
    """Weeks begin on the digest's weekday; on that day, the last one is the week just ended."""
    schedule = Schedule(Weekday.MONDAY, zone="Europe/Berlin")
    for day, last in ((23, 16), (24, 23), (25, 23), (29, 23), (30, 23)):
        now = datetime(2026, 3, day, 12, tzinfo=UTC)
        begins = [each.astimezone(ZoneInfo(schedule.zone)) for each in trend_weeks(now, schedule)]
        assert {(each.weekday(), each.hour) for each in begins} == {(0, 0)}
        assert (len(begins), begins[-1].day) == (12, last)


async def test_entries_have_their_announcement(harness: ServiceHarness) -> None:
    """An entry has the place of its announcement once that is sent."""
    await harness.post_decision()
    await harness.post_decision()
    announced = {"state": "sent", "sent_channel": "C1", "ts": "1.5"}
    await harness.database.write(lambda db: db.update("deliveries", announced, id=1))
    first, second = (await preview(harness)).waiting.shown
    assert first.announced is not None
    assert (first.announced.channel, first.announced.ts) == ("C1", "1.5")
    assert second.announced is None


async def test_titles_of_removed_options_remain(harness: ServiceHarness) -> None:
    """Titles come from the current playbook, else from the version that the decision used."""
    renamed = SMALL.files[loader.PLAYBOOK].replace("title: Tuning,", "title: Training,")
    await harness.post_decision()
    harness.playbooks.use(replace(SMALL, files={**SMALL.files, loader.PLAYBOOK: renamed}))
    assert (await preview(harness)).titles["tuning"] == "Training"
    gone = SMALL.files[loader.PLAYBOOK].replace("rag: {title: RAG", "looking: {title: Looking")
    rules = SMALL.files[loader.RULES].replace("rag", "looking")
    text = replace(SMALL, files={**SMALL.files, loader.PLAYBOOK: gone, loader.RULES: rules})
    harness.playbooks.use(text)
    assert RuleEngine(loader.parse(text)).playbook.options.keys() == {
        "prompting",
        "looking",
        "tuning",
    }
    assert (await preview(harness)).titles["rag"] == "RAG"


async def test_a_private_channel_lists_its_own_decisions(harness: ServiceHarness) -> None:
    """A private channel's digest lists its own decisions; other private ones are only counted."""
    await harness.post_decision(BEN, PRIVATE)
    await harness.post_decision(BEN, OTHER_PRIVATE)
    await harness.post_decision()
    await harness.post_decision(BEN, Place(BEN.user, Visibility.DIRECT))
    await switch_on(harness, place=PRIVATE, scope=DigestScope.WORKSPACE)
    digest = await preview(harness, PRIVATE)
    assert numbers(digest.waiting) == [1, 3]
    assert (digest.private.waiting, digest.private.new) == (1, 0)
    assert datetime.fromisoformat("2026-01-05T09:00:00+00:00") == digest.until


async def test_a_limited_read_gives_its_number(harness: ServiceHarness) -> None:
    """If only the newest decisions are read, calibration and rule changes give their number."""
    accepted_ones = [
        replace(
            make_decision(number, status=Status.ACCEPTED, chosen="rag", answers={"facts": "many"}),
            reviews=(ReviewAnswer("U1", harness.clock.now(), ReviewOutcome.FAILED),),
        )
        for number in range(1, NEWEST + 2)
    ]
    harness.playbooks.use(STRICTER)
    await store_decisions(harness, *accepted_ones[:-1])
    all_of_them = await preview(harness)
    assert (all_of_them.changed.count, dict(all_of_them.newest_only)) == (NEWEST, {})
    await store_decisions(harness, accepted_ones[-1])
    newest = await preview(harness)
    assert newest.newest_only == {DigestSection.CALIBRATION: NEWEST, DigestSection.RULES: NEWEST}
    assert newest.calibration["rag"].total == {ReviewOutcome.FAILED: NEWEST}
    assert numbers(newest.changed)[0] == NEWEST + 1
