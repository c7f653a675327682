"""Reviews: the question to a decider, its modal, and the answers."""

from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
)
from slack_sdk.models.views import View

from bot.decisions.model import Decision, DecisionSummary, ReviewAnswer, ReviewOutcome
from bot.decisions.records.words import WENT, as_sentence
from bot.outbox.model import ReviewQuestion
from bot.playbooks.model import Playbook
from bot.slack.views.verdict import option_title
from bot.slackkit import ids
from bot.slackkit.message import (
    Message,
    as_dicts,
    decision_actions,
    decision_button,
    decision_title,
    plain,
    section,
    sentence,
    where,
)
from bot.slackkit.metadata import DecisionMetadata
from bot.slackkit.mrkdwn import FALLBACK, escape, fit, mention, quote

NOTE_LENGTH = 2000
_ON_BUTTONS = {
    ReviewOutcome.WORKED: "Worked",
    ReviewOutcome.PARTLY: "Partly",
    ReviewOutcome.FAILED: "Did not work",
    ReviewOutcome.NOT_TRIED: "Not tried",
}
_MOST_SHOWN = 3
_SHOWN_NOTE = 600


def review_question(
    decision: Decision, playbook: Playbook, asked: str, question: ReviewQuestion | None = None
) -> Message:
    """Return the question to the user `asked` how a decision went, or the answer given."""
    text = f"*How did it go?*\n{decided_line(decision, playbook)}"
    answer = review_by(decision, asked)
    if decision.is_closed and answer is None:
        return sentence(f"{text}\n{_ended(decision)}")
    if answer is None:
        text += _in_place_of(question or ReviewQuestion())
        text += "\nI'll post your answer in the thread and keep it in the record."
        actions = outcome_buttons(decision)
    else:
        text += f"\nYou said on {answer.at:%-d %B %Y}: *{as_sentence(WENT[answer.outcome])}*."
        if answer.note:
            text += f"\n{quote(answer.note, _SHOWN_NOTE)}"
        if decision.is_closed:
            return sentence(f"{text}\n{_ended(decision)}")
        change = decision_button(ids.Action.OUTCOME, "Change my answer", decision.number)
        actions = decision_actions(decision, [change])
    return Message(text=fit(text, FALLBACK), blocks=as_dicts([section(text), actions]))


def _ended(decision: Decision) -> str:
    """Return how a decision was closed before its review."""
    new = decision.superseded_by
    by = f" by {mention(decision.closure.by)}" if decision.closure else ""
    see = f"; see #{new}" if new else ""
    did = "superseded" if new else "withdrawn"
    return f"It was {did}{by}{see}. No review needed."


def _in_place_of(question: ReviewQuestion) -> str:
    if question.instead_of is None:
        return ""
    return (
        f"\nI can't reach {mention(question.instead_of)}, who may have left "
        f"(Slack's reason: {escape(question.reason)}). You asked for the decision: can you tell?"
    )


def outcome_buttons(decision: DecisionSummary) -> ActionsBlock:
    """Return a button per outcome, opening the modal with it preselected."""
    buttons = [
        decision_button(f"{ids.Action.OUTCOME}:{outcome}", words, decision.number)
        for outcome, words in _ON_BUTTONS.items()
    ]
    return decision_actions(decision, buttons)


def review_modal(
    decision: Decision, playbook: Playbook, decider: str, chosen: ReviewOutcome | None = None
) -> dict[str, Any]:
    """Return the modal for a review.

    Args:
        decision: the decision.
        playbook: its playbook.
        decider: the user id of the reviewer, whose earlier answer is filled in.
        chosen: the outcome to preselect, if any.
    """
    before = review_by(decision, decider)
    outcome = chosen or (before.outcome if before else None)
    options = {
        each: Option(text=plain(as_sentence(words)), value=each.value)
        for each, words in WENT.items()
    }
    choice = InputBlock(
        block_id=ids.Block.OUTCOME,
        label=plain("How did it go?"),
        element=RadioButtonsElement(
            action_id=ids.Action.ANSWER,
            options=list(options.values()),
            initial_option=options[outcome] if outcome else None,
        ),
    )
    note = InputBlock(
        block_id=ids.Block.NOTE,
        label=plain("What did you learn?"),
        hint=plain("Posted in the thread and kept in the record."),
        optional=True,
        element=PlainTextInputElement(
            action_id=ids.Action.ANSWER,
            multiline=True,
            max_length=NOTE_LENGTH,
            initial_value=before.note if before and before.note else None,
        ),
    )
    return View(
        type="modal",
        callback_id=ids.Modal.OUTCOME,
        private_metadata=DecisionMetadata(decision=decision.number).model_dump_json(),
        title=plain("How did it go?"),
        submit=plain("Save"),
        close=plain("Cancel"),
        blocks=[section(decided_line(decision, playbook)), choice, note],
    ).to_dict()


def review_sections(decision: Decision) -> list[Block]:
    """Return the reviews, newest first; nothing if there are none."""
    answers = list(reversed(decision.reviews))
    blocks: list[Block] = [section(_shown(answer)) for answer in answers[:_MOST_SHOWN]]
    rest = len(answers) - _MOST_SHOWN
    if rest > 0:
        blocks.append(section(f"and {rest} more {'reviews' if rest > 1 else 'review'}"))
    return blocks


def review_by(decision: Decision, decider: str) -> ReviewAnswer | None:
    """Return a decider's review; None if there is none."""
    return next((answer for answer in decision.reviews if answer.by == decider), None)


def _shown(answer: ReviewAnswer) -> str:
    words = f"Reviewed by {mention(answer.by)} on {answer.at:%-d %B %Y}: *{WENT[answer.outcome]}*"
    return f"{words}\n{quote(answer.note, _SHOWN_NOTE)}" if answer.note else words


def decided_line(decision: DecisionSummary, playbook: Playbook) -> str:
    """Return what was decided, when and where."""
    title = decision_title(decision)
    resolution = decision.resolution
    if resolution is None:
        return title
    option = option_title(playbook, resolution.option)
    on = f"{resolution.at:%-d %B %Y}"
    return f"{title}\nDecided on {on} in {where(decision.place)}: *{option}*"
