"""App Home: start a decision, go on with a draft, find recent ones."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.decisions.model import Decision, Draft
from bot.slack import ids
from bot.slack.text import BUTTON, escape, fit, fit_escaped
from bot.slack.views.announcement import STATUS_WORDS
from bot.slack.views.message import mrkdwn, plain, section, where

_MOST_DRAFTS = 5


def home(
    playbooks: dict[str, str], drafts: Sequence[Draft], decisions: Sequence[Decision]
) -> dict[str, Any]:
    """Return the Home tab of one person.

    Args:
        playbooks: titles by id, the first one first.
        drafts: theirs, newest first.
        decisions: recent ones that they may see, newest first.
    """
    blocks: list[Block] = [
        HeaderBlock(text=plain("Decide how to build it, and remember why")),
        section(
            "I ask a few questions about the work, weigh the answers against published evidence, "
            "and post a recommendation with its reasons. Your team decides in the thread."
        ),
        ActionsBlock(elements=[_start(each, title) for each, title in list(playbooks.items())[:5]]),
    ]
    if drafts:
        blocks += [DividerBlock(), HeaderBlock(text=plain("Your drafts"))]
        blocks += [_draft(draft) for draft in drafts[:_MOST_DRAFTS]]
    blocks += [DividerBlock(), HeaderBlock(text=plain("Recent decisions"))]
    if decisions:
        blocks += [_decision(decision) for decision in decisions]
    else:
        nothing = "None yet. The first one takes about three minutes."
        blocks.append(ContextBlock(elements=[mrkdwn(nothing)]))
    return View(type="home", blocks=blocks).to_dict()


def _start(playbook_id: str, title: str) -> ButtonElement:
    return ButtonElement(
        action_id=f"{ids.Action.START}:{playbook_id}",
        text=plain(fit(title, BUTTON)),
        value=playbook_id,
    )


def _draft(draft: Draft) -> Block:
    title = draft.workflow.title or "Without a title"
    answered = len(draft.answers)
    answers = "1 answer" if answered == 1 else f"{answered} answers"
    return SectionBlock(
        text=mrkdwn(f"*{fit_escaped(title, 300)}*\n{answers} so far"),
        accessory=ButtonElement(action_id=ids.Action.RESUME, text=plain("Go on"), value=draft.id),
    )


def _decision(decision: Decision) -> Block:
    return section(
        f"*#{decision.number}  {fit_escaped(decision.title, 300)}*\n"
        f"{escape(STATUS_WORDS[decision.status])}  ·  {where(decision.place)}"
    )
