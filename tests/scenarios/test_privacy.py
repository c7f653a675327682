"""A private decision is shown to nobody else, whichever way they look for it."""

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
from bot.decisions.questionnaire import Questionnaire
from bot.decisions.records.madr import as_markdown
from bot.decisions.records.record import record_as_json
from bot.decisions.records.spreadsheet import as_csv
from bot.playground.request_log import ClientError
from bot.playground.user_session import UserSession
from bot.slack.handlers.modals import page_view
from bot.slack.search import SearchResponder
from bot.slack.views.home import home_view
from bot.slack.views.recommendation import recommendation_message
from bot.slackkit.metadata import ListQuery
from bot.storage.connection import Connection
from bot.storage.database import Database
from tests.scenarios.harness import Harness
from tests.scenarios.messages import text_of
from tests.services.shelf import ANSWERS, AT, ENGINE, add_view, decision, shelve
from tests.services.world import SMALL, World

PUBLIC, SECRET = Place("C1", Visibility.PUBLIC), Place("G1", Visibility.PRIVATE)
SOME = {"show", "one record", "similar", "waiting"}
"""Ways that show some of what may be read, not all."""
PLACES = st.sampled_from([PUBLIC, SECRET, Place("G2", Visibility.PRIVATE)])
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
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A desk on a log."""
    log = await Database(tmp_path / "ragvsft.db").open()
    yield World(log)
    await log.close()


@given(made=MADE, asker=ASKERS, place=PLACES)
@example(made=[("T1", ["U2"], SECRET, "")], asker=Person("T1", "U1"), place=PUBLIC)
@example(made=[("T1", ["U2"], SECRET, "")], asker=Person("T1", "U1"), place=SECRET)
@example(made=[("T2", ["U1"], PUBLIC, "")], asker=Person("T1", "U1"), place=PUBLIC)
@example(made=[("T1", ["U1"], PUBLIC, "")], asker=Person("T2", "U1"), place=PUBLIC)
@settings(max_examples=30)
async def test_no_way_leads_to_what_is_private(
    world: World, made: list[Made], asker: Person, place: Place
) -> None:
    """List, search, show, export, similar, links and Home show what may be read, and no other.

    Somebody of another workspace, who may be in a shared channel, reads what is their own.
    """
    await world.log.write(_empty)
    kept = [await _keep(world, number, each) for number, each in enumerate(made, start=1)]
    for route, asked_from, text in await _everything(world, asker, place, len(made)):
        for each, contributors in kept:
            visible = ReadScope.of(asker, asked_from).covers(each, contributors)
            assert visible or each.title not in text, (route, each)
            assert not visible or route in SOME or each.title in text, (route, each)
            told = f"https://link{each.number}.test" in text
            assert not told or (visible and each.place == SECRET), (route, each)
    await _counts_what_is_visible(world, ReadScope.of(asker, place), kept)
    await _threads_name_their_own(world, kept)


async def _keep(world: World, number: int, made: Made) -> tuple[Decision, set[str]]:
    workspace, people, place, contributor = made
    each = decision(
        number,
        workspace=workspace,
        people=people,
        place=place,
        title=f"Canary{number}",
        problem=f"Canary{number} sings",
    )
    each = replace(
        each,
        source=Source(SECRET.channel, f"https://link{number}.test"),
        resolution=Resolution(people[-1], AT, "", "rag"),
        reviews=(ReviewAnswer(people[-1], AT, ReviewOutcome.WORKED),),
    )
    await shelve(world, each)
    if contributor:
        await add_view(world, Person(workspace, contributor), number)
    return each, {contributor} - {""}


async def _everything(
    world: World, person: Person, place: Place, count: int
) -> list[tuple[str, Place | None, str]]:
    """What a person is shown by every way to find decisions: the way, from where, and all text."""
    finder, sight = SearchResponder(world.services, "/ragvsft"), ReadScope.of(person, place)
    pages = {
        "list": await finder.page(sight, ListQuery.typed("list", "")),
        "list with words": await finder.page(sight, ListQuery.typed("list", "open sings")),
        "search": await finder.page(sight, ListQuery.typed("search", "sings")),
    }
    found = [(route, place, json.dumps(page.blocks) + page.text) for route, page in pages.items()]
    for number in range(1, count + 1):
        try:
            shown = await finder.show(sight, number, AsyncWebClient())
        except NoSuchDecision as error:
            found.append(("show", place, str(error)))
        else:
            found.append(("show", place, json.dumps([each.blocks for each in shown])))
            record = (await world.services.search.show(sight, number)).record
            found.append(("one record", place, as_markdown(record)))
    records = [each async for each in world.services.search.records(sight, 100)]
    found += [("export", place, as_csv(records)), ("export", place, record_as_json(records))]
    for then in (place, None):
        found.append(("similar", then, await _review(world, person, place, then)))
    drafts, decisions = await world.services.belongings(person)
    found.append(("home", None, json.dumps(home_view({"small": "Small"}, drafts, decisions))))
    waiting = await world.services.reviews.waiting_for(person)
    found.append(("waiting", None, json.dumps(home_view({"small": "Small"}, [], [], waiting))))
    return found


async def _counts_what_is_visible(
    world: World, sight: ReadScope, kept: list[tuple[Decision, set[str]]]
) -> None:
    """The rules' past counts every decision that may be read, and no other."""
    visible = sum(sight.covers(*each) for each in kept)
    options = (await world.services.reviews.calibration(sight, "small")).options
    counted = sum(sum(tally.total.values()) for tally in options.values())
    assert counted == visible


