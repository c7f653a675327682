"""The buttons of an announcement, and the modals that they open."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    InputBlock,
    Option,
    OverflowMenuElement,
    PlainTextInputElement,
    StaticSelectElement,
    UserMultiSelectElement,
)
from slack_sdk.models.views import View

from bot.decisions.model import Decision, DecisionSummary, fingerprint
from bot.decisions.records.words import recommended_words
from bot.decisions.transitions import DecisionAction, possible_actions
from bot.playbooks.model import Playbook
from bot.playbooks.verdict import Verdict
from bot.slack.views.verdict import option_title, veto_notes
from bot.slackkit import ids
from bot.slackkit.message import (
    button,
    decision_actions,
    decision_button,
    decision_label,
    decision_title,
    mrkdwn,
    plain,
    section,
)
from bot.slackkit.metadata import DecisionMetadata
from bot.slackkit.mrkdwn import and_list, fit, mention, or_list

REASON_LENGTH = 2000
_MOST_DECIDERS = 10
_CONFIRM_TEXT = 300
_MOST_NAMES = 3
_VETOES = 2500
_MOST_WARNINGS = 20

_MENU: Mapping[DecisionAction | ids.Action, str] = {
    DecisionAction.EDIT: "Edit answers",
    DecisionAction.ASK: "Ask for views",
    DecisionAction.HAND_OVER: "Hand over",
    DecisionAction.REVIEW: "Say how it went",
    ids.Action.EXPORT: "Export record",
    DecisionAction.SUPERSEDE: "Supersede",
    DecisionAction.WITHDRAW: "Withdraw",
}
"""Slack takes at most five: the record of an open decision is exported from its window.

Source: https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
"""


def announcement_buttons(
    decision: Decision, playbook: Playbook, names: Mapping[str, str]
) -> list[Block]:
    """Return the buttons for the actions possible now, and the menu.

    `names` are known names of the deciders by user id.
    """
    moves = possible_actions(decision)
    elements: list[ButtonElement | OverflowMenuElement] = []
    if DecisionAction.ACCEPT in moves:
        elements += deciding_buttons(decision, playbook, _only_they_can(decision, names))
    if DecisionAction.ADD_VIEW in moves:
        elements.append(add_view_button(decision))
    else:
        elements.append(decision_button(ids.Action.SHOW, "Why", decision.number))
    shown = {*moves} if DecisionAction.ADD_VIEW in moves else {*moves, ids.Action.EXPORT}
    menu = [
        Option(text=plain(words), value=f"{entry}:{decision.number}")
        for entry, words in _MENU.items()
        if entry in shown
    ]
    elements.append(OverflowMenuElement(action_id=ids.Action.MENU, options=menu))
    return [decision_actions(decision, elements)]


def deciding_buttons(decision: Decision, playbook: Playbook, only: str = "") -> list[ButtonElement]:
    """Return the buttons that decide an open decision; no *Accept* without a recommendation.

    Args:
        decision: the decision.
        playbook: its playbook.
        only: the sentence that says who can decide, where others see the buttons too.
    """
    accept = [_accept(decision, playbook, only)] if decision.verdict.anything_known else []
    return [
        *accept,
        decision_button(ids.Action.OVERRIDE, "Choose differently", decision.number),
    ]


def add_view_button(decision: DecisionSummary, *, given: bool = False) -> ButtonElement:
    """Return the button to add one's view; `given` if the person has given it."""
    words = "Change my view" if given else "Add my view"
    return decision_button(ids.Action.ADD_VIEW, words, decision.number)


def override_modal(decision: Decision, playbook: Playbook) -> dict[str, Any]:
    """Return the modal of *Choose differently*."""
    recommended = decision.recommended
    others = [each for each in playbook.options if each != recommended]
    out = {each: veto_notes(playbook, decision.verdict, each, _VETOES) for each in others}
    options = [
        Option(text=plain(_titled(playbook, decision.verdict, each)), value=each) for each in others
    ]
    choice = InputBlock(
        block_id=ids.Block.OPTION,
        label=plain("What are you going with?"),
        hint=plain(f"Recommendation: {recommended_words(playbook, recommended)}"),
        element=StaticSelectElement(action_id=ids.Action.ANSWER, options=options),
    )
    warnings = [
        ContextBlock(elements=[mrkdwn(f"*{option_title(playbook, each)}*\n{words}")])
        for each, words in out.items()
        if words
    ]
    blocks = [choice, *warnings[:_MOST_WARNINGS], _reason("Why?")]
    title, against = "Choose differently", decision.verdict.option
    return decision_modal(decision, ids.Modal.OVERRIDE, title, "Decide", blocks, against=against)


