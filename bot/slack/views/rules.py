"""The rules in use, and how the recommendations made by them have turned out."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.advice.playbook import Playbook
from bot.decisions.calibration import Calibration, Counts, Tally
from bot.decisions.model import Outcome
from bot.slack.text import FALLBACK, escape, fit, fit_escaped
from bot.slack.views.message import Message, as_dicts, section

_MOST_PLAYBOOKS = 5
_OUTCOMES = {
    Outcome.WORKED: "worked",
    Outcome.PARTLY: "worked partly",
    Outcome.FAILED: "did not work",
    Outcome.NOT_TRIED: "not tried",
}


def rules_message(found: Sequence[tuple[Playbook, Calibration]]) -> Message:
    """Return what decides: each playbook in use, with how its recommendations have gone."""
    blocks: list[Block] = [section(_playbook(*each)) for each in found[:_MOST_PLAYBOOKS]]
    titles = ", ".join(playbook.title for playbook, _ in found)
    return Message(
        text=fit(f"The rules in use: {escape(titles)}", FALLBACK), blocks=as_dicts(blocks)
    )


def _playbook(playbook: Playbook, calibration: Calibration) -> str:
    size = (
        f"{len(playbook.questions)} questions, {len(playbook.rules)} rules, "
        f"{len(playbook.vetoes)} vetoes, {len(playbook.gates)} gates"
    )
    lines = [
        f"*{fit_escaped(playbook.title, 150)}*  ·  version {fit_escaped(playbook.version, 50)}",
        size,
    ]
    if not calibration.options:
        return "\n".join([*lines, "Nobody has reviewed a decision made by them yet."])
    lines.append("How recommendations have gone, by the reviews:")
    for option, tally in calibration.options.items():
        known = playbook.options.get(option)
        title = fit_escaped(known.title if known else option, 50)
        lines.append(f"•  *{title}*: {_tally(tally)}")
    return "\n".join(lines)


def _tally(tally: Tally) -> str:
    parts = []
    if tally.followed:
        parts.append(f"followed {_times(sum(tally.followed.values()))} ({_counts(tally.followed)})")
    if tally.overridden:
        made = _times(sum(tally.overridden.values()))
        parts.append(f"decided differently {made} ({_counts(tally.overridden)})")
    return "; ".join(parts)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _counts(counts: Counts) -> str:
    return ", ".join(
        f"{counts[outcome]} {words}" for outcome, words in _OUTCOMES.items() if outcome in counts
    )
