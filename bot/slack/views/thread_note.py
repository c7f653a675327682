"""What happened to a decision, said in its thread."""

from collections.abc import Mapping

from bot.decisions.model import Decision
from bot.decisions.records.history import Style, changes, did, note_of, people_of
from bot.playbooks.model import Playbook
from bot.slack.views.verdict import RULED_OUT_BEFORE, despite
from bot.slackkit.message import Message, as_dicts, section, sentence
from bot.slackkit.mrkdwn import FALLBACK, SECTION, and_list, escape, fit, mention, quote

_MARKUP = Style(escape, lambda words: f"*{escape(words)}*", "decision #{}")
_NOTE = 2000


def word(detail: Mapping[str, str], decision: Decision, playbook: Playbook) -> Message:
    """Return the word about an event.

    Args:
        detail: `event` (its kind), `actor` (a user id), and what the event tells.
        decision: to which it happened.
        playbook: the decision's.
    """
    kind, to, note = detail["event"], people_of(detail), note_of(detail)
    text = f"{mention(detail['actor'])} {did(kind, detail, playbook, _MARKUP)}"
    text += f" {and_list([mention(user) for user in to])}." if to else "."
    lines = [
        text,
        *([quote(note, _NOTE)] if note else []),
        *(f"• {each}" for each in changes(kind, detail, playbook, _MARKUP)),
    ]
    told = sentence("\n".join(lines))
    although = _although(detail, decision, playbook) if kind == "overridden" else ""
    if not although:
        return told
    return Message(
        text=fit(f"{told.text}\n{although}", FALLBACK),
        blocks=[*told.blocks, *as_dicts([section(although)])],
    )


def _although(detail: Mapping[str, str], decision: Decision, playbook: Playbook) -> str:
    """Return in full what had been said against the option that was chosen, if anything was."""
    return despite(playbook, decision.verdict, detail["option"], SECTION, lead=RULED_OUT_BEFORE)
