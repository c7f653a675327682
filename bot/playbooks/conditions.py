"""Conditions in disjunctive normal form.

A term is a conjunction: question -> the answers that fulfil it. A condition holds when any of its
terms is fulfilled. Negations are pushed inwards to the answers of a question, so an open question
fulfils nothing: neither a literal nor its negation.

A question with several answers counts as one variable for each of them, answered yes or no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from bot.playbooks.model import Answer, Condition, Question

Term = Mapping[str, frozenset[str]]
Values = Mapping[str, str | None]
"""Answers by variable: see `expand`."""
YES, NO = "yes", "no"
MAX_TERMS = 64


class TooInvolvedError(ValueError):
    """A condition that expands to more than `MAX_TERMS` terms."""


def variables(question: Question) -> dict[str, tuple[str, ...]]:
    """Return the variables of a question with their values: itself, or one for each answer."""
    if question.several:
        return {_variable(question.id, answer): (YES, NO) for answer in question.answers}
    return {question.id: tuple(question.answers)}


def expand(answers: Mapping[str, Answer], questions: Mapping[str, Question]) -> Values:
    """Return the value of each variable of the questions answered."""
    found: dict[str, str | None] = {}
    for name, given in answers.items():
        found.update(values_of(questions[name], given))
    return found


def values_of(question: Question, answer: Answer) -> Values:
    """Return the values of the variables of one question for an answer."""
    if not question.several:
        return {question.id: answer if isinstance(answer, str) else None}
    chosen = (answer,) if isinstance(answer, str) else answer
    return {
        _variable(question.id, each): None if chosen is None else YES if each in chosen else NO
        for each in question.answers
    }


def question_of(variable: str) -> str:
    """Return the id of the question that a variable belongs to."""
    return variable.partition(".")[0]


def _variable(question: str, answer: str) -> str:
    return f"{question}.{answer}"  # no id has a dot in it


def terms(
    condition: Condition | None, questions: Mapping[str, Question], *, gated: bool = True
) -> tuple[Term, ...]:
    """Expand a condition into terms.

    Args:
        condition: None always holds.
        questions: by id.
        gated: also require of every question named that its `ask_when` holds.

    Raises:
        TooInvolvedError: it would take more than `MAX_TERMS`.
        KeyError: it names an unknown question.
    """
    found = _expand(condition, questions, negate=False) if condition else ({},)
    if not gated:
        return _distinct(found)
    return _distinct(
        whole
        for term in found
        for whole in _conjunction([(term,), *(_asked_when(name, questions) for name in term)])
    )


def holds(found: Iterable[Term], answers: Values) -> bool:
    """Return whether the answers, expanded to variables, fulfil any of the terms."""
    for term in found:
        for name, wanted in term.items():
            if answers.get(name) not in wanted:
                break
        else:
            return True
    return False


def restrict(found: Iterable[Term], answers: Values, names: frozenset[str]) -> tuple[Term, ...]:
    """Return what is left of terms once all variables but `names` have their values.

    Terms that the answers contradict are dropped; of the others the literals on `names` are left.
    """
    left = []
    for term in found:
        open_part = {}
        for name, wanted in term.items():
            if name in names:
                open_part[name] = wanted
            elif answers.get(name) not in wanted:
                break
        else:
            left.append(open_part)
    return tuple(left)


def implies(stronger: Iterable[Term], weaker: Iterable[Term]) -> bool:
    """Return whether every term of one condition is contained in some term of the other."""
    weaker = tuple(weaker)
    return all(any(_within(term, other) for other in weaker) for term in stronger)


def named(condition: Condition) -> frozenset[str]:
    """Return every question that a condition names."""
    inner = [*condition.every, *condition.some, *filter(None, [condition.negated])]
    return frozenset(condition.wanted).union(*(named(part) for part in inner))


def _within(term: Term, other: Term) -> bool:
    return all(name in term and term[name] <= wanted for name, wanted in other.items())


def _asked_when(name: str, questions: Mapping[str, Question]) -> tuple[Term, ...]:
    return terms(questions[question_of(name)].ask_when, questions)


def _expand(
    condition: Condition, questions: Mapping[str, Question], *, negate: bool
) -> tuple[Term, ...]:
    parts = [_literal(questions[name], wanted, negate) for name, wanted in condition.wanted.items()]
    parts += [_expand(part, questions, negate=negate) for part in condition.every]
    if condition.some:
        some = [_expand(part, questions, negate=negate) for part in condition.some]
        parts.append(_conjunction(some) if negate else _disjunction(some))
    if condition.negated:
        parts.append(_expand(condition.negated, questions, negate=not negate))
    return _disjunction(parts) if negate else _conjunction(parts)


def _literal(question: Question, wanted: Iterable[str], negate: bool) -> tuple[Term, ...]:
    answers = frozenset(wanted)
    if question.several:
        named = [_variable(question.id, answer) for answer in sorted(answers)]
        if negate:
            return (dict.fromkeys(named, frozenset({NO})),)
        return tuple({name: frozenset({YES})} for name in named)
    if negate:
        answers = frozenset(question.answers) - answers
    return ({question.id: answers},) if answers else ()


def _disjunction(parts: Iterable[tuple[Term, ...]]) -> tuple[Term, ...]:
    return _capped(_distinct(term for part in parts for term in part))


def _conjunction(parts: Iterable[tuple[Term, ...]]) -> tuple[Term, ...]:
    start: tuple[Term, ...] = ({},)
    return reduce(_both, parts, start)


def _both(left: tuple[Term, ...], right: tuple[Term, ...]) -> tuple[Term, ...]:
    _check_size(len(left) * len(right), MAX_TERMS**2)
    merged = (_merge(a, b) for a in left for b in right)
    return _capped(_distinct(term for term in merged if term is not None))


def _merge(a: Term, b: Term) -> Term | None:
    merged = dict(a)
    for name, wanted in b.items():
        merged[name] = merged[name] & wanted if name in merged else wanted
        if not merged[name]:
            return None
    return merged


def _distinct(found: Iterable[Term]) -> tuple[Term, ...]:
    unique = {frozenset(term.items()): term for term in found}
    return tuple(unique.values())


def _capped(found: tuple[Term, ...]) -> tuple[Term, ...]:
    _check_size(len(found), MAX_TERMS)
    return found


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise TooInvolvedError(f"it comes to more than {MAX_TERMS} combinations; split it")
