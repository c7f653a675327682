"""A private decision is not shown to other people, on any route."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.access import ReadScope, opened_from
from bot.decisions.errors import NoSuchDecision
from bot.decisions.model import (
    Decision,
    Draft,
    Person,
    Place,
    Resolution,
    ReviewAnswer,
    ReviewOutcome,
    Source,
    Visibility,
    Workflow,
)
from bot.decisions.ports import CachedProfile, DirectoryEntry
from bot.decisions.questionnaire import Questionnaire
from bot.decisions.records.madr import as_markdown
from bot.decisions.records.record import record_as_json
from bot.decisions.records.spreadsheet import as_csv
from bot.playground.request_log import ClientError
from bot.playground.user_session import UserSession
from bot.services.channels import ChannelService
from bot.slack.handlers.modals import page_view
from bot.slack.search import SearchResponder
from bot.slack.views.home import home_view
from bot.slack.views.reader import ReaderTab
from bot.slack.views.recommendation import recommendation_message
from bot.slackkit.metadata import DecisionMetadata, ListQuery
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.people import save_profile
from tests.scenarios.harness import Harness
from tests.scenarios.messages import text_of, text_of_blocks
from tests.services.factories import (
    ANSWERS,
    AT,
    ENGINE,
    make_decision,
    store_decisions,
    store_perspective,
)
from tests.services.harness import SMALL, ServiceHarness

PUBLIC, PRIVATE = Place("C1", Visibility.PUBLIC), Place("G1", Visibility.PRIVATE)
ELSEWHERE = Place("C2", Visibility.PUBLIC)
PARTIAL_ROUTES = {"show", "one record", "similar", "waiting"}
"""Routes that show some of the readable decisions, not all."""
PLACES = st.sampled_from([PUBLIC, PRIVATE, ELSEWHERE, Place("G2", Visibility.PRIVATE)])
USERS = st.sampled_from(["U1", "U2", "U3"])
ASKERS = st.builds(Person, st.sampled_from(["T1", "T1", "T2"]), USERS)
MADE = st.lists(
    st.tuples(
        st.sampled_from(["T1", "T1", "T2"]),
        st.lists(USERS, min_size=1, max_size=2, unique=True),
        PLACES | st.just(Place("U1", Visibility.DIRECT)),
        st.sampled_from(["", "", "U1", "U2", "U3"]),
    ),
    min_size=1,
    max_size=6,
)
Made = tuple[str, list[str], Place, str]


@pytest.fixture
async def env(tmp_path: Path) -> AsyncIterator[ServiceHarness]:
    """The services on a database file."""
    database = await Database(tmp_path / "ragvsft.db").open()
    yield ServiceHarness(database)
    await database.close()


@given(made=MADE, asker=ASKERS, place=PLACES, guest=st.booleans(), closes=st.booleans())
@example([("T1", ["U2"], PRIVATE, "")], Person("T1", "U1"), PUBLIC, False, False)
@example([("T1", ["U2"], PRIVATE, "")], Person("T1", "U1"), PRIVATE, False, False)
@example([("T2", ["U1"], PUBLIC, "")], Person("T1", "U1"), PUBLIC, False, False)
@example([("T1", ["U1"], PUBLIC, "")], Person("T2", "U1"), PUBLIC, False, False)
@example([("T1", ["U2"], PUBLIC, "")], Person("T1", "U1"), ELSEWHERE, True, False)
@example([("T1", ["U2"], PUBLIC, "")], Person("T1", "U1"), PUBLIC, True, True)
@example([("T1", ["U2"], PUBLIC, "")], Person("T1", "U1"), ELSEWHERE, False, True)
@settings(max_examples=30)
async def test_every_route_shows_readable_decisions_only(
    env: ServiceHarness,
    made: list[Made],
    asker: Person,
    place: Place,
    guest: bool,
    closes: bool,
) -> None:
    """List, search, show, export, similar, links and Home show readable decisions and no other.

    A person of another workspace, who may be in a shared channel, reads their own decisions only;
    a guest those of the channel where they ask. `closes`: the public channel becomes private after
    the decisions were made, and a request from there shows it.
    """
    await env.database.write(_clear_tables)
    entry = CachedProfile(asker, DirectoryEntry("Asker", guest=guest), env.clock.now())
    await env.database.write(lambda db: save_profile(db, entry))
    stored = [await _store(env, number, each) for number, each in enumerate(made, start=1)]
    if closes:
        stored, place = await _close(env, stored), _closed(place)
    for route, asked_from, text in await _all_routes(env, asker, place, len(made)):
        for each, contributors in stored:
            scope = ReadScope.of(asker, asked_from, guest=guest)
            visible = scope.allows(each, contributors)
            assert visible or each.title not in text, (route, each)
            assert not visible or route in PARTIAL_ROUTES or each.title in text, (route, each)
            linked = f"https://link{each.number}.test" in text
            assert not linked or (visible and each.place == PRIVATE), (route, each)
    await _check_counts(env, ReadScope.of(asker, place, guest=guest), stored)
    await _check_threads(env, stored)


def _closed(place: Place) -> Place:
    """Return a place after the public channel has become private."""
    return replace(place, visibility=Visibility.PRIVATE) if place == PUBLIC else place


async def _close(
    env: ServiceHarness, stored: list[tuple[Decision, set[str]]]
) -> list[tuple[Decision, set[str]]]:
    """Let requests show that the public channel is private now; return what is expected."""
    for workspace in ("T1", "T2"):
        await ChannelService(env.database).note(workspace, _closed(PUBLIC))
    return [(replace(each, place=_closed(each.place)), people) for each, people in stored]


async def _store(env: ServiceHarness, number: int, made: Made) -> tuple[Decision, set[str]]:
    """Store a generated decision; return it and its contributors."""
    workspace, people, place, contributor = made
    each = make_decision(
        number,
        workspace=workspace,
        people=people,
        place=place,
        title=f"Canary{number}",
        problem=f"Canary{number} sings",
    )
    each = replace(
        each,
        source=Source(PRIVATE.channel, f"https://link{number}.test"),
        resolution=Resolution(people[-1], AT, "", "rag"),
        reviews=(ReviewAnswer(people[-1], AT, ReviewOutcome.WORKED),),
    )
    await store_decisions(env, each)
    if contributor:
        await store_perspective(env, Person(workspace, contributor), number)
    return each, {contributor} - {""}


async def _all_routes(
    env: ServiceHarness, person: Person, place: Place, count: int
) -> list[tuple[str, Place | None, str]]:
    """Return all output by route: the route, the place it was requested from, and the text."""
    finder = SearchResponder(env.services, "/ragvsft")
    scope = await env.services.people.scope(person, place)
    pages = {
        "list": await finder.page(scope, ListQuery.typed("list", "")),
        "list with words": await finder.page(scope, ListQuery.typed("list", "open sings")),
        "search": await finder.page(scope, ListQuery.typed("search", "sings")),
    }
    found = [(route, place, json.dumps(page.blocks) + page.text) for route, page in pages.items()]
    for number in range(1, count + 1):
        try:
            shown = [
                await finder.show(
                    scope, DecisionMetadata(decision=number, tab=tab), AsyncWebClient()
                )
                for tab in ReaderTab
            ]
        except NoSuchDecision as error:
            found.append(("show", place, str(error)))
        else:
            found.append(("show", place, json.dumps(shown, default=vars)))
            record = (await env.services.search.details(scope, number)).record
            found.append(("one record", place, as_markdown(record)))
    records = [each async for each in env.services.search.records(scope, 100)]
    found += [("export", place, as_csv(records)), ("export", place, record_as_json(records))]
    for then in (place, None):
        found.append(("similar", then, await _review_page(env, person, place, then)))
    drafts, decisions = await env.services.home_content(person)
    found.append(("home", None, json.dumps(home_view({"small": "Small"}, drafts, decisions))))
    waiting = await env.services.reviews.waiting_for(person)
    found.append(("waiting", None, json.dumps(home_view({"small": "Small"}, [], [], waiting))))
    return found


async def _check_counts(
    env: ServiceHarness, scope: ReadScope, stored: list[tuple[Decision, set[str]]]
) -> None:
    """Check that the calibration counts every readable decision and no other."""
    visible = sum(scope.allows(*each) for each in stored)
    options = (await env.services.reviews.calibration(scope, "small")).options
    counted = sum(sum(tally.total.values()) for tally in options.values())
    assert counted == visible


async def _check_threads(env: ServiceHarness, stored: list[tuple[Decision, set[str]]]) -> None:
    """Check that a thread names decisions of its own channel only.

    Other public decisions appear as numbers; those of other private channels do not appear.
    """
    for current, _ in stored:
        found = await env.services.search.similar_before(current)
        message = recommendation_message(current, ENGINE.playbook, found, "/ragvsft")
        text = json.dumps(message.blocks)
        for each, _ in stored:
            same = (each.workspace, each.place) == (current.workspace, current.place)
            assert same or each.title not in text, (current, each)
            everybody = ReadScope.for_audience(current.workspace, current.place)
            assert everybody.allows(each) or f"#{each.number}" not in text, (current, each)


async def _review_page(
    env: ServiceHarness, person: Person, place: Place, then: Place | None
) -> str:
    """Return the last page of a draft begun at one place and resumed at another.

    The person may have left a private channel in between.
    """
    draft = Draft(
        id="0" * 32,
        driver=person,
        playbook_hash=SMALL.hash,
        started_at=AT,
        changed_at=AT,
        origin=place,
        workflow=Workflow(title="Again"),
        answers=ANSWERS,
    )
    page = Questionnaire(ENGINE, opened_from(draft, then)).result()
    return json.dumps(await page_view(env.services, page))


def _clear_tables(db: Connection) -> None:
    """Delete all decisions and what belongs to them."""
    for name in (
        *("perspectives", "reviews", "decisions", "decision_people", "decision_words"),
        *("private_channels", "people"),
    ):
        db.execute(f"delete from {name}")


@pytest.mark.usefixtures("bot")
async def test_a_private_decision_is_found_by_its_readers_only(harness: Harness) -> None:
    """Members find a private decision in its channel, its people anywhere, others nowhere."""
    ada, ben, chloe = (harness.playground.user(name) for name in ("ada", "ben", "chloe"))
    await harness.open_questionnaire(ada, "leadership")
    await ada.submit(await harness.fill_questionnaire(ada, title="Nightingale budget"))
    await harness.wait_for_row("decisions", lambda row: row["number"] == 1)
    assert await _finds(harness, ben, "leadership")
    assert await _finds(harness, ada, "product")
    assert not await _finds(harness, ben, "product")
    assert not await _finds(harness, chloe, "product")
    assert "There is no decision #1 here" in text_of(await harness.run_command(chloe, "export 1"))
    await chloe.open_home()
    await harness.playground.until(lambda: chloe.home)
    assert "Nightingale budget" not in str(chloe.home and chloe.home.blocks)


async def _finds(harness: Harness, person: UserSession, channel: str) -> bool:
    """Return whether a person finds the decision in a channel; list, search and show must agree."""
    answers = [
        text_of(await harness.run_command(person, text, channel))
        for text in ("list", "search nightingale")
    ]
    before = {message.ts for message in person.sees(channel)}
    await person.command(channel, "/ragvsft", "show 1")
    await harness.playground.until(
        lambda: person.modal or {message.ts for message in person.sees(channel)} - before
    )
    if person.modal is not None:
        answers.append(text_of_blocks(person.modal.blocks))
        await person.close(person.modal)
    else:
        answers.append(text_of(person.sees(channel)[-1]))
    seen = {"Nightingale budget" in answer for answer in answers}
    assert len(seen) == 1, answers
    return seen.pop()


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_a_draft_resumed_outside_does_not_name_its_channel(harness: Harness) -> None:
    """A draft resumed by a former member names nothing of the channel and is not posted there."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await harness.open_questionnaire(ada, "leadership")
    view = await harness.fill_questionnaire(ada, title="Half done")
    assert "Only the channel's members" in json.dumps(view.blocks)
    question = next(block["accessory"] for block in view.blocks if "accessory" in block)
    await ada.close(await harness.press(ada, question["action_id"], "change"))
    harness.playground.remove("ada", "leadership")
    await harness.open_questionnaire(ben, "leadership")
    await ben.submit(await harness.fill_questionnaire(ben, title="Fire the vendor"))
    await harness.wait_for_row("decisions", lambda row: row["title"] == "Fire the vendor")

    await ada.open_home()
    await harness.playground.until(lambda: ada.home)
    assert ada.home is not None
    await ada.click(ada.home, "resume")
    review = await harness.wait_for_modal(ada, "result")
    words = json.dumps(review.blocks)
    assert "type the command there" in words
    assert "Fire the vendor" not in words
    assert "leadership" not in words
    with pytest.raises(ClientError, match="required"):
        await ada.submit(review)
    await ada.submit(review, {"channel": "product"})
    announcement, _ = await harness.wait_for_post(ada)
    assert "Half done" in text_of(announcement)
