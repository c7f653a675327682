"""Rules that argue for what a veto rules out on the same answers."""

from __future__ import annotations

from collections.abc import Mapping

from bot.playbooks import conditions
from bot.playbooks.playbook import Playbook, Question, Rule, Veto


def contradictions(playbook: Playbook) -> tuple[str, ...]:
    """A sentence for each rule that only ever gives points to an option while it is ruled out.

    Exact: the rule's condition implies the veto's. A veto on an option `alone` contradicts
    nothing where the option is part of a combination, for there its points count.
    """
    questions = {question.id: question for question in playbook.questions}
    found = []
    for rule in playbook.rules:
        for veto in playbook.vetoes:
            options = _wasted(playbook, rule, veto)
            if options and _implies(rule, veto, questions):
                names = ", ".join(options)
                found.append(
                    f"rule `{rule.id}` gives points to {names}, but wherever it holds veto "
                    f"`{veto.id}` rules that out"
                )
    return tuple(found)


def _wasted(playbook: Playbook, rule: Rule, veto: Veto) -> list[str]:
    parts = {part for option in playbook.options.values() for part in option.combines}
    return [
        option
        for option in veto.rules_out
        if rule.points.get(option, 0) > 0 and not (veto.alone and option in parts)
    ]


def _implies(rule: Rule, veto: Veto, questions: Mapping[str, Question]) -> bool:
    stronger = conditions.terms(rule.when, questions)
    weaker = conditions.terms(veto.when, questions)
    return all(any(_within(term, other) for other in weaker) for term in stronger)


def _within(term: conditions.Term, other: conditions.Term) -> bool:
    return all(name in term and term[name] <= wanted for name, wanted in other.items())
