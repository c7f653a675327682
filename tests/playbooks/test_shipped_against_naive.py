"""The engine on the playbooks as they are shipped, against a naive reading of the same YAML."""

from functools import cache
from math import prod
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from tests.playbooks.naive import Naive
from tests.playbooks.strategies import sheets

RULES = Path(__file__).parents[2] / "rules"
SHIPPED = ["hosting", "ragvsft"]
FEW = settings(
    max_examples=15,
    phases=[Phase.generate],
)
COMPLETIONS = 300


@cache
def both(name):
    """The engine and the naive reading of a shipped playbook."""
    text = loader.read(RULES / name)
    return RuleEngine(loader.parse(text)), Naive(text.files)


def nearly_full(data, engine, naive):
    """An answer sheet with so few open questions that every completion can be tried."""
    answers = dict(data.draw(sheets(engine.playbook)))
    names = data.draw(st.permutations(list(naive.answers)))
    while prod(len(naive.answers[open_one]) for open_one in naive.open(answers)) > COMPLETIONS:
        name = next(each for each in names if answers.get(each) is None)
        answers[name] = data.draw(st.sampled_from(naive.answers[name]))
    return answers


@pytest.mark.parametrize("name", SHIPPED)
@FEW
@given(data=st.data())
def test_a_verdict_is_what_the_shipped_yaml_says(name, data):
    """Option, points, lead and vetoes are those of a naive reading of the files."""
    engine, naive = both(name)
    answers = data.draw(sheets(engine.playbook))
    verdict = engine.evaluate(answers)
    option, points, lead = naive.result(answers)
    assert (verdict.option, verdict.points) == (option, points)
    assert lead is None or verdict.lead == lead
    vetoes = {veto["id"] for veto in naive.holding("vetoes", answers)}
    assert {hit.veto for hit in verdict.vetoes} == vetoes


@pytest.mark.parametrize("name", SHIPPED)
@FEW
@given(data=st.data())
def test_settled_on_shipped_playbooks_is_what_all_completions_agree_on(name, data):
    """With few completions left, settled is exactly that none of them gives another option."""
    engine, naive = both(name)
    answers = nearly_full(data, engine, naive)
    assert engine.evaluate(answers).settled == naive.settled(answers)


@pytest.mark.parametrize("name", SHIPPED)
@FEW
@given(data=st.data())
def test_one_answer_flips_on_shipped_playbooks_are_all_there_are(name, data):
    """Flips of one answer are exactly the single changes that lead to another option."""
    engine, naive = both(name)
    answers = data.draw(sheets(engine.playbook))
    found = {
        (frozenset((change.question, change.to_answer) for change in flip.changes), flip.option)
        for flip in engine.evaluate(answers).flips
        if len(flip.changes) == 1
    }
    assert found == set(naive.changes(answers, 1))
