"""Drafts: unfinished questionnaires, with buttons to resume or discard each."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
)

from bot.decisions.model import Draft, DraftPurpose
from bot.services.drafts import DRAFT_LIFETIME
from bot.slackkit import ids
from bot.slackkit.message import Message, as_dicts, button, mrkdwn, plain, section
from bot.slackkit.mrkdwn import fit_escaped, moment

MOST_DRAFTS = 5
DISCARDED = "The draft is discarded. The command starts a new questionnaire."

_PURPOSES = {
    DraftPurpose.EDIT: "New answers to #{about}: ",
    DraftPurpose.PERSPECTIVE: "Your view of #{about}: ",
    DraftPurpose.SUPERSEDE: "In the place of #{about}: ",
}


def draft_blocks(draft: Draft, playbook_id: str = "") -> list[Block]:
    """Return a draft's title, progress and last change, with buttons to resume or discard it.

    Args:
        draft: the draft.
        playbook_id: the playbook of the button *Start afresh* in the same message, if any.
    """
    title = fit_escaped(draft.workflow.title or "Without a title", 300)
    lead = _PURPOSES.get(draft.purpose, "").format(about=draft.about)
    count = len(draft.answers)
    answers = {0: "No answers yet", 1: "1 answer so far"}.get(count, f"{count} answers so far")
    go_on = button(ids.Action.RESUME, "Go on", draft.id, about=_named(draft))
    return [
        section(f"{lead}*{title}*\n{answers}  ·  {moment(draft.changed_at)}"),
        ActionsBlock(elements=[go_on, _discard(draft, playbook_id)]),
    ]


def _named(draft: Draft) -> str:
    return draft.workflow.title or "draft without a title"


def _discard(draft: Draft, playbook_id: str) -> ButtonElement:
    return button(
        ids.Action.DISCARD,
        "Discard",
        f"{draft.id}:{playbook_id}",
        about=_named(draft),
        confirm=ConfirmObject(
            title=plain("Discard this draft?"),
            text=plain("Its answers can't be brought back."),
            confirm=plain("Discard"),
            deny=plain("Keep it"),
            style="danger",
        ),
    )


def resume_offer(drafts: Sequence[Draft], playbook_id: str) -> Message:
    """Return the offer to resume a draft, or to start afresh.

    Args:
        drafts: at least one, newest first.
        playbook_id: the playbook to start with.
    """
    text = (
        "You have a questionnaire under way. Go on with it, or start afresh?"
        if len(drafts) == 1
        else f"You have {len(drafts)} questionnaires under way. Go on with one, or start afresh?"
    )
    kept = f"A draft is kept for {DRAFT_LIFETIME.days} days after its last change."
    if len(drafts) > MOST_DRAFTS:
        kept = f"These are the newest {MOST_DRAFTS}. {kept}"
    blocks: list[Block] = [
        section(text),
        *(block for draft in drafts[:MOST_DRAFTS] for block in draft_blocks(draft, playbook_id)),
        ActionsBlock(
            elements=[
                ButtonElement(
                    action_id=f"{ids.Action.START}:{playbook_id}",
                    text=plain("Start afresh"),
                    value=playbook_id,
                )
            ]
        ),
        ContextBlock(elements=[mrkdwn(kept)]),
    ]
    return Message(text=text, blocks=as_dicts(blocks))
