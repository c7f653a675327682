"""Conditions: what they mean with answers missing, and how large they may grow."""

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
    """Keys are joined by and, the answers in a list by or."""
    condition = {"a": "yes", "b": ["yes", "so"]}
    assert holds(condition, a="yes", b="so")
    assert not holds(condition, a="yes", b="no")
    assert not holds(condition, a="no", b="so")


def test_all_any_and_not_combine_conditions():
    """All, any and not mean what they say, also within each other."""
    condition = {"all": [{"any": [{"a": "yes"}, {"b": "yes"}]}, {"not": {"c": "yes", "d": "yes"}}]}
    assert holds(condition, a="no", b="yes", c="no")
    assert not holds(condition, a="yes", c="yes", d="yes")
    assert not holds(condition, a="no", b="no", c="no")


def test_dont_know_fulfils_neither_a_condition_nor_its_opposite():
    """An open question makes nothing true: not by itself, not under a not."""
    assert not holds({"a": "yes"}, a=None)
    assert not holds({"not": {"a": "yes"}}, a=None)
    assert not holds({"not": {"a": "yes"}})
    assert holds({"not": {"a": "yes"}}, a="so")


def test_one_side_can_decide_although_the_other_is_open():
    """A negated conjunction holds as soon as one part is known to fail."""
    assert holds({"not": {"a": "yes", "b": "yes"}}, a="no")


def test_a_follow_up_counts_only_where_it_is_asked():
    """A condition on a follow-up also needs what the follow-up hangs on, however deep."""
    chain = dict(QUESTIONS)
    for name, before in (("b", "a"), ("c", "b")):
        when = Condition.model_validate({before: "yes"})
        chain[name] = chain[name].model_copy(update={"ask_when": when})
    found = conditions.terms(Condition.model_validate({"c": "no"}), chain)
    assert conditions.holds(found, {"a": "yes", "b": "yes", "c": "no"})
    assert not conditions.holds(found, {"a": "no", "b": "yes", "c": "no"})
    assert not conditions.holds(found, {"b": "yes", "c": "no"})


def test_a_condition_of_too_many_combinations_is_refused():
    """Two to the seventh combinations are too involved; two to the sixth are not."""
    pairs = [{"any": [{name: "yes"}, {"h": "yes", name: "so"}]} for name in "abcdefg"]
    assert len(conditions.terms(Condition.model_validate({"all": pairs[:6]}), QUESTIONS)) == 64
    with pytest.raises(conditions.TooInvolvedError, match="more than 64 combinations; split it"):
        conditions.terms(Condition.model_validate({"all": pairs}), QUESTIONS)
