"""The shipped playbook `rules/hosting`, which has another subject than `rules/ragvsft`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.verdict import Strength, Verdict
from tests.playbooks.shipped_situations import Sheet, words_of

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "rules" / "hosting"

PROTOTYPE: Sheet = {
    "data": ("free",),
    "quality": "frontier",
    "volume": "low",
    "delay": "seconds",
    "outage": "waits",
    "training": "not_needed",
    "change": "welcome",
    "team": "nobody",
}
BANK: Sheet = {
    "data": ("tenant", "unstored"),
    "quality": "frontier",
    "volume": "medium",
    "delay": "seconds",
    "outage": "noticed",
    "training": "vendor_does",
    "change": "retest",
    "team": "software",
    "machines": ("none",),
}
LABEL_FACTORY: Sheet = {
    "data": ("contract",),
    "quality": "small_open",
    "volume": "steady",
    "delay": "seconds",
    "training": "own_weights",
    "team": "platform",
    "machines": ("owned",),
}
LIVE_CHECKS: Sheet = {
    "data": ("contract",),
    "quality": "small_open",
    "volume": "medium",
    "delay": "instant",
    "training": "own_weights",
    "team": "software",
    "machines": ("none",),
}
MINISTRY: Sheet = {
    "data": ("law", "region"),
    "quality": "large_open",
    "volume": "medium",
    "delay": "seconds",
    "training": "not_needed",
    "change": "retest",
    "team": "software",
    "machines": ("none",),
}
FIELD_APP: Sheet = {
    "quality": "small_open",
    "volume": "low",
    "delay": "offline",
    "training": "not_needed",
    "team": "software",
    "machines": ("devices",),
}


@pytest.fixture(scope="module")
def engine() -> RuleEngine:
    return RuleEngine(loader.load(FOLDER))


@pytest.mark.parametrize(
    ("sheet", "option"),
    [
        pytest.param(PROTOTYPE, "vendor_api", id="a prototype without special data"),
        pytest.param(BANK, "own_tenant", id="a bank that keeps data in its cloud account"),
        pytest.param(LABEL_FACTORY, "self_hosted", id="a small model that labels around the clock"),
        pytest.param(LIVE_CHECKS, "managed_open", id="quick checks with a trained model"),
    ],
)
def test_textbook_situation_is_clear(engine: RuleEngine, sheet: Sheet, option: str) -> None:
    """Situations on which experts agree get the expected option, with a clear lead."""
    verdict = engine.evaluate(sheet)
    assert (verdict.option, verdict.strength) == (option, Strength.CLEAR)


@pytest.mark.parametrize(
    ("sheet", "option", "kind"),
    [
        pytest.param({**PROTOTYPE, "delay": "overnight"}, "vendor_api", "batch", id="overnight"),
        pytest.param({**PROTOTYPE, "data": ("unstored",)}, "vendor_api", "unstored", id="no logs"),
        pytest.param({**BANK, "outage": "stops"}, "own_tenant", "reserved", id="must not fail"),
        pytest.param(LIVE_CHECKS, "managed_open", "dedicated", id="a trained model"),
        pytest.param(MINISTRY, "managed_open", "stock", id="no foreign law"),
        pytest.param(FIELD_APP, "self_hosted", "device", id="offline on phones"),
        pytest.param(LABEL_FACTORY, "self_hosted", "servers", id="own servers"),
    ],
)
def test_the_kind_fits_the_situation(
    engine: RuleEngine, sheet: Sheet, option: str, kind: str
) -> None:
    """The next steps are those for what limits or eases the situation."""
    verdict = engine.evaluate(sheet)
    assert (verdict.option, verdict.kind) == (option, kind)


@pytest.mark.parametrize("limit", [{"data": ("premises",)}, {"delay": "offline"}])
def test_hard_limits_leave_own_machines(engine: RuleEngine, limit: Sheet) -> None:
    """Data that must stay on the premises, or work offline, leaves only machines of one's own."""
    verdict = engine.evaluate({**PROTOTYPE, **limit})
    assert (verdict.option, verdict.strength) == ("self_hosted", Strength.ONLY_LEFT)
    assert verdict.points["self_hosted"] < 0


def test_the_only_one_left_without_a_team_is_provisional(engine: RuleEngine) -> None:
    """Best model, own premises and nobody to run it: the gates say what to settle first."""
    verdict = engine.evaluate({**PROTOTYPE, "data": ("premises",)})
    assert {"find-people-first", "best-on-own-machines"} <= _gates(verdict)
    assert verdict.provisional
    assert verdict.confidence <= 0.8
    assert verdict.kind == "installed"


