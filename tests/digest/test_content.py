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
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
<<<<<<< HEAD
from tests.digest.runs import deliveries, outcomes, send_due, set_time, switch_on
from tests.services.shelf import OTHER_SECRET, SECRET, add_view, decision, shelve
from tests.services.world import ADA, BEN, PRODUCT, SMALL, World
=======
from tests.digest.runs import deliveries, go_to, outcomes, send_due, switch_on
from tests.services.factories import (
    OTHER_PRIVATE,
    make_decision,
    store_decisions,
    store_perspective,
)
from tests.services.harness import ADA, BEN, PRIVATE, PUBLIC, SMALL, ServiceHarness
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)

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


<<<<<<< HEAD
async def accepted(world: World, **answers: str) -> Decision:
    """Return an accepted decision."""
    draft = await world.drafted(answers=answers or None)
    decision = (await world.services.post(ADA, draft, PRODUCT)).decision
    return await world.services.decisions.accept(ADA, decision.number)


async def test_a_decision_is_listed_once(world: World) -> None:
    """A new decision that another section lists is not listed again, but counted as new."""
=======
async def accepted(harness: ServiceHarness, **answers: str) -> Decision:
    """A decision that was accepted."""
    draft = await harness.create_draft(answers=answers or None)
    decision = (await harness.services.post(ADA, draft, PUBLIC)).decision
    return await harness.services.decisions.accept(ADA, decision.number)


async def test_nothing_is_read_twice(harness: ServiceHarness) -> None:
    """What is new stands where it makes people act; it is counted whole, wherever it stands."""
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    for _ in range(7):
        await harness.post_decision()
    harness.clock.advance(WEEK)
    settled = await accepted(harness)
    for _ in range(2):
        await harness.post_decision()
    digest = await preview(harness)
    assert (numbers(digest.waiting), digest.waiting.count) == ([1, 2, 3, 4, 5], 9)
    assert numbers(digest.decided) == [settled.number]
    assert (numbers(digest.new), digest.new.count) == ([10, 9], 3)
    await switch_on(harness, sections=(DigestSection.NEW,))
    alone = await preview(harness)
    assert (numbers(alone.new), alone.new.count) == ([10, 9, 8], 3)
    assert not any((alone.waiting, alone.decided, alone.trend))


<<<<<<< HEAD
async def test_sections_not_selected_are_empty(world: World) -> None:
    """A section is filled if the settings include it, and empty otherwise."""
    await world.decided()
    await world.decided(BEN, SECRET)
    await accepted(world)
    await switch_on(world, sections=(), scope=DigestScope.WORKSPACE)
    digest = await preview(world)
=======
async def test_parts_that_are_not_wanted_are_empty(harness: ServiceHarness) -> None:
    """Each part is there when it is wanted, and only then."""
    await harness.post_decision()
    await harness.post_decision(BEN, PRIVATE)
    await accepted(harness)
    await switch_on(harness, sections=(), scope=DigestScope.WORKSPACE)
    digest = await preview(harness)
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
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


<<<<<<< HEAD
async def test_closed_decisions_are_listed(world: World) -> None:
    """A withdrawn or superseded decision is listed once, under closed, and not as decided."""
    first, second = await accepted(world), await world.decided()
    world.clock.advance(WEEK)
    await world.services.decisions.withdraw(ADA, first.number, "Moot.")
    world.clock.advance(timedelta(hours=1))
    page = await world.services.decisions.begin_supersede(ADA, second.number)
    await world.services.post(ADA, page.draft.id, PRODUCT)
    digest = await preview(world)
=======
async def test_what_came_to_an_end_in_the_week_is_told(harness: ServiceHarness) -> None:
    """Withdrawn or superseded, decided before or not: it is told once, and not as decided."""
    first, second = await accepted(harness), await harness.post_decision()
    harness.clock.advance(WEEK)
    await harness.services.decisions.withdraw(ADA, first.number, "Moot.")
    harness.clock.advance(timedelta(hours=1))
    page = await harness.services.decisions.begin_supersede(ADA, second.number)
    await harness.services.post(ADA, page.draft.id, PUBLIC)
    digest = await preview(harness)
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    assert numbers(digest.closed) == [second.number, first.number]
    assert [each.successor and each.successor.decision.number for each in digest.closed.shown] == [
        3,
        None,
    ]
    assert not digest.decided
    assert not digest.is_empty
    harness.clock.advance(2 * WEEK)
    assert not (await preview(harness)).closed


