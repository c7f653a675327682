"""The shipped playbook `rules/ragvsft`: recommendations, published cases and form."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from bot.playbooks import loader
from bot.playbooks.backtest import run_cases, summarize
from bot.playbooks.coverage import CoverageAnalysis
from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import CasesFile
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
    """Situations on which experts agree get the expected option, with a clear lead."""
    verdict = engine.evaluate(sheet)
    assert (verdict.option, verdict.strength) == (option, Strength.CLEAR)


@pytest.mark.parametrize(("sheet", "option"), IN_ONE_BREATH)
def test_a_few_answers_are_enough(engine: RuleEngine, sheet: Sheet, option: str) -> None:
    """The characteristic answers of such a situation are enough to get its option."""
    assert engine.evaluate(sheet).option == option


def test_what_is_unknown_lowers_the_confidence(engine: RuleEngine) -> None:
    """Confidence is lower while some of the same answers are unknown."""
    part = {name: SUPPORT_BOT[name] for name in ("job", "material", "freshness")}
    some, whole = engine.evaluate(part), engine.evaluate(SUPPORT_BOT)
    assert some.option == whole.option == "rag"
    assert some.confidence < whole.confidence
    assert (some.strength, whole.strength) == (Strength.TOO_CLOSE, Strength.CLEAR)


def test_live_values_need_a_tool(engine: RuleEngine) -> None:
    """For live values the kind of "elsewhere" is a tool, whose steps come first."""
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
    """Each cause that no method solves leads to its own kind of "elsewhere"."""
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
    """A veto keeps its option from being recommended, and its way around is given."""
    verdict = engine.evaluate(sheet)
    hit = next(hit for hit in verdict.vetoes if hit.veto == veto)
    assert option in hit.options
    assert verdict.option != option
    assert hit.way_around


def test_training_may_be_part_of_a_combination(engine: RuleEngine) -> None:
    """Weekly facts and citations rule out fine-tuning alone, not combined with retrieval."""
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
    """Missing evidence attaches a gate to the recommendation."""
    assert gate in {hit.gate for hit in engine.evaluate(sheet).gates}


def test_a_combination_has_a_gate(engine: RuleEngine) -> None:
    """A recommendation to combine both methods always has the gate to compare them."""
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


def test_a_good_measured_result_is_kept(engine: RuleEngine) -> None:
    """If the current result is measured and good enough, it stays as it is."""
    sheet = {"job": "write", "need": "instructions", "voice": "shown", "examples": "hundreds"}
    assert engine.evaluate({**sheet, "tried": "good"}).option == "prompting"


def test_preferred_sources_rule_nothing_out(engine: RuleEngine) -> None:
    """Required sources rule an option out; sources that are only preferred change points."""
    wished = engine.evaluate({**SUPPORT_BOT, "sources": "trust"})
    assert "weights-cannot-cite" not in {hit.veto for hit in wished.vetoes}


def _some(sheet: Sheet, chance: random.Random) -> Sheet:
    return {name: sheet[name] for name in chance.sample(list(sheet), 4)}


def test_a_knowledge_need_stays_rag_when_nothing_was_tried(engine: RuleEngine) -> None:
    """If nothing was tried, a gate is added; facts still need retrieval."""
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
def test_training_is_not_recommended_early(engine: RuleEngine, changes: Sheet, option: str) -> None:
    """At low volume, or with changing criteria, fine-tuning is not recommended."""
    sheet = {**HOUSE_STYLE, "need": "instructions", "volume": "low", **changes}
    assert engine.evaluate(sheet).option == option


@pytest.fixture(scope="module")
def cases(engine: RuleEngine) -> CasesFile:
    return loader.parse_cases(loader.read(FOLDER), engine.playbook)


def test_published_decisions_agree(engine: RuleEngine, cases: CasesFile) -> None:
    """At least 85 % of the clear published cases get their published option."""
    clear = [case for case in cases.cases if case.ambiguity == "clear"]
    agreed = [case for case in clear if engine.evaluate(case.answers).option == case.expected]
    assert len(cases.cases) == 41
    assert len(agreed) >= 0.85 * len(clear)


def test_the_playbook_beats_the_baselines(engine: RuleEngine, cases: CasesFile) -> None:
    """The playbook agrees with more cases than either baseline, and asks fewer questions."""
    backtest = summarize(cases, tuple(run_cases(engine, cases.cases)), engine)
    best = max(baseline.overall.hits for baseline in backtest.baselines)
    assert backtest.playbook.overall.hits >= best + 8
    assert backtest.asked_by_pages < 0.6 * backtest.applying
    assert backtest.same_by_pages.hits >= 0.95 * len(cases.cases)


def test_every_rule_is_effective(engine: RuleEngine) -> None:
    """Every option is reachable, every rule and veto is effective, and none contradict."""
    analysis = CoverageAnalysis(engine.playbook)
    for _ in analysis.run():
        pass
    assert analysis.report().ok


def test_unknown_answers_change_little(engine: RuleEngine, cases: CasesFile) -> None:
    """With a third of the answers unknown, 75 % of the clear cases still agree."""
    chance = random.Random(26)
    sheets = [
        ({q: a for q, a in case.answers.items() if chance.random() > 1 / 3}, case.expected)
        for case in cases.cases
        if case.ambiguity == "clear"
        for _ in range(20)
    ]
    agreed = sum(engine.score(sheet).option == expected for sheet, expected in sheets)
    assert agreed >= 0.75 * len(sheets)


def test_option_ids_are_fixed(engine: RuleEngine) -> None:
    """Option ids are fixed, because stored decisions refer to them."""
    assert list(engine.playbook.options) == [
        "prompting",
        "long_context",
        "rag",
        "fine_tuning",
        "both",
        "elsewhere",
    ]


def test_the_questionnaire_is_short(engine: RuleEngine) -> None:
    """There are 12 to 16 questions, two to four per page."""
    questions = engine.playbook.questions
    pages = [
        sum(question.step == step.id for question in questions) for step in engine.playbook.steps
    ]
    assert 12 <= len(questions) <= 16
    assert all(2 <= page <= 4 for page in pages)


def test_every_answer_has_a_text_for_flips(engine: RuleEngine) -> None:
    """Each answer has a text for "what would change this"."""
    for question in engine.playbook.questions:
        assert set(question.becomes) == set(question.answers), question.id


def test_reasons_are_one_sentence(engine: RuleEngine) -> None:
    """The reason of each rule and veto is one sentence."""
    reasons = {rule.id: rule.because for rule in engine.playbook.rules}
    reasons |= {veto.id: veto.because for veto in engine.playbook.vetoes}
    for name, because in reasons.items():
        assert re.fullmatch(r"[A-Z](?:(?![.?!] ).)*\.", because), name


def test_every_option_has_steps(engine: RuleEngine) -> None:
    """Each option has first steps, measures and pitfalls."""
    for option in engine.playbook.options.values():
        assert len(option.first_steps) >= 3
        assert len(option.measure) >= 2
        assert len(option.pitfalls) >= 2


@pytest.mark.parametrize("rule", ["small-source", "medium-source", "large-source"])
def test_facts_that_age_have_a_date(engine: RuleEngine, rule: str) -> None:
    """Facts about context windows have the date of their last check."""
    assert next(r for r in engine.playbook.rules if r.id == rule).checked


@pytest.mark.parametrize("veto", ["cannot-train", "does-not-fit"])
def test_vendor_facts_have_a_date(engine: RuleEngine, veto: str) -> None:
    """Facts about a vendor's offer have the date of their last check."""
    assert next(v for v in engine.playbook.vetoes if v.id == veto).checked
