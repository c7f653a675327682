"""The engine against a naive reading of the same YAML, on small playbooks at random."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from tests.playbooks.naive import Naive
from tests.playbooks.strategies import playbooks, sheets

MODEST = settings(
    max_examples=40,
    phases=[Phase.generate],  # shrinking takes minutes here, and the playbooks are small anyway
)


def both(files):
    """The engine and the naive reading of a playbook; None if a condition can't ever hold."""
    try:
        playbook = loader.parse(loader.PlaybookText("random", files))
    except loader.PlaybookError as error:
        if {problem.message for problem in error.problems} == {"it can never hold"}:
            return None
        raise
    return RuleEngine(playbook), Naive(files)


@MODEST
@given(st.data())
def test_a_verdict_is_what_the_yaml_says_word_by_word(data):
    """Points, lead, confidence and strength are those of a naive reading, on any sheet."""
    pair = both(data.draw(playbooks()))
    if pair is None:
        return
    engine, naive = pair
    for _ in range(5):
        answers = data.draw(sheets(engine.playbook))
        verdict = engine.evaluate(answers)
        option, points, lead = naive.result(answers)
        assert (verdict.option, verdict.points) == (option, points)
        assert verdict.confidence == pytest.approx(naive.confidence(answers), abs=0.001)
        assert verdict.strength == naive.strength(answers)
        assert lead is None or verdict.lead == lead
        assert {hit.veto for hit in verdict.vetoes} == {
            veto["id"] for veto in naive.holding("vetoes", answers)
        }


@MODEST
@given(st.data())
def test_settled_means_that_no_completion_differs(data):
    """Where all completions can be tried, settled means exactly that none gives another option."""
    pair = both(data.draw(playbooks()))
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
def test_the_questions_that_matter_are_exactly_those_that_can_decide(data):
    """Where all can be tried, a question is asked if and only if it decides for some answers."""
    pair = both(data.draw(playbooks()))
    if pair is None:
        return
    engine, naive = pair
    for _ in range(4):
        answers = data.draw(sheets(engine.playbook))
        matter = [question.id for question in engine.questions_that_matter(answers)]
        assert len(matter) == len(set(matter))
        missing = [name for name in naive.answers if name not in answers]
        assert set(matter) == naive.deciding(answers, missing)


@MODEST
@given(st.data())
def test_flips_are_all_the_smallest_changes(data):
    """Flips are exactly the changes of one answer, else of two, that lead to another option."""
    pair = both(data.draw(playbooks()))
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
