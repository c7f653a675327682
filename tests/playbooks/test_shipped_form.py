"""The form of every shipped playbook: texts, sources, and rules that each have an effect."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.playbooks import loader
from bot.playbooks.analysis.coverage import CoverageAnalysis
from bot.playbooks.engine import RuleEngine

RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture(scope="module", params=[folder.name for folder in loader.folders(RULES)])
def engine(request: pytest.FixtureRequest) -> RuleEngine:
    return RuleEngine(loader.load(RULES / request.param))


def test_every_rule_is_effective(engine: RuleEngine) -> None:
    """Every option is reachable, every rule and veto is effective, and none contradict."""
    analysis = CoverageAnalysis(engine.playbook)
    for _ in analysis.run():
        pass
    assert analysis.report().ok


def test_every_answer_has_a_text_for_flips(engine: RuleEngine) -> None:
    """Each answer has a text for "what would change this"."""
    for question in engine.playbook.questions:
        assert set(question.becomes) == set(question.answers), question.id


def test_reasons_are_short(engine: RuleEngine) -> None:
    """The reason of each rule and veto is one or two sentences of at most 30 words in all."""
    reasons = [(rule.id, rule.because) for rule in engine.playbook.rules]
    reasons += [(veto.id, veto.because) for veto in engine.playbook.vetoes]
    for name, because in reasons:
        for text in [because] if isinstance(because, str) else because.values():
            assert re.fullmatch(r"[A-Z](?:(?![.?!] ).)*\.( [A-Z](?:(?![.?!] ).)*\.)?", text), name
            assert len(text.split()) <= 30, name


def test_every_rule_says_where_it_comes_from(engine: RuleEngine) -> None:
    """Each rule has a year, and says whether its source measured it or it was inferred."""
    for rule in engine.playbook.rules:
        assert rule.year, rule.id
        assert rule.evidence, rule.id


def test_every_option_has_steps(engine: RuleEngine) -> None:
    """Each option has first steps, measures and pitfalls."""
    for option in engine.playbook.options.values():
        assert len(option.first_steps) >= 3
        assert len(option.measure) >= 2
        assert len(option.pitfalls) >= 2


def test_a_kind_has_a_title_of_its_own(engine: RuleEngine) -> None:
    """No kind repeats its option's title, beside which it is shown."""
    for option in engine.playbook.options.values():
        assert option.title not in {kind.title for kind in option.kinds.values()}
