"""Records are self-contained: points add up, people have names, the history is complete."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.access import ReadScope
from bot.decisions.events import Event, HandedOver
from bot.decisions.model import Decision, Perspective, Resolution, Source, Status, Workflow
from bot.decisions.ports import CachedProfile, DirectoryEntry
from bot.decisions.records.build import DecisionContext, record_of
from bot.decisions.records.madr import as_markdown
from bot.decisions.records.record import Record, record_as_json, record_schema
from bot.decisions.records.spreadsheet import as_csv
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import Answer
from bot.services.search import decision_context
from bot.storage.people import save_profile
from tests.services.factories import AT, ENGINE, make_decision
from tests.services.harness import ADA, BEN, PRIVATE, PUBLIC, ServiceHarness

SHIPPED = {
    name: RuleEngine(loader.parse(loader.read(Path(__file__).parents[3] / "rules" / name)))
    for name in ("hosting", "ragvsft")
}
RULES = SHIPPED["ragvsft"]
CURRENT = {
    "job": "answer",
    "need": ("look_up",),
    "material": "large",
    "freshness": "weekly",
    "sources": "trust",
}
LINK = "https://northwind.slack.com/archives/C1/p1767603600000100"


def made_by(engine: RuleEngine, answers: Mapping[str, Answer], **changes: object) -> Decision:
    """Return a decision with these answers by a given playbook."""
    verdict = engine.evaluate(answers)
    return replace(make_decision(12), answers=answers, verdict=verdict, **changes)  # type: ignore[arg-type]  # passed on by name


def overridden(option: str, reason: str = "Because") -> dict[str, object]:
    """Return the fields of a decision that was overridden with an option."""
    return {"status": Status.OVERRIDDEN, "resolution": Resolution("U1", AT, reason, option)}


@st.composite
def sheets(draw: st.DrawFn) -> tuple[RuleEngine, dict[str, Answer]]:
    """Draw the engine of a shipped playbook, and answers to it."""
    engine = SHIPPED[draw(st.sampled_from(sorted(SHIPPED)))]
    answers: dict[str, Answer] = {
        question.id: draw(st.sampled_from([*question.values(), None]))
        for question in engine.playbook.questions
        if draw(st.integers(0, 4))
    }
    return engine, answers


@given(sheets())
@settings(max_examples=60)
def test_points_add_up(sheet: tuple[RuleEngine, dict[str, Answer]]) -> None:
    """An option's points are the sum of the reasons shown, and of what it starts with."""
    engine, answers = sheet
    record = record_of(made_by(engine, answers), engine)
    text = as_markdown(record)
    for option in record.considered:
        assert option.points == option.start + sum(each.points for each in option.arguments)
        assert option.meets or option.start == 0
        assert f"| {option.title} | {option.points} |" in text
        arguments = text.split("## Pros and Cons")[1].split(f"\n### {option.title}\n")[1]
        shown = arguments.split("\n#")[0].count(", because: ")
        vetoes = sum(option.option in hit.options for hit in record.ruled_out)
        assert shown == len(option.arguments) + vetoes


def test_what_follows_is_of_the_option_chosen() -> None:
    """After an override, consequences, first steps and measures are those of the chosen option."""
    before = made_by(RULES, CURRENT)
    assert before.verdict.option == "rag"
    chosen = RULES.playbook.options["fine_tuning"]
    record = record_of(made_by(RULES, CURRENT, **overridden("fine_tuning")), RULES)
    assert record.first_steps == chosen.first_steps
    assert record.measure == chosen.measure
    assert record.pitfalls == chosen.pitfalls
    text = as_markdown(record)
    consequences = text.split("### Consequences\n")[1].split("\n#")[0]
    assert "* Speaks for RAG: " in consequences
    assert "which was recommended" not in text
    assert "What would change the recommendation:" in text


def test_a_choice_that_was_ruled_out_says_so() -> None:
    """The consequences of a vetoed option begin with the veto and its way around."""
    answers = {"facts": "never", "style": "strict"}
    made = make_decision(12, status=Status.OVERRIDDEN, chosen="tuning", answers=answers)
    text = as_markdown(record_of(made, ENGINE))
    consequences = text.split("### Consequences\n\n")[1]
    expected = "* Ruled out, because: Nothing to know. The way around it: None. *Us*"
    assert consequences.startswith(expected)
    assert "| Tuning | 4 | ruled out |" in text


def test_nothing_known_recommends_nothing() -> None:
    """Without known answers, the record recommends nothing, like the thread."""
    text = as_markdown(record_of(make_decision(12, answers={"facts": None}), ENGINE))
    assert "Recommended: nothing yet, too little is known." in text