def _titled(playbook: Playbook, verdict: Verdict, option: str) -> str:
    """Return an option's title, and whether a veto rules it out."""
    title = playbook.options[option].title
    return f"{title} (ruled out)" if verdict.vetoes_against(option) else title


def withdraw_modal(decision: Decision) -> dict[str, Any]:
    """Return the modal to withdraw a decision."""
    why = _reason("Why is it withdrawn?")
    return decision_modal(decision, ids.Modal.WITHDRAW, "Withdraw", "Withdraw", [why])


def hand_over_modal(decision: Decision, actor: str) -> dict[str, Any]:
    """Return the modal to hand a decision over.

    Of several deciders all but the actor are preselected: they are likely to stay.

    Args:
        decision: the decision.
        actor: the user id of the person who hands it over.
    """
    now = decision.deciders
    stay = [user for user in now if user != actor] if len(now) > 1 else None
    verb = "decides" if len(now) == 1 else "decide"
    at_present = mrkdwn(f"Right now {and_list([mention(user) for user in now])} {verb}.")
    deciders = InputBlock(
        block_id=ids.Block.DECIDERS,
        label=plain("Who decides from now on?"),
        element=UserMultiSelectElement(
            action_id=ids.Action.ANSWER,
            initial_users=stay,
            max_selected_items=_MOST_DECIDERS,
        ),
    )
    return decision_modal(
        decision,
        ids.Modal.HAND_OVER,
        "Hand over",
        "Hand over",
        [deciders, ContextBlock(elements=[at_present])],
    )


def _only_they_can(decision: Decision, names: Mapping[str, str]) -> str:
    """Return the sentence that says who decides, for deciders and others alike.

    Without markup, which Slack shows as it is in a confirmation.
    """
    known = [names[user] for user in decision.deciders[:_MOST_NAMES] if user in names]
    if len(known) < len(decision.deciders):
        return "This is for the people who decide."
    return f"{known[0]} decides." if len(known) == 1 else f"{or_list(known)} can decide."


def _accept(decision: Decision, playbook: Playbook, only: str) -> ButtonElement:
    title = _what(decision, playbook)
    text = f"{only} I'll post it in the thread.".strip()
    about = decision_label(decision.number)
    return button(
        ids.Action.ACCEPT,
        "Accept",
        f"{decision.number}:{fingerprint(decision)}",
        about=about,
        label=f"Accept the recommendation of {about}: {title}",
        style="primary",
        confirm=ConfirmObject(
            title=plain("Accept this?"),
            text=plain(fit(f"{title}.\n{text}", _CONFIRM_TEXT)),
            confirm=plain("Accept"),
            deny=plain("Not yet"),
        ),
    )


def _what(decision: Decision, playbook: Playbook) -> str:
    """Return the recommended option with its kind, as plain text."""
    option = playbook.options[decision.verdict.option]
    kind = option.kinds.get(decision.verdict.kind or "")
    return f"{option.title}: {kind.title}" if kind else option.title


def _reason(label: str) -> InputBlock:
    return InputBlock(
        block_id=ids.Block.REASON,
        label=plain(label),
        hint=plain("Posted in the thread and kept in the record."),
        element=PlainTextInputElement(
            action_id=ids.Action.ANSWER, multiline=True, max_length=REASON_LENGTH
        ),
    )


def decision_modal(
    decision: Decision,
    callback: ids.Modal,
    title: str,
    submit: str,
    inputs: Sequence[Block | dict[str, Any]],
    *,
    response_url: str | None = None,
    against: str | None = None,
) -> dict[str, Any]:
    """Return a modal about a posted decision, with its title above the inputs.

    Args:
        decision: the decision.
        callback: the modal's callback id.
        title: the modal's title.
        submit: the submit button's text.
        inputs: the blocks below the decision's title.
        response_url: that of the press which opened it, for a private answer to the submission.
        against: the recommended option when it was opened.
    """
    metadata = DecisionMetadata(
        decision=decision.number, response_url=response_url, against=against
    )
    heading = section(decision_title(decision))
    return View(
        type="modal",
        callback_id=callback,
        private_metadata=metadata.model_dump_json(exclude_none=True),
        title=plain(title),
        submit=plain(submit),
        close=plain("Cancel"),
        blocks=[heading, *inputs],
    ).to_dict()
