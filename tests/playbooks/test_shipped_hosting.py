"""The shipped playbook `rules/hosting`, which has another subject than `rules/ragvsft`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.verdict import Strength

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "rules" / "hosting"
Sheet = Mapping[str, str | None]

PROTOTYPE: Sheet = {
    "data": "anywhere",
    "quality": "frontier",
    "volume": "low",
    "delay": "seconds",
    "training": "not_needed",
    "change": "welcome",
    "team": "nobody",
}
BANK: Sheet = {
    "data": "tenant",
    "quality": "frontier",
    "volume": "medium",
    "delay": "seconds",
    "training": "vendor_does",
    "change": "retest",
    "team": "software",
    "machines": "none",
}
LABEL_FACTORY: Sheet = {
    "data": "contract",
    "quality": "small_open",
    "volume": "steady",
    "delay": "seconds",
    "training": "own_weights",
    "team": "platform",
    "machines": "owned",
}
LIVE_CHECKS: Sheet = {
    "data": "contract",
    "quality": "small_open",
    "volume": "bursts",
    "delay": "instant",
    "training": "own_weights",
    "team": "software",
    "machines": "none",
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
        pytest.param(LIVE_CHECKS, "managed_open", id="quick checks in bursts with a trained model"),
    ],
)
def test_textbook_situation_is_clear(engine: RuleEngine, sheet: Sheet, option: str) -> None:
    """Situations on which experts agree get the expected option, with a clear lead."""
    verdict = engine.evaluate(sheet)
    assert (verdict.option, verdict.strength) == (option, Strength.CLEAR)


@pytest.mark.parametrize("limit", [{"data": "premises"}, {"delay": "offline"}])
def test_hard_limits_leave_own_machines(engine: RuleEngine, limit: Sheet) -> None:
    """If data must stay on the premises, or must work offline, own machines are recommended."""
    assert engine.evaluate({**PROTOTYPE, **limit}).option == "self_hosted"


def test_a_limit_without_a_team_has_a_gate(engine: RuleEngine) -> None:
    """Own machines without a team to run them come with a gate."""
    verdict = engine.evaluate({**PROTOTYPE, "data": "premises"})
    assert {"find-people-first", "best-on-own-machines"} <= {hit.gate for hit in verdict.gates}


def test_keeping_weights_rules_out_vendor_apis(engine: RuleEngine) -> None:
    """If the trained weights must be kept, a vendor API is ruled out."""
    verdict = engine.evaluate({**PROTOTYPE, "training": "own_weights"})
    assert verdict.option != "vendor_api"
    assert "weights-not-handed-over" in {hit.veto for hit in verdict.vetoes}


def test_published_choices_agree(engine: RuleEngine) -> None:
    """Each published case gets its published option."""
    cases = loader.parse_cases(loader.read(FOLDER), engine.playbook).cases
    outcomes = {case.id: engine.evaluate(case.answers).option for case in cases}
    assert outcomes == {case.id: case.expected for case in cases}


def test_the_engine_is_independent_of_playbooks() -> None:
    """The code of the engine contains no option, question or answer of a playbook."""
    subjects = re.compile(
        r"\b(fine.?tuning|long_context|vendor_api|self_hosted|freshness)\b", re.IGNORECASE
    )
    for module in (ROOT / "bot" / "playbooks").rglob("*.py"):
        code = re.sub(r'""".*?"""', "", module.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not subjects.search(code), module.name
