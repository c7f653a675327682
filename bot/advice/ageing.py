"""Facts that were last looked up too long ago."""

from __future__ import annotations

from datetime import date, timedelta

from bot.advice.playbook import Gate, Playbook, Rule, Veto

STALE_AFTER = timedelta(days=180)


def stale(playbook: Playbook, today: date) -> tuple[str, ...]:
    """A sentence for each rule, veto or gate whose fact was checked more than 180 days ago."""
    dated: list[Rule | Veto | Gate] = [*playbook.rules, *playbook.vetoes, *playbook.gates]
    return tuple(
        f"`{member.id}` rests on a fact last checked on {member.checked}, "
        f"{(today - member.checked).days} days ago: look it up again"
        for member in dated
        if member.checked and today - member.checked > STALE_AFTER
    )
