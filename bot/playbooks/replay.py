"""An old decision under today's rules: would it be recommended otherwise, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.playbooks.engine import RuleEngine
from bot.playbooks.playbook import Rule
from bot.playbooks.verdict import Answers


@dataclass(frozen=True, slots=True)
class Replay:
    """What today's rules make of an old answer sheet.

    `before` and `now` are the options recommended, None where too little is known for any.
    `why` has a sentence for each difference between the playbooks that bears on the two options.
    `dropped` are the questions whose answer today's playbook no longer has.
    """

    before: str | None
    now: str | None
    why: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether another option is recommended today."""
        return self.before != self.now


def replay(answers: Answers, then: RuleEngine, now: RuleEngine) -> Replay:
    """Evaluate on an answer sheet by the playbook of its day and by today's.

    Args:
        answers: as they were given; they fit the playbook of that day.
        then: evaluates by the playbook of that day.
        now: evaluates by today's.

    Raises:
        InvalidAnswers: the answers don't fit the playbook of that day.
    """
    kept = {name: answer for name, answer in answers.items() if _has(now, name, answer)}
    before, after = then.evaluate(answers).recommended, now.evaluate(kept).recommended
    dropped = tuple(name for name in answers if name not in kept)
    why: tuple[str, ...] = ()
    if before != after:
        why = tuple(_why(answers, kept, then, now, {each for each in (before, after) if each}))
    return Replay(before, after, why, dropped)


def _has(engine: RuleEngine, name: str, answer: str | None) -> bool:
    known = {question.id: question.answers for question in engine.playbook.questions}
    return name in known and (answer is None or answer in known[name])


def _why(
    answers: Answers, kept: Answers, then: RuleEngine, now: RuleEngine, options: set[str]
) -> Iterator[str]:
    """The differences in what holds, as far as it touches the two options."""
    old = {rule.id: _touching(rule, options, then) for rule in then.rules_that_hold(answers)}
    new = {rule.id: _touching(rule, options, now) for rule in now.rules_that_hold(kept)}
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
    for setting in ("bars", "close_call", "clear_lead"):
        if getattr(then.playbook, setting) != getattr(now.playbook, setting):
            yield f"`{setting}` has changed"


def _touching(rule: Rule, options: set[str], engine: RuleEngine) -> str:
    """What a rule gives to the options in question, in words."""
    titles = engine.playbook.options
    return ", ".join(
        f"{titles[option].title} {points:+d}"
        for option, points in rule.points.items()
        if option in options
    )