<<<<<<< HEAD
async def test_disagreements_count_people(world: World) -> None:
    """The driver's answers count; a difference is flipping if it would change the verdict."""
    draft = await world.drafted(answers={"facts": "many", "freshness": "rarely", "style": "free"})
    decision = (await world.services.post(ADA, draft, PRODUCT)).decision
    agreed = await world.decided()
=======
async def test_people_who_differ_are_counted(harness: ServiceHarness) -> None:
    """The driver counts too; a difference counts as flipping where the verdict would change."""
    draft = await harness.create_draft(
        answers={"facts": "many", "freshness": "rarely", "style": "free"}
    )
    decision = (await harness.services.post(ADA, draft, PUBLIC)).decision
    agreed = await harness.post_decision()
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
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


<<<<<<< HEAD
async def test_reviews_are_due_by_the_zone(world: World) -> None:
    """A review is due when its date begins in the digest's time zone."""
    decision = await accepted(world)
    assert decision.review_on == date(2026, 4, 5)
    await set_time(world, "2026-04-04 14:00")
=======
async def test_reviews_are_due_where_the_digest_is_read(harness: ServiceHarness) -> None:
    """A review of the 5th is due on the 5th by the clocks of the digest's zone."""
    decision = await accepted(harness)
    assert decision.review_on == date(2026, 4, 5)
    await go_to(harness, "2026-04-04 14:00")
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    for zone, due in (("UTC", []), ("Asia/Tokyo", []), ("Pacific/Kiritimati", [1])):
        await switch_on(harness, schedule=Schedule(zone=zone))
        assert numbers((await preview(harness)).reviews) == due, zone
    await harness.services.reviews.review(ADA, decision.number, ReviewOutcome.NOT_TRIED, "")
    assert not (await preview(harness)).reviews


<<<<<<< HEAD
async def test_outcomes_count_for_the_chosen_option(world: World) -> None:
    """Review outcomes are counted by the chosen option, separately for overridden ones."""
=======
async def test_outcomes_count_for_what_was_chosen(harness: ServiceHarness) -> None:
    """How decisions went is told by the option chosen, apart where it was not recommended."""
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
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


<<<<<<< HEAD
async def test_decisions_that_new_rules_change_are_listed(world: World) -> None:
    """A decision that the current rules change is listed, unless its review says it worked."""
=======
async def test_rules_that_changed_alter_past_decisions(harness: ServiceHarness) -> None:
    """What today's rules would make otherwise is named, but not what a review says worked."""
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
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


<<<<<<< HEAD
async def test_a_rule_change_is_news_once(world: World) -> None:
    """Decisions affected by a rule change break the silence once, not every week."""
    await switch_on(world)
    world.clock.advance(timedelta(days=1))
    await accepted(world)
    sent = []
    for week, playbook in enumerate((SMALL, SMALL, STRICTER, STRICTER, STRICTER)):
        world.playbooks.use(playbook)
        await set_time(world, "2026-01-12 09:00", hours=week * 7 * 24)
        sent.append(await send_due(world))
=======
async def test_altered_decisions_are_news_once(harness: ServiceHarness) -> None:
    """What the rules alter breaks the silence when the rules have changed, not every week."""
    await switch_on(harness)
    harness.clock.advance(timedelta(days=1))
    await accepted(harness)
    sent = []
    for week, playbook in enumerate((SMALL, SMALL, STRICTER, STRICTER, STRICTER)):
        harness.playbooks.use(playbook)
        await go_to(harness, "2026-01-12 09:00", hours=week * 7 * 24)
        sent.append(await send_due(harness))
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    assert sent == [1, 0, 1, 0, 0]
    assert [outcome == "posted" for _, outcome in await outcomes(harness)] == list(map(bool, sent))


<<<<<<< HEAD
async def test_the_content_is_read_at_delivery(world: World) -> None:
    """The content is read at delivery: with the decisions' current status and current settings."""
    decision = await world.decided()
    await world.decided(BEN, OTHER_SECRET)
    await switch_on(world, scope=DigestScope.WORKSPACE)
    await set_time(world, "2026-01-12 09:00")
    await world.services.digests.send_due()
    (delivery,) = await deliveries(world)
    before = await world.services.digests.content(delivery)
