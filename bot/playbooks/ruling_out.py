"""Which vetoes speak against choosing an option, recommended or not."""

from __future__ import annotations

from bot.playbooks.playbook import Playbook
from bot.playbooks.verdict import Verdict, VetoHit


def ruling_out(verdict: Verdict, playbook: Playbook, option: str) -> tuple[VetoHit, ...]:
    """The vetoes that hold and rule an option out, by itself or in a part of it.

    A veto with `alone` rules an option out that is chosen by itself, not one that it is a part of.

    Args:
        verdict: with the vetoes that hold.
        playbook: that it comes from.
        option: the id of the option that is, or would be, chosen.
    """
    parts = set(playbook.options[option].combines)
    return tuple(
        hit
        for hit in verdict.vetoes
        if option in hit.options or (not hit.alone and parts & set(hit.options))
    )