def test_people_have_names_where_they_are_known() -> None:
    """Each format shows a person's name before the id, or the id alone if the name is unknown."""
    strength = ENGINE.evaluate({}).strength
    view = Perspective("T1", 12, "U3", {"facts": "never"}, "prompting", strength, AT, AT)
    made = make_decision(12, people=("U1", "U2", "U9"), status=Status.ACCEPTED, chosen="rag")
    events = (Event(HandedOver(("U1",), ("U2", "U9")), "U1", AT),)
    names = {"U1": "Ada Lind", "U2": "=Ben *Okafor*", "U3": "Chloe Tan"}
    record = record_of(made, ENGINE, DecisionContext((view,), events, names))
    text = as_markdown(record)
    assert "- =Ben *Okafor* (U2)\n- U9\n" in text.split("---")[1]
    assert "consulted:\n- Chloe Tan (U3)\n" in text
    assert r"opened by Ada Lind (U1)" in text
    assert r"Ada Lind (U1) handed the decision over to =Ben \*Okafor\* (U2), U9" in text
    document = json.loads(record_as_json([record]))
    jsonschema.validate(document, record_schema())
    (told,) = document["decisions"]
    assert told["deciders"] == ["U2", "U9"]
    assert told["names"] == names
    assert "'=Ben *Okafor* (U2); U9" in as_csv([record])


async def _lived_through(harness: ServiceHarness) -> Record:
    """Return the record of a decision that went through all actions."""
    services = harness.services
    made = await harness.post_decision()
    await services.perspectives.ask(ADA, made.number, [BEN.user])
    harness.clock.advance(timedelta(days=2))
    await services.perspectives.nudge(ADA, made.number)
    page = await services.perspectives.begin(BEN, PUBLIC, made.number)
    await services.drafts.save_answers(BEN, page.draft.id, {"facts": "never"})
    await services.post(BEN, page.draft.id, PUBLIC)
    edit = await services.decisions.begin_edit(ADA, made.number)
    await services.drafts.save_answers(ADA, edit.draft.id, {"facts": "some"})
    await services.post(ADA, edit.draft.id, PUBLIC)
    await services.decisions.hand_over(ADA, made.number, (BEN.user,))
    await services.decisions.override(BEN, made.number, "tuning", "We *know* how.")
    await harness.write(save_profile, CachedProfile(BEN, DirectoryEntry("Ben Okafor"), AT))
    return (await services.search.details(ReadScope.of(ADA), made.number)).record


async def test_a_record_tells_the_life_of_a_decision(harness: ServiceHarness) -> None:
    """The history has each event with time, person and words; the perspectives are compared."""
    text = as_markdown(await _lived_through(harness))
    history = text.split("## History\n\n")[1].splitlines()
    at = "* 2026-01-07 09:00 UTC: "
    assert history == [
        "* 2026-01-05 09:00 UTC: U1 asked for a decision",
        "* 2026-01-05 09:00 UTC: U1 asked for the view of Ben Okafor (U2)",
        at + "U1 reminded Ben Okafor (U2)",
        at + "Ben Okafor (U2) added a view: nothing yet",
        at + "U1 changed the answers. Nothing is recommended any more; it was RAG",
        "  * Does it need facts? Many → Some",
        at + "U1 handed the decision over to Ben Okafor (U2)",
        at + r"Ben Okafor (U2) decided for Tuning: “We \*know\* how.”",
    ]
    views = text.split("## Who Saw It How\n\n")[1].split("\n## ")[0]
    assert "* U1, who opened it: nothing yet (too little is known)" in views
    assert "* Ben Okafor (U2): nothing yet (too little is known)" in views
    assert "* Does it need facts? U1: “Some”; Ben Okafor (U2): “Never”" in views


@pytest.mark.parametrize(
    ("channel", "place", "linked"),
    [("C1", PUBLIC, True), ("C2", PUBLIC, False), ("C1", PRIVATE, False)],
)
def test_a_source_elsewhere_is_not_linked(channel: str, place: object, linked: bool) -> None:
    """A record links to its source message only if that is in the decision's channel."""
    made = replace(make_decision(12, place=place), source=Source(channel, LINK))  # type: ignore[arg-type]  # as parametrized
    record = record_of(made, ENGINE)
    assert (record.source == LINK) is linked
    assert (f"* Made from this message: <{LINK}>" in as_markdown(record)) is linked


async def test_a_channel_has_its_latest_name(harness: ServiceHarness) -> None:
    """Records name the channel as in the last command or press from there."""
    for name in ("product", "products", ""):
        place = replace(PUBLIC, name=name)
        draft = (await harness.services.drafts.start(ADA, place)).draft.id
        await harness.services.drafts.describe(ADA, draft, Workflow("Title", deciders=("U1",)))
        await harness.services.drafts.save_answers(ADA, draft, {"facts": "some"})
        made = (await harness.services.post(ADA, draft, PUBLIC)).decision
    found = record_of(
        made, await harness.services.playbooks.of(made), await harness.read(decision_context, made)
    )
    assert found.channel_name == "products"
    assert "informed:\n- 'channel #products (C1), public'" in as_markdown(found)
    assert "#products (C1)" in as_csv([found])
    assert json.loads(record_as_json([found]))["decisions"][0]["channel_name"] == "products"
    await harness.services.decisions.confirm_announcement(ADA, made.number, "C1", "1.1", "goods")
    await harness.services.decisions.confirm_announcement(ADA, made.number, "C1", "1.1")
    assert (await harness.read(decision_context, made)).channel_name == "goods"
