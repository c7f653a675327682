"""Conditions: their value with missing answers, and the limit of their size."""

import pytest

from bot.playbooks import conditions
from bot.playbooks.model import Condition, Question

QUESTIONS = {
    name: Question(id=name, step="s", ask="?", answers={"yes": "Yes", "no": "No", "so": "So so"})
    for name in "abcdefgh"
}


def holds(condition, **answers):
    found = conditions.terms(Condition.model_validate(condition), QUESTIONS)
    return conditions.holds(found, answers)


def test_all_keys_must_hold_and_a_list_means_any_of_them():
    """Keys are a conjunction, a list of answers is a disjunction."""
    condition = {"a": "yes", "b": ["yes", "so"]}
    assert holds(condition, a="yes", b="so")
    assert not holds(condition, a="yes", b="no")
    assert not holds(condition, a="no", b="so")


def test_all_any_and_not_combine_conditions():
    """`all`, `any` and `not` combine conditions, also nested."""
    condition = {"all": [{"any": [{"a": "yes"}, {"b": "yes"}]}, {"not": {"c": "yes", "d": "yes"}}]}
    assert holds(condition, a="no", b="yes", c="no")
    assert not holds(condition, a="yes", c="yes", d="yes")
    assert not holds(condition, a="no", b="no", c="no")


def test_dont_know_fulfils_neither_a_condition_nor_its_negation():
    """With a missing answer, neither a condition nor its negation holds."""
    assert not holds({"a": "yes"}, a=None)
    assert not holds({"not": {"a": "yes"}}, a=None)
    assert not holds({"not": {"a": "yes"}})
    assert holds({"not": {"a": "yes"}}, a="so")


def test_one_part_can_decide_while_another_is_open():
    """A negated conjunction holds as soon as one part is false."""
    assert holds({"not": {"a": "yes", "b": "yes"}}, a="no")


def test_a_follow_up_counts_only_where_it_is_asked():
    """A condition on a follow-up includes the conditions under which it is asked."""
    chain = dict(QUESTIONS)
    for name, before in (("b", "a"), ("c", "b")):
        when = Condition.model_validate({before: "yes"})
        chain[name] = chain[name].model_copy(update={"ask_when": when})
    found = conditions.terms(Condition.model_validate({"c": "no"}), chain)
    assert conditions.holds(found, {"a": "yes", "b": "yes", "c": "no"})
    assert not conditions.holds(found, {"a": "no", "b": "yes", "c": "no"})
    assert not conditions.holds(found, {"b": "yes", "c": "no"})


def test_a_condition_of_too_many_combinations_is_refused():
    """A condition of 2**7 combinations is refused; one of 2**6 is accepted."""
    pairs = [{"any": [{name: "yes"}, {"h": "yes", name: "so"}]} for name in "abcdefg"]
    assert len(conditions.terms(Condition.model_validate({"all": pairs[:6]}), QUESTIONS)) == 64
    with pytest.raises(conditions.TooInvolvedError, match="more than 64 combinations; split it"):
        conditions.terms(Condition.model_validate({"all": pairs}), QUESTIONS)