=======
async def test_a_digest_is_read_when_it_is_posted(harness: ServiceHarness) -> None:
    """What was decided in the meantime is not said to wait, and today's settings hold."""
    decision = await harness.post_decision()
    await harness.post_decision(BEN, OTHER_PRIVATE)
    await switch_on(harness, scope=DigestScope.WORKSPACE)
    await go_to(harness, "2026-01-12 09:00")
    await harness.services.digests.send_due()
    (delivery,) = await deliveries(harness)
    before = await harness.services.digests.content(delivery)
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    assert (numbers(before.waiting), before.private.waiting) == ([1], 1)
    harness.clock.advance(timedelta(minutes=1))
    await harness.services.decisions.accept(ADA, decision.number)
    await switch_on(harness, scope=DigestScope.CHANNEL)
    after = await harness.services.digests.content(delivery)
    assert (after.waiting.count, bool(after.private)) == (0, False)
    assert not after.decided


<<<<<<< HEAD
async def test_trend_weeks_follow_the_zone(world: World) -> None:
    """The trend has twelve weeks in the digest's zone; the last one includes the day before."""
    await set_time(world, "2026-03-22 23:30")
    await world.decided()
    for moment in ("30 00:30", "30 09:00"):
        await set_time(world, f"2026-03-{moment}")
=======
async def test_the_trend_goes_by_weeks_of_the_zone(harness: ServiceHarness) -> None:
    """Twelve weeks by the zone's clocks, the last of which began a week before the digest's day."""
    await go_to(harness, "2026-03-22 23:30")
    await harness.post_decision()
    for moment in ("30 00:30", "30 09:00"):
        await go_to(harness, f"2026-03-{moment}")
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
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


<<<<<<< HEAD
async def test_entries_have_their_announcement(world: World) -> None:
    """An entry has the place of its announcement once that is sent."""
    await world.decided()
    await world.decided()
=======
async def test_announcements_are_found(harness: ServiceHarness) -> None:
    """An entry knows where its decision was announced, once it was."""
    await harness.post_decision()
    await harness.post_decision()
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    announced = {"state": "sent", "sent_channel": "C1", "ts": "1.5"}
    await harness.database.write(lambda db: db.update("deliveries", announced, id=1))
    first, second = (await preview(harness)).waiting.shown
    assert first.announced is not None
    assert (first.announced.channel, first.announced.ts) == ("C1", "1.5")
    assert second.announced is None


<<<<<<< HEAD
async def test_titles_of_removed_options_remain(world: World) -> None:
    """Titles come from the current playbook, else from the version that the decision used."""
=======
async def test_titles_are_those_of_the_decision(harness: ServiceHarness) -> None:
    """An option has the title of the edition that named it, also where today's has another."""
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
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


<<<<<<< HEAD
async def test_a_private_channel_lists_its_own_decisions(world: World) -> None:
    """A private channel's digest lists its own decisions; other private ones are only counted."""
    await world.decided(BEN, SECRET)
    await world.decided(BEN, OTHER_SECRET)
    await world.decided()
    await world.decided(BEN, Place(BEN.user, Visibility.DIRECT))
    await switch_on(world, place=SECRET, scope=DigestScope.WORKSPACE)
    digest = await preview(world, SECRET)
=======
async def test_where_a_channel_is_private_its_own_are_told(harness: ServiceHarness) -> None:
    """A private channel's digest tells of its own decisions; other private ones are counted."""
    await harness.post_decision(BEN, PRIVATE)
    await harness.post_decision(BEN, OTHER_PRIVATE)
    await harness.post_decision()
    await harness.post_decision(BEN, Place(BEN.user, Visibility.DIRECT))
    await switch_on(harness, place=PRIVATE, scope=DigestScope.WORKSPACE)
    digest = await preview(harness, PRIVATE)
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
    assert numbers(digest.waiting) == [1, 3]
    assert (digest.private.waiting, digest.private.new) == (1, 1)
    assert datetime.fromisoformat("2026-01-05T09:00:00+00:00") == digest.until


<<<<<<< HEAD
async def test_a_limited_read_gives_its_number(world: World) -> None:
    """If only the newest decisions are read, calibration and rule changes give their number."""
=======
async def test_where_only_the_newest_are_looked_at_the_digest_knows(
    harness: ServiceHarness,
) -> None:
    """Of how many decisions it tells how they went, and what rules alter, where it is not all."""
>>>>>>> ac91c2e (Name the helpers of service tests in standard test words)
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
