"""What happened to a decision, said in its thread."""

import json
from collections.abc import Mapping

from bot.advice.playbook import Playbook
from bot.decisions.model import Decision, Outcome
from bot.slack.text import and_list, escape, mention, quote
from bot.slack.views.message import Message, sentence
from bot.slack.views.review import OUTCOME_SENTENCES
from bot.slack.views.verdict import RULED_OUT_BEFORE, despite, option_title

_REASON = 2000
_VETOES = 600


def word(detail: Mapping[str, str], decision: Decision, playbook: Playbook) -> Message:
    """Return the word about an event.

    Args:
        detail: `event` (its kind), `actor` (a user id), and what the event tells.
        decision: to which it happened.
        playbook: the decision's.
    """
    actor = mention(detail["actor"])
    match detail["event"]:
        case "accepted":
            text = f"{actor} accepted the recommendation: *{_option(playbook, detail)}*."
        case "overridden":
            text = _overridden(actor, detail, decision, playbook)
        case "withdrawn":
            text = f"{actor} withdrew this decision.\n{quote(detail['reason'], _REASON)}"
        case "handed_over":
            people = and_list([mention(user) for user in detail["to"].split()])
            text = f"{actor} handed this over: {people} will decide."
        case "superseded":
            text = f"{actor} opened decision #{detail['by']} in the place of this one."
        case "reviewed":
            said = OUTCOME_SENTENCES[Outcome(detail["outcome"])].lower()
            text = f"{actor} looked back: *{said}*."
            if detail["note"]:
                text += f"\n{quote(detail['note'], _REASON)}"
        case "edited":
            text = _edited(actor, detail, playbook)
        case kind:
            raise ValueError(f"nothing can be said of {kind}")
    return sentence(text)


def _overridden(
    actor: str, detail: Mapping[str, str], decision: Decision, playbook: Playbook
) -> str:
    text = f"{actor} decided for *{_option(playbook, detail)}*"
    if detail["recommended"]:
        text += f" instead of {option_title(playbook, detail['recommended'])}"
    text += f".\n{quote(detail['reason'], _REASON)}"
    out = _despite(detail["option"], decision, playbook)
    return f"{text}\n{out}" if out else text


def _edited(actor: str, detail: Mapping[str, str], playbook: Playbook) -> str:
    changes = json.loads(detail["answers"])
    lines = [
        f"• {escape(playbook.question(question).ask)} "
        f"{_answer(playbook, question, before)} → *{_answer(playbook, question, after)}*"
        for question, (before, after) in changes.items()
    ]
    now, was = (option_title(playbook, detail[key]) for key in ("option", "was"))
    if detail["was"] == detail["option"]:
        outcome = f"The recommendation stays *{now}*."
    else:
        outcome = f"The recommendation is now *{now}*; it was {was}."
    what = "the answers" if lines else "the description"
    return "\n".join([f"{actor} changed {what}. {outcome}", *lines])


def _answer(playbook: Playbook, question: str, answer: str | None) -> str:
    if answer is None:
        return "Don't know"
    return escape(playbook.question(question).answers[answer]) if answer else "(not answered)"


def _despite(option: str, decision: Decision, playbook: Playbook) -> str:
    return despite(playbook, decision.verdict, option, _VETOES, lead=RULED_OUT_BEFORE)


def _option(playbook: Playbook, detail: Mapping[str, str]) -> str:
    return option_title(playbook, detail["option"])
