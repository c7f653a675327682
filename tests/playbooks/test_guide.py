"""The examples of docs/playbooks.md, put together, are a playbook that works as it says."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.playbooks import loader
from bot.playbooks.analysis.backtest import run_cases, summarize
from bot.playbooks.analysis.coverage import CoverageAnalysis
from bot.playbooks.bakeoff import items_needed
from bot.playbooks.engine import RuleEngine
from bot.playbooks.library import read_examples
from bot.playbooks.model import CasesFile
from bot.playbooks.schema import FORMATS
from bot.playbooks.scoring import CompiledPlaybook
from bot.playbooks.verdict import Strength

GUIDE = Path(__file__).parents[2] / "docs" / "playbooks.md"
BLOCK = re.compile(r"^```yaml\n# (\w+\.yml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
TODAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write the examples of the guide to a folder; those of the same file one after another."""
    files = defaultdict(str)
    for name, content in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        files[name] += content
    where = tmp_path_factory.mktemp("freshness")
    for name, content in files.items():
        (where / name).write_text(content, encoding="utf-8")
    return where


@pytest.fixture(scope="module")
def engine(folder):
    """Return the engine of the example playbook."""
    return RuleEngine(loader.load(folder))


def test_every_file_has_an_example_without_mistakes(folder):
    """The guide shows each file, and the whole has neither problems nor outdated facts."""
    assert {*FORMATS, "samples.yml", "answers.yml"} == {path.name for path in folder.iterdir()}
    found = loader.examine(loader.read(folder), TODAY)
    assert (found.problems, found.warnings) == ((), ())


def test_the_answers_of_the_guide_get_a_verdict(engine, folder):
    """Live updates, provisional and capped by the gate that the example shows."""
    given = yaml.safe_load((folder / "answers.yml").read_text())
    sheet = {name: tuple(a) if isinstance(a, list) else a for name, a in given.items()}
    verdict = engine.evaluate(sheet)
    assert (verdict.option, verdict.strength) == ("stream", Strength.LEANING)
    assert verdict.confidence == 0.8
    assert verdict.provisional


def test_needs_are_diagnosed_apart(engine):
    """With both needs large the option that meets both wins; with one, the option that meets it."""
    base = {"rows": "many", "team": "someone", "broker": "yes"}
    both = engine.evaluate({**base, "wait": "second", "trouble": ("costly",)})
    live = engine.evaluate({**base, "wait": "second", "trouble": ("slow",)})
    assert [both.option, live.option] == ["both", "stream"]


def test_a_limit_leaves_the_only_one(engine):
    """A veto outvotes all points, and the word says so."""
    verdict = engine.evaluate({"wait": "second", "trouble": ("stale",), "team": "nobody"})
    assert (verdict.option, verdict.strength) == ("nightly", Strength.ONLY_LEFT)


def test_the_sample_gets_the_kind_that_fits(engine, folder):
    """The sample of a run that works gets the kind that keeps it, at its own cost."""
    (sample,) = read_examples(folder, engine)
    verdict = engine.evaluate(sample.answers)
    assert (verdict.option, verdict.kind) == ("nightly", "keep")
    assert verdict.cost.per_answer.low == pytest.approx(0.004)
    assert verdict.cost.effort.high == 0.4


def test_the_rules_of_the_guide_all_have_an_effect(engine):
    """`rules prove` has no finding."""
    analysis = CoverageAnalysis(engine.playbook)
    for _ in analysis.run():
        pass
    assert analysis.report().ok


def test_the_cases_of_the_guide_agree(engine, folder):
    """Both cases agree, one of them held out."""
    cases: CasesFile = loader.parse_cases(loader.read(folder), engine.playbook)
    parts = list(cases.parts())
    assert len(parts) == 2
    for part in parts:
        summary = summarize(part, tuple(run_cases(engine, part.cases)), engine)
        assert summary.playbook.overall.hits == 1


def test_the_numbers_of_the_guide_are_those_of_the_engine(engine):
    """A lead of `close_call` is worth 71%, and 85 to 100 test items show a gain of 15 points."""
    playbook = engine.playbook
    assert CompiledPlaybook(playbook).certainty(playbook.close_call) == pytest.approx(
        0.71, abs=0.005
    )
    assert 85 <= items_needed(playbook.bakeoff.base, playbook.bakeoff.gain) <= 100
