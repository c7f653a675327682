"""The engine against a naive implementation, on random and on shipped playbooks."""

from functools import cache
from math import prod
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from tests.playbooks.naive import Naive
from tests.playbooks.strategies import playbooks, sheets

MODEST = settings(
    max_examples=40,
    phases=[Phase.generate],  # Shrinking takes minutes, and the playbooks are small.
)
RULES = Path(__file__).parents[2] / "rules"
SHIPPED = ["hosting", "ragvsft"]
FEW = settings(
    max_examples=15,
    phases=[Phase.generate],
)
COMPLETIONS = 300


def engine_and_naive(files):
    """Return engine and naive implementation; None if a condition can never hold."""
    try:
        playbook = loader.parse(loader.PlaybookText("random", files))
    except loader.PlaybookError as error:
        if {problem.message for problem in error.problems} == {"it can never hold"}:
            return None
        raise
    return RuleEngine(playbook), Naive(files)


@MODEST
@given(st.data())
def test_a_verdict_equals_the_naive_result(data):
    """Option, kind, points, confidence, strength, lead, vetoes and gates equal the naive."""
    pair = engine_and_naive(data.draw(playbooks()))
    if pair is None:
        return
    engine, naive = pair
    for _ in range(5):
        answers = data.draw(sheets(engine.playbook))
        verdict = engine.evaluate(answers)
        option, points, lead = naive.result(answers)
        assert (verdict.option, verdict.points) == (option, points)
        assert verdict.kind == naive.kind(answers)
        assert verdict.recommended == naive.recommended(answers)
        assert verdict.confidence == pytest.approx(naive.confidence(answers), abs=0.001)
        assert verdict.strength == naive.strength(answers)
        assert lead is None or verdict.lead == lead
        assert {hit.veto for hit in verdict.vetoes} == {
            veto["id"] for veto in naive.holding("vetoes", answers)
        }
        gates = naive.gates(answers)
        assert [hit.gate for hit in verdict.gates] == [gate["id"] for gate in gates]
        unmet = any(gate["provisional"] for gate in gates)
        assert verdict.provisional == (unmet or not naive.settled(answers))


@MODEST
@given(st.data())
def test_settled_equals_the_naive_result(data):
    """A verdict is settled exactly if no completion has another option."""
    pair = engine_and_naive(data.draw(playbooks()))
    if pair is None:
        return
    engine, naive = pair
    for _ in range(4):
        answers = data.draw(sheets(engine.playbook))
        verdict = engine.evaluate(answers)
        assert verdict.settled == naive.settled(answers)
        found = {item.question for item in verdict.homework}
        expected = set() if verdict.settled else naive.deciding(answers, naive.open(answers))
        assert found == expected


@MODEST
@given(st.data())
def test_flips_equal_the_naive_result(data):
    """Flips are exactly the changes of one answer, else of two, that lead to another option."""
    pair = engine_and_naive(data.draw(playbooks()))
    if pair is None:
        return
    engine, naive = pair
    for _ in range(3):
        answers = data.draw(sheets(engine.playbook))
        flips = engine.evaluate(answers).flips
        found = {
            (frozenset((c.question, c.to_answer) for c in flip.changes), flip.option)
            for flip in flips
        }
        assert len(found) == len(flips)
        assert found == naive.flips(answers)


@cache
def shipped_engine_and_naive(name):
    """Return engine and naive implementation of a shipped playbook."""
    text = loader.read(RULES / name)
    return RuleEngine(loader.parse(text)), Naive(text.files)


def nearly_full(data, engine, naive):
    """Draw an answer sheet with few enough open questions to try every completion."""
    answers = dict(data.draw(sheets(engine.playbook)))
    names = data.draw(st.permutations(list(naive.answers)))
    while prod(len(naive.answers[open_one]) for open_one in naive.open(answers)) > COMPLETIONS:
        name = next(each for each in names if answers.get(each) is None)
        answers[name] = data.draw(st.sampled_from(naive.answers[name]))
    return answers


@pytest.mark.parametrize("name", SHIPPED)
@FEW
@given(data=st.data())
def test_a_shipped_verdict_equals_the_naive_result(name, data):
    """Option, points, lead and vetoes of a shipped playbook equal the naive results."""
    engine, naive = shipped_engine_and_naive(name)
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
def test_shipped_settled_equals_the_naive_result(name, data):
    """A verdict on a shipped playbook is settled exactly if no completion has another option."""
    engine, naive = shipped_engine_and_naive(name)
    answers = nearly_full(data, engine, naive)
    assert engine.evaluate(answers).settled == naive.settled(answers)


@pytest.mark.parametrize("name", SHIPPED)
@FEW
@given(data=st.data())
def test_shipped_flips_of_one_answer_equal_the_naive_result(name, data):
    """Flips of one answer are exactly the single changes that lead to another option."""
    engine, naive = shipped_engine_and_naive(name)
    answers = data.draw(sheets(engine.playbook))
    found = {
        (frozenset((change.question, change.to_answer) for change in flip.changes), flip.option)
        for flip in engine.evaluate(answers).flips
        if len(flip.changes) == 1
    }
    assert found == set(naive.changes(answers, 1))