async def _threads_name_their_own(world: World, kept: list[tuple[Decision, set[str]]]) -> None:
    """A thread, whoever else its channel is shared with, names its own channel's decisions only.

    Others are numbers there, and those of other private channels are nothing at all.
    """
    for at_hand, _ in kept:
        found = await world.services.search.alike_before(at_hand)
        message = recommendation_message(at_hand, ENGINE.playbook, found, "/ragvsft")
        text = json.dumps(message.blocks)
        for each, _ in kept:
            same = (each.workspace, each.place) == (at_hand.workspace, at_hand.place)
            assert same or each.title not in text, (at_hand, each)
            everybody = ReadScope.of_everybody(at_hand.workspace, at_hand.place)
            assert everybody.covers(each) or f"#{each.number}" not in text, (at_hand, each)


async def _review(world: World, person: Person, place: Place, then: Place | None) -> str:
    """The last page of what a person began at a place, left, and went on with where they then are.

    They may have left a private channel in the meantime.
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
    page = Questionnaire(ENGINE, opened_from(draft, then)).last()
    return json.dumps(await page_view(world.services, page))


def _empty(db: Connection) -> None:
    for name in ("perspectives", "reviews", "decisions", "decision_people", "decision_words"):
        db.execute(f"delete from {name}")


@pytest.mark.usefixtures("bot")
async def test_a_private_channel_keeps_its_decisions(harness: Harness) -> None:
    """Found in its channel by a member, anywhere by its people, and nowhere by anybody else."""
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
    """Whether a person finds it in a channel: by list, search and show alike."""
    answers = [
        text_of(await harness.run_command(person, text, channel))
        for text in ("list", "search nightingale", "show 1")
    ]
    seen = {"Nightingale budget" in answer for answer in answers}
    assert len(seen) == 1, answers
    return seen.pop()


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_a_draft_resumed_outside_knows_nothing_of_its_channel(harness: Harness) -> None:
    """Gone on with from App Home it names nothing of the channel, and is not posted there."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await harness.open_questionnaire(ada, "leadership")
    await harness.fill_questionnaire(ada, title="Half done")
    assert ada.modal is not None
    assert "Only its members" in json.dumps(ada.modal.blocks)
    await ada.close(ada.modal)
    harness.playground.remove("ada", "leadership")
    await harness.open_questionnaire(ben, "leadership")
    await ben.submit(await harness.fill_questionnaire(ben, title="Fire the vendor"))
    await harness.wait_for_row("decisions", lambda row: row["title"] == "Fire the vendor")

    await ada.open_home()
    await harness.playground.until(lambda: ada.home)
    assert ada.home is not None
    await ada.click(ada.home, "resume")
    review = await harness.wait_for_modal(ada, "review")
    words = json.dumps(review.blocks)
    assert "type the command there" in words
    assert "Fire the vendor" not in words
    assert "leadership" not in words
    with pytest.raises(ClientError, match="required"):
        await ada.submit(review)
    await ada.submit(review, {"other_channel": "product"})
    announcement, _ = await harness.wait_for_post(ada)
    assert "Half done" in text_of(announcement)