def test_a_frozen_version_rules_out_what_is_withdrawn(engine: RuleEngine) -> None:
    """Clouds withdraw versions as vendors do, so neither suits a version that can't change."""
    frozen = {**BANK, "change": "frozen"}
    verdict = engine.evaluate(frozen)
    assert (verdict.option, verdict.strength) == ("self_hosted", Strength.ONLY_LEFT)
    assert "find-people-first" in _gates(verdict)
    withdrawn = engine.evaluate({**PROTOTYPE, "quality": "large_open", "change": "frozen"})
    assert withdrawn.option == "managed_open"
    assert "versions-are-withdrawn" in {hit.veto for hit in withdrawn.vetoes}


def test_keeping_weights_rules_out_vendor_apis(engine: RuleEngine) -> None:
    """If the trained weights must be kept, a vendor API is ruled out."""
    verdict = engine.evaluate({**PROTOTYPE, "training": "own_weights"})
    assert verdict.option != "vendor_api"
    assert "weights-not-handed-over" in {hit.veto for hit in verdict.vetoes}


@pytest.mark.parametrize("volume", ["low", "bursts"])
def test_an_own_model_that_idles_is_never_clear(engine: RuleEngine, volume: str) -> None:
    """A trained model with little use is no clear case for a rented machine, and there's a warning.

    With a team and little haste, a cloud that runs it on demand is better.
    """
    hurried = engine.evaluate({**LIVE_CHECKS, "volume": volume})
    assert (hurried.option, hurried.kind) == ("managed_open", "dedicated")
    assert "own-model-by-the-hour" in _gates(hurried)
    assert hurried.strength is not Strength.CLEAR
    patient = engine.evaluate({**LIVE_CHECKS, "volume": volume, "delay": "seconds"})
    assert (patient.option, patient.kind) == ("own_tenant", "imported")


@pytest.mark.parametrize(
    ("sheet", "gate"),
    [
        ({**PROTOTYPE, "outage": "stops"}, "second-model"),
        ({**PROTOTYPE, "volume": "bursts"}, "ask-for-quota"),
        ({**PROTOTYPE, "volume": "steady"}, "try-an-open-model"),
        ({**BANK}, "which-models-store"),
        ({**BANK}, "pin-and-watch"),
        (MINISTRY, "whose-law"),
        (LABEL_FACTORY, "try-a-small-vendor-model"),
    ],
)
def test_gate_names_what_to_settle(engine: RuleEngine, sheet: Sheet, gate: str) -> None:
    """Quota, fallback, law, storage and the cheaper choice are named where they matter."""
    assert gate in _gates(engine.evaluate(sheet))


def test_a_small_vendor_model_sets_the_price_to_beat(engine: RuleEngine) -> None:
    """Where a small open model passes, a vendor's answer is priced as one by its smallest model."""
    found = {
        quality: next(
            each.per_answer
            for each in engine.evaluate({**PROTOTYPE, "quality": quality}).costs
            if each.option == "vendor_api"
        )
        for quality in ("frontier", "small_open")
    }
    assert found["frontier"] is not None
    assert found["small_open"] is not None
    assert found["frontier"].low == pytest.approx(0.006)
    assert found["small_open"].low == pytest.approx(0.0003)


def test_a_batch_costs_half(engine: RuleEngine) -> None:
    """Answers that can wait cost half."""
    both = [engine.evaluate({**PROTOTYPE, "delay": each}).cost for each in ("seconds", "overnight")]
    now, later = [each.per_answer.low for each in both if each and each.per_answer]
    assert later == pytest.approx(now / 2)


def test_published_choices_agree(engine: RuleEngine) -> None:
    """Each published case gets its published option."""
    cases = loader.parse_cases(loader.read(FOLDER), engine.playbook).cases
    outcomes = {case.id: engine.evaluate(case.answers).option for case in cases}
    assert outcomes == {case.id: case.expected for case in cases}


def test_the_questionnaire_is_brief(engine: RuleEngine) -> None:
    """There are at most 9 questions, each of less than 45 words with its answers."""
    questions = engine.playbook.questions
    assert len(questions) <= 9
    words = {each.id: words_of(each) for each in questions}
    assert max(words.values()) < 45, words


def test_the_engine_is_independent_of_playbooks() -> None:
    """The code of the engine contains no option, question or answer of a playbook."""
    subjects = re.compile(
        r"\b(fine.?tuning|long_context|vendor_api|self_hosted|freshness)\b", re.IGNORECASE
    )
    for module in (ROOT / "bot" / "playbooks").rglob("*.py"):
        code = re.sub(r'""".*?"""', "", module.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not subjects.search(code), module.name


def _gates(verdict: Verdict) -> set[str]:
    return {hit.gate for hit in verdict.gates}
