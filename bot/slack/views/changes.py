"""What happened to a decision, said in its thread."""

from collections.abc import Mapping

from bot.advice.playbook import Playbook
from bot.decisions.model import Decision
from bot.decisions.records.history import Style, changes, did, note_of, people_of
from bot.slack.text import and_list, escape, mention, quote
from bot.slack.views.message import Message, sentence
from bot.slack.views.verdict import RULED_OUT_BEFORE, despite

_MARKUP = Style(escape, lambda words: f"*{escape(words)}*", "decision #{}")
_NOTE = 2000
_VETOES = 600


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
        *_although(kind, detail, decision, playbook),
        *(f"• {each}" for each in changes(kind, detail, playbook, _MARKUP)),
    ]
    return sentence("\n".join(lines))


def _although(
    kind: str, detail: Mapping[str, str], decision: Decision, playbook: Playbook
) -> list[str]:
    """Return what had been said against the option that was chosen; nothing if nothing was."""
    if kind != "overridden":
        return []
    out = despite(playbook, decision.verdict, detail["option"], _VETOES, lead=RULED_OUT_BEFORE)
    return [out] if out else []
