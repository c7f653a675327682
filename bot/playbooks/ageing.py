"""Facts that were last looked up too long ago, or on a day that is still to come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot.playbooks.playbook import Gate, Rule, RulesFile, Veto
from bot.playbooks.problems import PlaybookProblem
from bot.playbooks.strict_yaml import Document

STALE_AFTER = timedelta(days=180)
RULES = "rules.yml"


def aged(
    rules: RulesFile, document: Document, today: date
) -> tuple[list[PlaybookProblem], list[PlaybookProblem]]:
    """Look at every `checked` date.

    Args:
        rules: what rules.yml says.
        document: where it says so.
        today: the day to reckon from.

    Returns:
        A problem for each date in the future, and a warning for each more than 180 days ago.
    """
    future, stale = list[PlaybookProblem](), list[PlaybookProblem]()
    groups: tuple[tuple[str, Sequence[Rule | Veto | Gate]], ...] = (
        ("rules", rules.rules),
        ("vetoes", rules.vetoes),
        ("gates", rules.gates),
    )
    for name, members in groups:
        for position, member in enumerate(members):
            place = document.place((name, position, "checked"))
            if member.checked is None:
                continue
            if member.checked > today:
                say = (
                    f"`checked` is {member.checked}, which is still to come: "
                    "write the day on which it was last looked up"
                )
                future.append(PlaybookProblem(RULES, *place, say))
            elif today - member.checked > STALE_AFTER:
                say = (
                    f"`{member.id}` rests on a fact last checked on {member.checked}, "
                    f"{(today - member.checked).days} days ago: look it up again"
                )
                stale.append(PlaybookProblem(RULES, *place, say))
    return future, stale
