"""Decisions without a recommendation cannot be accepted, but can be overridden."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from bot.decisions.access import DecisionFilter, ReadScope
from bot.decisions.errors import NothingRecommended
from bot.decisions.events import Event, Overridden
from bot.decisions.model import Decision, Status
from bot.decisions.records.madr import as_markdown
from bot.decisions.records.record import Record, record_as_json
from bot.decisions.records.spreadsheet import as_csv
from bot.playbooks.model import Playbook
from bot.slack.views import search
from bot.slack.views.announcement import announcement, thread_note
from bot.slack.views.decide import override_modal
from bot.slack.views.reader import OpenDecision, ReaderTab, reader_modal
from bot.slack.views.recommendation import recommendation_message
from bot.slack.views.team import team_message
from bot.slackkit.metadata import DecisionMetadata, ListQuery
from tests.services.harness import ADA, BEN, PUBLIC, ServiceHarness

UNKNOWN = {"facts": "some", "style": "free"}
"""Answers that no rule reads."""
SIGHT = ReadScope.of(ADA, PUBLIC)


async def unknown(harness: ServiceHarness) -> Decision:
    """Return a decision whose answers give no points."""
    draft = await harness.create_draft(answers=UNKNOWN)
    return (await harness.services.post(ADA, draft, PUBLIC)).decision


async def test_nothing_is_not_accepted(harness: ServiceHarness) -> None:
    """There is no "Accept" button, and the service refuses to accept."""
    made = await unknown(harness)
    playbook = harness.playbooks.current().engine.playbook
    said = str(announcement(made, playbook).blocks)
    assert "'accept'" not in said
    assert "'override'" in said
    with pytest.raises(NothingRecommended):
        await harness.services.decisions.accept(ADA, made.number)
    assert await harness.services.decision("T1", made.number) == made


async def test_any_option_can_be_chosen_where_nothing_is_recommended(
    harness: ServiceHarness,
) -> None:
    """All options are offered; record and thread name no option as recommended."""
    made = await unknown(harness)
    playbook = harness.playbooks.current().engine.playbook
    (choice,) = [
        each
        for each in override_modal(made, playbook)["blocks"]
        if each.get("block_id") == "option"
    ]
    offered = [each["value"] for each in choice["element"]["options"]]
    assert offered == list(playbook.options)
    option = made.verdict.option
    after = await harness.services.decisions.override(ADA, made.number, option, "We start small")
    assert (after.status, after.chosen) == (Status.OVERRIDDEN, option)
    record = (await harness.services.search.details(SIGHT, made.number)).record
    told = as_markdown(record)
    title = playbook.options[option].title
    assert f"Chosen option: **{title}**, with nothing recommended yet" in told
    assert "as recommended" not in told
    assert "instead of" not in told
    event = Event(Overridden(option, None, "We start small"), "U1", after.opened_at)
    said = thread_note(event, after, playbook).text
    assert f"decided for *{title}*." in said


async def edited(harness: ServiceHarness, made: Decision) -> Decision:
    """Edit a decision's title, and add a perspective without known answers."""
    view = (await harness.services.perspectives.begin(BEN, PUBLIC, made.number)).draft
    await harness.services.perspectives.finish(replace(view, answers=UNKNOWN))
    page = await harness.services.decisions.begin_edit(ADA, made.number)
    said = replace(page.draft.workflow, title="Said better")
    await harness.drafts.describe(ADA, page.draft.id, said)
    return (await harness.services.post(ADA, page.draft.id, PUBLIC)).decision


async def record_of(harness: ServiceHarness, made: Decision) -> Record:
    """Return the record of a decision."""
    return (await harness.services.search.details(SIGHT, made.number)).record


async def test_a_list_recommends_nothing_where_nothing_is_known(harness: ServiceHarness) -> None:
    """The decision matches no option in a list, also after it was withdrawn."""
    made = await unknown(harness)
    playbook = harness.playbooks.current().engine.playbook
    by_option = DecisionFilter(options=(made.verdict.option,))
    for expected in ("Open  ·  recommended: nothing yet", "Withdrawn  ·  recommended: nothing yet"):
        found = await harness.services.search.page(SIGHT, DecisionFilter(), None, 9)
        listed = [search.ListedDecision(each, playbook) for each in found.decisions]
        query = ListQuery(kind="list", text="")
        assert (
            expected
            in search.decision_list("/ragvsft", query, DecisionFilter(), found, listed).text
        )
        assert not (await harness.services.search.page(SIGHT, by_option, None, 9)).decisions
        if made.status is Status.OPEN:
            made = await harness.services.decisions.withdraw(ADA, made.number, "Not needed")


async def test_thread_and_record_name_no_option_where_nothing_is_known(
    harness: ServiceHarness,
) -> None:
    """An edit and a perspective without known answers are shown without an option."""
    made = await edited(harness, await unknown(harness))
    playbook = harness.playbooks.current().engine.playbook
    record, title = await record_of(harness, made), playbook.options[made.verdict.option].title
    team = await harness.services.perspectives.team("T1", made.number)
    seen = await harness.services.perspectives.comparison(team)
    told = team_message(made, playbook, seen)
    assert "You favour nothing yet." in told.text
    assert "*nothing yet*  ·  2 people" in str(told.blocks)
    happened = [each.did for each in record.history]
    assert happened[1:] == [
        "added a view: nothing yet",
        "changed the description. Still nothing is recommended",
    ]
    shown = {tab: str(_shown(made, playbook, record, tab)) for tab in ReaderTab}
    assert "nothing yet (too little is known)" in shown[ReaderTab.VIEWS]
    assert "U2: nothing yet (too little is known)" in as_markdown(record)
    assert "Next steps" not in str(recommendation_message(made, playbook).blocks)
    for each in (told, *shown.values(), recommendation_message(made, playbook)):
        assert title not in str(each)


def _shown(made: Decision, playbook: Playbook, record: Record, tab: ReaderTab) -> dict[str, Any]:
    metadata = DecisionMetadata(decision=made.number, tab=tab)
    return reader_modal(OpenDecision(made, playbook, record, "U9", None, metadata))


async def test_data_has_no_recommendation_where_nothing_is_known(harness: ServiceHarness) -> None:
    """In CSV the cells are empty, in JSON null: an option would read as a recommendation."""
    record = await record_of(harness, await edited(harness, await unknown(harness)))
    (row,) = csv.DictReader(io.StringIO(as_csv([record])))
    assert (row["recommended"], row["strength"], row["chosen"]) == ("", "", "")
    assert row["views"] == "U1: nothing yet\nU2: nothing yet"
    (data,) = json.loads(record_as_json([record]))["decisions"]
    assert (data["recommended"], data["strength"], data["first_steps"]) == (None, None, [])
    assert [(each["option"], each["strength"]) for each in data["views"]] == [(None, None)] * 2
