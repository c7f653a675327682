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
from bot.decisions.questionnaire import draft_title
from bot.services.drafts import DRAFT_LIFETIME
from bot.slackkit import ids
from bot.slackkit.message import Message, as_dicts, button, mrkdwn, plain, section
from bot.slackkit.mrkdwn import fit_escaped, moment

MOST_DRAFTS = 5
DISCARDED = "Draft deleted. Type the command again to start a new one."

_PURPOSES = {
    DraftPurpose.EDIT: "Edit of #{about}: ",
    DraftPurpose.PERSPECTIVE: "Your view on #{about}: ",
    DraftPurpose.SUPERSEDE: "Replaces #{about}: ",
}


def draft_blocks(draft: Draft, playbook_id: str = "") -> list[Block]:
    """Return a draft's title, progress and last change, with buttons to resume or discard it.

    Args:
        draft: the draft.
        playbook_id: the playbook of the button *Start over* in the same message, if any.
    """
    title = fit_escaped(draft_title(draft), 300)
    lead = _PURPOSES.get(draft.purpose, "").format(about=draft.about)
    count = len(draft.entered)
    answers = {0: "No answers yet", 1: "1 answer so far"}.get(count, f"{count} answers so far")
    go_on = button(ids.Action.RESUME, "Continue", draft.id, about=draft_title(draft))
    return [
        section(f"{lead}*{title}*\n{answers}  ·  {moment(draft.changed_at)}"),
        ActionsBlock(elements=[go_on, _discard(draft, playbook_id)]),
    ]


def _discard(draft: Draft, playbook_id: str) -> ButtonElement:
    return button(
        ids.Action.DISCARD,
        "Delete",
        f"{draft.id}:{playbook_id}",
        about=draft_title(draft),
        confirm=ConfirmObject(
            title=plain("Delete this draft?"),
            text=plain("You can't bring its answers back."),
            confirm=plain("Delete"),
            deny=plain("Keep it"),
            style="danger",
        ),
    )


def resume_offer(drafts: Sequence[Draft], playbook_id: str) -> Message:
    """Return the offer to continue a draft, or to start over.

    Args:
        drafts: at least one, newest first.
        playbook_id: the playbook to start with.
    """
    text = "Pick up where you left off?"
    kept = f"I keep drafts for {DRAFT_LIFETIME.days} days after their last change."
    if len(drafts) > MOST_DRAFTS:
        kept = f"These are your newest {MOST_DRAFTS}. {kept}"
    blocks: list[Block] = [
        section(text),
        *(block for draft in drafts[:MOST_DRAFTS] for block in draft_blocks(draft, playbook_id)),
        ActionsBlock(
            elements=[
                ButtonElement(
                    action_id=f"{ids.Action.START}:{playbook_id}",
                    text=plain("Start over"),
                    value=playbook_id,
                )
            ]
        ),
        ContextBlock(elements=[mrkdwn(kept)]),
    ]
    return Message(text=text, blocks=as_dicts(blocks))
