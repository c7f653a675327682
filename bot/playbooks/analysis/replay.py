"""Replay an old answer sheet under the current rules: what changed, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import Answer, Rule
from bot.playbooks.sensitivity import as_tuple
from bot.playbooks.verdict import Answers


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """An old answer sheet under the old and the current playbook.

    `before` and `now` are the options recommended, None where too little is known for any.
    `why` has a sentence for each difference between the playbooks that affects the two options.
    `dropped` are the answers, by question, that the current playbook no longer has.
    """

    before: str | None
    now: str | None
    why: tuple[str, ...]
    dropped: Mapping[str, tuple[str, ...]]

    @property
    def differs(self) -> bool:
        """Whether another option is recommended now."""
        return self.before != self.now


def replay(answers: Answers, then: RuleEngine, now: RuleEngine) -> ReplayResult:
    """Evaluate an answer sheet by the engine of its own playbook and by the current one.

    Raises:
        InvalidAnswers: the answers don't fit the old playbook.
    """
    kept = now.fitting(answers)
    before, after = then.evaluate(answers).recommended, now.evaluate(kept).recommended
    dropped = {
        name: lost for name, answer in answers.items() if (lost := _lost(answer, kept.get(name)))
    }
    why: tuple[str, ...] = ()
    if before != after:
        why = tuple(_why(answers, kept, then, now, {each for each in (before, after) if each}))
    return ReplayResult(before, after, why, dropped)


def _lost(answer: Answer, kept: Answer) -> tuple[str, ...]:
    """Return which of a question's answers were not kept."""
    return tuple(each for each in as_tuple(answer) if each not in as_tuple(kept))


def _why(
    answers: Answers, kept: Answers, then: RuleEngine, now: RuleEngine, options: set[str]
) -> Iterator[str]:
    """Yield the differences in rules, vetoes and settings that affect the two options."""
    old = {rule.id: _points_for(rule, options, then) for rule in then.rules_that_hold(answers)}
    new = {rule.id: _points_for(rule, options, now) for rule in now.rules_that_hold(kept)}
    for name in sorted(old.keys() | new.keys()):
        was, is_now = old.get(name, ""), new.get(name, "")
        if was != is_now:
            yield f"rule `{name}`: {was or 'did not hold'}, now {is_now or 'does not hold'}"
    was_out = {hit.veto for hit in then.evaluate(answers).vetoes if options & set(hit.options)}
    is_out = {hit.veto for hit in now.evaluate(kept).vetoes if options & set(hit.options)}
    for name in sorted(is_out - was_out):
        yield f"veto `{name}` holds now"
    for name in sorted(was_out - is_out):
        yield f"veto `{name}` no longer holds"
    for setting in ("needs", "close_call", "clear_lead"):
        if getattr(then.playbook, setting) != getattr(now.playbook, setting):
            yield f"`{setting}` has changed"


def _points_for(rule: Rule, options: set[str], engine: RuleEngine) -> str:
    """Return what a rule gives to these options, in words."""
    titles = engine.playbook.options
    return ", ".join(
        f"{titles[option].title} {points:+d}"
        for option, points in engine.points_of(rule).items()
        if option in options
    )
