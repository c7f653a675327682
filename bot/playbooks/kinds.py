"""Which variety of an option the rules point to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bot.playbooks import conditions
from bot.playbooks.playbook import Rule
from bot.playbooks.tables import Tables
from bot.playbooks.verdict import Answers


class Kinds:
    """Names the kind of an option on an answer sheet."""

    def __init__(self, tables: Tables) -> None:
        self._options = tables.playbook.options
        self._rules: Mapping[str, list[tuple[Rule, tuple[conditions.Term, ...]]]] = {
            name: [
                (rule, conditions.terms(rule.when, tables.questions))
                for rule in tables.playbook.rules
                if rule.kind in option.kinds and name in rule.points
            ]
            for name, option in self._options.items()
            if option.kinds
        }

    def of(self, option: str, answers: Answers) -> str | None:
        """The kind that the rules which hold push most; the first named among equals."""
        pushes = Counter[str | None]()
        for rule, terms in self._rules.get(option, ()):
            if conditions.holds(terms, answers):
                pushes[rule.kind] += rule.points[option]
        kinds = self._options[option].kinds
        best = max(kinds, key=lambda kind: pushes[kind], default=None)
        return best if best is not None and pushes[best] > 0 else None

    def title(self, option: str, answers: Answers) -> str:
        """The option's title, with that of its kind where it has one."""
        kind = self.of(option, answers)
        title = self._options[option].title
        return f"{title} ({self._options[option].kinds[kind].title})" if kind else title
