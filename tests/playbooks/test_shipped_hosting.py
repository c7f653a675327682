"""The playbook `rules/hosting`: a second subject for the same code."""

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
    """A situation every expert would decide alike is decided that way, and clearly."""
    verdict = engine.evaluate(sheet)
    assert (verdict.option, verdict.strength) == (option, Strength.CLEAR)


@pytest.mark.parametrize("limit", [{"data": "premises"}, {"delay": "offline"}])
def test_hard_limits_leave_own_machines(engine: RuleEngine, limit: Sheet) -> None:
    """Where nothing may leave the house, no other answer leads to somebody else's machines."""
    assert engine.evaluate({**PROTOTYPE, **limit}).option == "self_hosted"


def test_a_limit_without_people_says_so(engine: RuleEngine) -> None:
    """Own machines without anybody to run them come with a condition."""
    verdict = engine.evaluate({**PROTOTYPE, "data": "premises"})
    assert {"find-people-first", "best-on-own-machines"} <= {hit.gate for hit in verdict.gates}


def test_trained_weights_stay_with_their_owner(engine: RuleEngine) -> None:
    """Who must keep the trained model is not sent to a vendor that hands none over."""
    verdict = engine.evaluate({**PROTOTYPE, "training": "own_weights"})
    assert verdict.option != "vendor_api"
    assert "weights-not-handed-over" in {hit.veto for hit in verdict.vetoes}


def test_published_choices_agree(engine: RuleEngine) -> None:
    """The published choices that the rules were made beside come out as published."""
    cases = loader.parse_cases(loader.read(FOLDER), engine.playbook).cases
    outcomes = {case.id: engine.evaluate(case.answers).option for case in cases}
    assert outcomes == {case.id: case.expected for case in cases}


def test_the_code_knows_no_subject() -> None:
    """No option, question or answer of a playbook is named in the code that gives advice."""
    subjects = re.compile(
        r"\b(fine.?tuning|long_context|vendor_api|self_hosted|freshness)\b", re.IGNORECASE
    )
    for module in (ROOT / "bot" / "playbooks").rglob("*.py"):
        code = re.sub(r'""".*?"""', "", module.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not subjects.search(code), module.name
