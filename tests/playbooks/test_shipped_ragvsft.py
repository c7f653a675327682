"""The playbook `rules/ragvsft` as it is shipped: what it recommends, and what it rests on."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.verdict import Strength
from tests.playbooks.shipped_situations import (
    BALANCES,
    HANDBOOK,
    HOUSE_STYLE,
    LABELLING,
    PER_CUSTOMER,
    SPECIALISTS,
    SUMMARIES,
    SUPPORT_BOT,
    Sheet,
)

FOLDER = Path(__file__).parents[2] / "rules" / "ragvsft"
ARCHETYPES = [
    pytest.param(SUPPORT_BOT, "rag", id="support over thousands of weekly changing pages"),
    pytest.param(LABELLING, "fine_tuning", id="labelling 100,000 a day with thousands of examples"),
    pytest.param(HOUSE_STYLE, "fine_tuning", id="house style at volume with thousands of examples"),
    pytest.param(HANDBOOK, "long_context", id="a stable handbook of 20 pages for one audience"),
    pytest.param(SUMMARIES, "prompting", id="summarising a text that is supplied"),
    pytest.param(BALANCES, "elsewhere", id="live account balances"),
    pytest.param(SPECIALISTS, "both", id="specialist notation, many examples and a large corpus"),
]
IN_ONE_BREATH = [
    pytest.param(
        {"job": "answer", "material": "large", "freshness": "weekly", "sources": "trust"},
        "rag",
        id="support over weekly changing pages",
    ),
    pytest.param(
        {"job": "sort", "examples": "thousands", "volume": "high"}, "fine_tuning", id="labelling"
    ),
    pytest.param(
        {"job": "write", "voice": "shown", "examples": "thousands", "volume": "high"},
        "fine_tuning",
        id="house style",
    ),
    pytest.param(
        {"job": "answer", "material": "small", "freshness": "yearly", "access": "everyone"},
        "long_context",
        id="handbook",
    ),
    pytest.param({"job": "summarise", "material": "none"}, "prompting", id="summaries"),
    pytest.param({"need": "tool", "freshness": "live"}, "elsewhere", id="balances"),
    pytest.param(
        {
            "job": "answer",
            "need": "both",
            "material": "large",
            "language": "notation",
            "examples": "many",
        },
        "both",
        id="specialists",
    ),
]


@pytest.fixture(scope="module")
def engine() -> RuleEngine:
    return RuleEngine(loader.load(FOLDER))


@pytest.mark.parametrize(("sheet", "option"), ARCHETYPES)
def test_textbook_situation_is_clear(engine: RuleEngine, sheet: Sheet, option: str) -> None:
    """A situation every expert would decide alike is decided that way, and clearly."""
    verdict = engine.evaluate(sheet)
    assert (verdict.option, verdict.strength) == (option, Strength.CLEAR)


@pytest.mark.parametrize(("sheet", "option"), IN_ONE_BREATH)
def test_a_few_answers_are_enough(engine: RuleEngine, sheet: Sheet, option: str) -> None:
    """The few answers that describe a textbook situation already point to its option."""
    assert engine.evaluate(sheet).option == option


def test_what_is_unknown_lowers_the_confidence(engine: RuleEngine) -> None:
    """The same answers are less sure while others are open than once they are given."""
    part = {name: SUPPORT_BOT[name] for name in ("job", "material", "freshness")}
    some, whole = engine.evaluate(part), engine.evaluate(SUPPORT_BOT)
    assert some.option == whole.option == "rag"
    assert some.confidence < whole.confidence
    assert (some.strength, whole.strength) == (Strength.TOO_CLOSE, Strength.CLEAR)


def test_live_values_point_to_a_tool(engine: RuleEngine) -> None:
    """The verdict "elsewhere" names what kind of remedy is meant, and its steps come first."""
    verdict = engine.evaluate(BALANCES)
    assert verdict.kind == "tool"
    assert "functions or queries" in verdict.steps[0]


@pytest.mark.parametrize(
    ("sheet", "kind"),
    [
        ({"need": "look_up", "documents": "poor"}, "documents"),
        ({"tried": "rag", "found": "missing"}, "retrieval"),
        ({"need": "impossible"}, "standard"),
        ({"examples": "disputed"}, "standard"),
        ({"tried": "unmeasured", "test_set": "none"}, "evaluation"),
        ({"failure": "format"}, "output"),
    ],
)
def test_each_kind_of_elsewhere_is_named(engine: RuleEngine, sheet: Sheet, kind: str) -> None:
    """Each cause that no method mends leads to its own kind of remedy."""
    verdict = engine.evaluate(sheet)
    assert (verdict.option, verdict.kind) == ("elsewhere", kind)


@pytest.mark.parametrize(
    ("sheet", "veto", "option"),
    [
        (SUPPORT_BOT, "training-is-stale", "fine_tuning"),
        ({**SUPPORT_BOT, "sources": "required"}, "weights-cannot-cite", "prompting"),
        (PER_CUSTOMER, "model-cannot-withhold", "fine_tuning"),
        ({**HANDBOOK, "access": "people"}, "shared-prompt-shows-all", "long_context"),
        ({**SPECIALISTS, "examples": "none"}, "no-examples", "both"),
        ({**LABELLING, "model": "unavailable"}, "cannot-train", "fine_tuning"),
        ({**LABELLING, "model": "forbidden"}, "may-not-train", "fine_tuning"),
        ({**HANDBOOK, "material": "huge"}, "does-not-fit", "long_context"),
        ({**SUPPORT_BOT, "documents": "unwritten"}, "nothing-written", "rag"),
        (SUMMARIES, "all-in-the-request", "rag"),
        (BALANCES, "text-cannot-count", "rag"),
    ],
)  # fmt: skip
def test_veto_keeps_its_option_out(
    engine: RuleEngine, sheet: Sheet, veto: str, option: str
) -> None:
    """Where a veto holds, its option is not recommended and the way around it is told."""
    verdict = engine.evaluate(sheet)
    hit = next(hit for hit in verdict.vetoes if hit.veto == veto)
    assert option in hit.options
    assert verdict.option != option
    assert hit.way_around


def test_training_may_still_be_a_part(engine: RuleEngine) -> None:
    """Weekly facts and citations forbid training alone, not training beside look-up."""
    verdict = engine.evaluate({**SPECIALISTS, "freshness": "weekly", "sources": "required"})
    assert verdict.option == "both"
    assert {"training-is-stale", "weights-cannot-cite"} <= {hit.veto for hit in verdict.vetoes}


@pytest.mark.parametrize(
    ("sheet", "gate"),
    [
        ({**SUPPORT_BOT, "test_set": "none"}, "tests-first"),
        (SUPPORT_BOT, "prompt-first"),
        ({**SUMMARIES, "failure": "format"}, "only-the-format"),
        ({**SUPPORT_BOT, "tried": "rag", "found": "missing"}, "mend-the-search"),
        ({**SUPPORT_BOT, "documents": "poor"}, "mend-the-source"),
        ({**SUMMARIES, "failure": "slow_costly"}, "cost-alone"),
        ({**HOUSE_STYLE, "voice": "moving"}, "still-moving"),
        ({**SUMMARIES, "tried": "good"}, "it-already-works"),
        ({**SUPPORT_BOT, "freshness": "live"}, "live-values-by-tool"),
        ({**HOUSE_STYLE, "examples": "unchecked"}, "check-the-examples"),
        (SPECIALISTS, "prove-both"),
    ],
)
def test_gate_is_attached(engine: RuleEngine, sheet: Sheet, gate: str) -> None:
    """A condition of the evidence is attached to the recommendation it belongs to."""
    assert gate in {hit.gate for hit in engine.evaluate(sheet).gates}


def test_both_always_has_to_prove_itself(engine: RuleEngine) -> None:
    """Whatever leads to both methods, and nothing else, carries the condition to compare them."""
    chance = random.Random(41)
    questions = engine.playbook.questions
    seen = {True: 0, False: 0}
    for _ in range(120):
        sheet = {question.id: chance.choice(list(question.answers)) for question in questions}
        verdict = engine.evaluate({**SPECIALISTS, **_some(sheet, chance)})
        is_both = verdict.option == "both"
        assert ("prove-both" in {hit.gate for hit in verdict.gates}) is is_both
        seen[is_both] += 1
    assert min(seen.values()) >= 20


def test_what_works_by_its_own_measure_is_left_alone(engine: RuleEngine) -> None:
    """A measured result that is good enough turns a case for training into staying as it is."""
    sheet = {"job": "write", "need": "instructions", "voice": "shown", "examples": "hundreds"}
    assert engine.evaluate({**sheet, "tried": "good"}).option == "prompting"


def test_trust_in_sources_forbids_nothing(engine: RuleEngine) -> None:
    """Only sources that are required rule an option out; those wished for trust weigh."""
    wished = engine.evaluate({**SUPPORT_BOT, "sources": "trust"})
    assert "weights-cannot-cite" not in {hit.veto for hit in wished.vetoes}


def _some(sheet: Sheet, chance: random.Random) -> Sheet:
    return {name: sheet[name] for name in chance.sample(list(sheet), 4)}


def test_a_knowledge_need_stays_rag_when_nothing_was_tried(engine: RuleEngine) -> None:
    """That nothing was tried adds a condition and does not turn a need for facts into prompting."""
    verdict = engine.evaluate(SUPPORT_BOT)
    assert verdict.option == "rag"
    assert "prompt-first" in {hit.gate for hit in verdict.gates}


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"failure": "slow_costly", "tried": "good", "voice": "little"}, "prompting"),
        ({"voice": "moving", "tried": "unmeasured"}, "prompting"),
    ],
)
def test_training_waits(engine: RuleEngine, changes: Sheet, option: str) -> None:
    """At low volume, or while what is good keeps changing, training is not recommended."""
    sheet = {**HOUSE_STYLE, "need": "instructions", "volume": "low", **changes}
    assert engine.evaluate(sheet).option == option
