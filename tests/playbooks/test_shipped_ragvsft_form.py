"""The playbook `rules/ragvsft` as it is shipped: its form, and the published decisions."""

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

FOLDER = Path(__file__).parents[2] / "rules" / "ragvsft"


@pytest.fixture(scope="module")
def engine() -> RuleEngine:
    return RuleEngine(loader.load(FOLDER))


@pytest.fixture(scope="module")
def cases(engine: RuleEngine) -> CasesFile:
    return loader.parse_cases(loader.read(FOLDER), engine.playbook)


def test_published_decisions_agree(engine: RuleEngine, cases: CasesFile) -> None:
    """At least 85% of the published decisions that are clear come out as published."""
    clear = [case for case in cases.cases if case.ambiguity == "clear"]
    agreed = [case for case in clear if engine.evaluate(case.answers).option == case.expected]
    assert len(cases.cases) == 41
    assert len(agreed) >= 0.85 * len(clear)


def test_better_than_the_usual_advice(engine: RuleEngine, cases: CasesFile) -> None:
    """The rules agree with far more published decisions than either rule of thumb, and ask less."""
    trial = summarize(cases, tuple(run_cases(engine, cases.cases)), engine)
    best = max(baseline.overall.hits for baseline in trial.baselines)
    assert trial.playbook.overall.hits >= best + 8
    assert trial.asked_by_pages < 0.6 * trial.applying
    assert trial.same_by_pages.hits >= 0.95 * len(cases.cases)


def test_nothing_in_it_is_dead(engine: RuleEngine) -> None:
    """Every option is within reach, every rule and veto decides something, nothing contradicts."""
    analysis = CoverageAnalysis(engine.playbook)
    for _ in analysis.run():
        pass
    assert analysis.report().ok


def test_a_third_less_known_changes_little(engine: RuleEngine, cases: CasesFile) -> None:
    """With a third of the answers unknown, three in four clear decisions still come out."""
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
    """The ids that old decisions refer to stay as they are."""
    assert list(engine.playbook.options) == [
        "prompting",
        "long_context",
        "rag",
        "fine_tuning",
        "both",
        "elsewhere",
    ]


def test_it_fits_a_short_sitting(engine: RuleEngine) -> None:
    """There are 12 to 16 questions, two to four on a page."""
    questions = engine.playbook.questions
    pages = [
        sum(question.step == step.id for question in questions) for step in engine.playbook.steps
    ]
    assert 12 <= len(questions) <= 16
    assert all(2 <= page <= 4 for page in pages)


def test_every_answer_can_be_told_as_a_change(engine: RuleEngine) -> None:
    """Each answer says what has happened when it comes true, for "what would change this"."""
    for question in engine.playbook.questions:
        assert set(question.becomes) == set(question.answers), question.id


def test_reasons_are_one_plain_sentence(engine: RuleEngine) -> None:
    """Every rule and veto gives its reason in one sentence."""
    reasons = {rule.id: rule.because for rule in engine.playbook.rules}
    reasons |= {veto.id: veto.because for veto in engine.playbook.vetoes}
    for name, because in reasons.items():
        assert re.fullmatch(r"[A-Z](?:(?![.?!] ).)*\.", because), name


def test_every_option_says_what_to_do(engine: RuleEngine) -> None:
    """Each option comes with first steps, what to measure and pitfalls."""
    for option in engine.playbook.options.values():
        assert len(option.first_steps) >= 3
        assert len(option.measure) >= 2
        assert len(option.pitfalls) >= 2


@pytest.mark.parametrize("rule", ["small-source", "medium-source", "large-source"])
def test_facts_that_age_carry_a_date(engine: RuleEngine, rule: str) -> None:
    """What depends on the size of context windows says when it was last looked up."""
    assert next(r for r in engine.playbook.rules if r.id == rule).checked


@pytest.mark.parametrize("veto", ["cannot-train", "does-not-fit"])
def test_vendor_facts_carry_a_date(engine: RuleEngine, veto: str) -> None:
    """What depends on a vendor's offer says when it was last looked up."""
    assert next(v for v in engine.playbook.vetoes if v.id == veto).checked
