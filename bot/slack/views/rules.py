"""The playbooks in use, and how the decisions made by them went."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.decisions.calibration import ENOUGH, Calibration, Tally
from bot.decisions.records.words import outcome_summary
from bot.playbooks.model import Playbook
from bot.slackkit.message import Message, as_dicts, section
from bot.slackkit.mrkdwn import FALLBACK, fit, fit_escaped

_MOST_PLAYBOOKS = 5
_MOST_RULES = 5
_RULE = 150
"""Characters of a rule's sentence."""


def rules_message(found: Sequence[tuple[Playbook, Calibration]]) -> Message:
    """Return each playbook in use with the outcomes of its decisions."""
    told = [_playbook(*each) for each in found[:_MOST_PLAYBOOKS]]
    text = "\n\n".join(["The rules in use:", *told])
    blocks: list[Block] = [section(each) for each in told]
    return Message(text=fit(text, FALLBACK), blocks=as_dicts(blocks))


def _playbook(playbook: Playbook, calibration: Calibration) -> str:
    size = f"{len(playbook.questions)} questions, {len(playbook.rules)} rules with sources"
    version = fit_escaped(playbook.version, 50)
    lines = [f"*{fit_escaped(playbook.title, 150)}*  ·  {size}  ·  version {version}"]
    if not calibration.options:
        return "\n".join([*lines, "No results yet: they come with the first check-in."])
    lines.append("How your decisions went, by what was chosen:")
    for option, tally in calibration.options.items():
        known = playbook.options.get(option)
        title = fit_escaped(known.title if known else option, 50)
        lines.append(f"•  *{title}*: {_tally(tally)}")
    return "\n".join([*lines, *_rules(playbook, calibration)])


def _rules(playbook: Playbook, calibration: Calibration) -> list[str]:
    """Return the outcomes by rule, for rules with enough reviews, worst first."""
    because = {rule.id: rule.because_for() for rule in playbook.rules}
    found = [(because[rule], tally) for rule, tally in calibration.worst_rules() if rule in because]
    if not found:
        return []
    lines = [
        f"By the reasons that spoke for it, where {ENOUGH} or more were tried, the worst first:",
        *(
            f"•  “{fit_escaped(words, _RULE)}” {outcome_summary(tally.total)}"
            for words, tally in found[:_MOST_RULES]
        ),
    ]
    rest = len(found) - _MOST_RULES
    return [*lines, f"and {rest} more"] if rest > 0 else lines


def _tally(tally: Tally) -> str:
    against = sum(tally.overridden.values())
    if not against:
        return outcome_summary(tally.total)
    if not tally.followed:
        each = "each " if against > 1 else ""
        return f"{outcome_summary(tally.total)}, {each}against the recommendation"
    some = f"{against:,} of them against the recommendation: {outcome_summary(tally.overridden)}"
    return f"{outcome_summary(tally.total)} ({some})"
