"""The questionnaire's pages as modals, and drafts with buttons to resume or discard each.

Blocks that are the same for everybody are built once: slack_sdk validates each object that it
serialises (70 us each), which took most of the time before an ack.
"""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    CheckboxesElement,
    ConfirmObject,
    ContextBlock,
    InputBlock,
    Option,
    RadioButtonsElement,
    StaticSelectElement,
)

from bot.decisions.model import Draft, DraftPurpose
from bot.decisions.questionnaire import ChangePage, Page, QuestionsPage, Standing, draft_title
from bot.decisions.records.words import DONT_KNOW, STRENGTHS
from bot.playbooks.library import Example
from bot.playbooks.model import Answer, Playbook, Question
from bot.playbooks.sensitivity import as_tuple
from bot.playbooks.verdict import Strength
from bot.services.drafts import DRAFT_LIFETIME
from bot.services.search import SimilarDecision
from bot.slack.views.result import result_blocks, result_title
from bot.slack.views.verdict import option_title
from bot.slackkit import ids
from bot.slackkit.message import Message, as_dicts, button, mrkdwn, plain, section
from bot.slackkit.metadata import ViewMetadata
from bot.slackkit.mrkdwn import MODAL_TITLE, PLAIN_OPTION, fit, fit_escaped, moment

_MOST_CACHED = 2000
"""Blocks in the cache; a playbook's sixteen questions have some 130 between them."""
_MOST_EXAMPLES = 100
"""Options of a menu: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element"""
_INTRO = "Not sure about one? Leave it empty. I'll stop asking as soon as I know enough."
_ANSWER_FIRST = "*Answer a question first.* Without any answer there's no result to show."

_Block = Block | dict[str, Any]
"""A block, or the cached JSON of one."""


def questionnaire_modal(
    page: Page, found: Sequence[SimilarDecision] = (), response_url: str | None = None
) -> dict[str, Any]:
    """Return a page's modal.

    Args:
        page: the page.
        found: similar decisions, for the last page.
        response_url: that of the command or press that opened it, which the modal carries.
    """
    match page:
        case QuestionsPage():
            modal = _frame(ids.Modal.QUESTIONS, _questions_title(page), "Next")
            blocks, trail, ends = _questions(page), page.trail, page.ends
        case ChangePage():
            modal = _frame(ids.Modal.CHANGE, "Change an answer", "Save")
            blocks, trail, ends = _change(page), (), True
        case _:
            modal = _frame(ids.Modal.RESULT, *result_title(page))
            blocks, trail, ends = [*result_blocks(page, found)], (), True
    metadata = ViewMetadata(draft=page.draft.id, trail=trail, ends=ends, response_url=response_url)
    return {
        **modal,
        "private_metadata": metadata.model_dump_json(),
        "blocks": as_dicts(blocks),
    }


@lru_cache(maxsize=500)
def _frame(callback: ids.Modal, title: str, submit: str) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title).to_dict(),
        "submit": plain(submit).to_dict(),
        "close": plain("Close").to_dict(),
    }


def _questions_title(page: QuestionsPage) -> str:
    """Return the playbook's title if it fits; a cut title says less than none."""
    match page.draft.purpose:
        case DraftPurpose.PERSPECTIVE:
            return "Your view"
        case DraftPurpose.EDIT:
            return fit(f"Edit decision #{page.draft.about}", MODAL_TITLE)
        case _:
            title = page.playbook.title
            return title if len(title) <= MODAL_TITLE else "New decision"


def _questions(page: QuestionsPage) -> list[_Block]:
    entered = page.draft.entered
    return [
        *_opening(page),
        *([_because(len(page.questions))] if page.follows_up else []),
        *(question_block(each, entered, dispatches=True) for each in page.questions),
        *_examples(page.examples),
        _navigation(back=bool(page.trail)),
    ]


def _opening(page: QuestionsPage) -> list[_Block]:
    """Return which decision the page is about, and where the answers stand."""
    blocks: list[_Block] = []
    if page.draft.purpose is DraftPurpose.PERSPECTIVE:
        title = fit_escaped(page.draft.workflow.title, 300)
        blocks.append(section(f"Your view on *#{page.draft.about}  {title}*"))
    if page.in_place_of_result:
        return [*blocks, _context(_ANSWER_FIRST)]
    if not page.draft.answers:
        return [*blocks, _context(_INTRO)]
    return [*blocks, _context(standing_words(page.playbook, page.standing))]


def standing_words(playbook: Playbook, standing: Standing) -> str:
    """Return where the answers stand so far, in a line of mrkdwn, in the words of the result."""
    if standing.option is None:
        return "Too early to tell. A few more answers will show where this goes."
    title = option_title(playbook, standing.option)
    if standing.strength is Strength.TOO_CLOSE:
        return f"So far it's too close to call: *{title}* is a little ahead."
    sure = STRENGTHS[standing.strength]
    return f"So far: *{title}*, {sure} ({likely_words(standing.confidence)})."


def likely_words(confidence: float) -> str:
    """Return how likely something is from 0 to 1, in words."""
    tenths = round(confidence * 10)
    return "almost certain" if tenths >= 10 else f"about {tenths} in 10"


def _change(page: ChangePage) -> list[_Block]:
    return [question_block(page.question, page.draft.answers), _back()]


@lru_cache(maxsize=500)
def _context(words: str) -> dict[str, Any]:
    return ContextBlock(elements=[mrkdwn(words)]).to_dict()


@cache
def _because(count: int) -> dict[str, Any]:
    words = "One more, because of your answer:" if count == 1 else "Because of your last answer:"
    return ContextBlock(elements=[mrkdwn(words)]).to_dict()


@cache
def _navigation(*, back: bool) -> dict[str, Any]:
    buttons = [ButtonElement(action_id=ids.Action.BACK, text=plain("Back"))] if back else []
    show = ButtonElement(action_id=ids.Action.SHOW_RESULT, text=plain("Show the result"))
    return ActionsBlock(block_id=ids.Block.NAVIGATION, elements=[*buttons, show]).to_dict()


@cache
def _back() -> dict[str, Any]:
    button = ButtonElement(action_id=ids.Action.BACK, text=plain("Back"))
    return ActionsBlock(block_id=ids.Block.NAVIGATION, elements=[button]).to_dict()


def _examples(examples: Sequence[Example]) -> list[_Block]:
    """Return the menu of examples to start from; nothing if there are none."""
    offered = tuple((each.id, each.title) for each in examples[:_MOST_EXAMPLES])
    return [_example_menu(offered)] if offered else []


@lru_cache(maxsize=20)
def _example_menu(examples: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    options = [Option(text=plain(fit(title, PLAIN_OPTION)), value=name) for name, title in examples]
    menu = StaticSelectElement(
        action_id=ids.Action.EXAMPLE,
        options=options,
        placeholder=plain("Or use an example"),
    )
    return ActionsBlock(block_id=ids.Block.EXAMPLES, elements=[menu]).to_dict()


def question_block(
    question: Question, answers: Mapping[str, Answer], *, dispatches: bool = False
) -> dict[str, Any]:
    """Return a question with its answers as Slack's JSON. Cached: do not modify it.

    One answer is chosen by radio buttons, several by checkboxes; none means "don't know". Radio
    buttons can't be cleared, so a question that has an answer offers "Don't know" too.

    Args:
        question: the question.
        answers: the answers so far; those to this question are preselected.
        dispatches: whether each press is sent to the app, not only the submission.
    """
    return _question_block(
        question.id,
        question.ask,
        question.help,
        tuple(question.answers.items()),
        as_tuple(answers.get(question.id)),
        several=question.several,
        dispatches=dispatches,
    )


@lru_cache(maxsize=_MOST_CACHED)
def _question_block(
    name: str,
    ask: str,
    hint: str | None,
    answers: tuple[tuple[str, str], ...],
    chosen: tuple[str, ...],
    *,
    several: bool,
    dispatches: bool,
) -> dict[str, Any]:
    options = {
        value: Option(text=plain(fit(text, PLAIN_OPTION)), value=value) for value, text in answers
    }
    selected = [options[each] for each in chosen if each in options]
    if selected and not several:
        options[ids.DONT_KNOW] = Option(text=plain(DONT_KNOW), value=ids.DONT_KNOW)
    offered = list(options.values())
    return InputBlock(
        block_id=f"{ids.QUESTION_PREFIX}{name}",
        label=plain(ask),
        hint=plain(hint) if hint else None,
        optional=True,
        dispatch_action=dispatches or None,
        element=CheckboxesElement(
            action_id=ids.Action.ANSWER, options=offered, initial_options=selected or None
        )
        if several
        else RadioButtonsElement(
            action_id=ids.Action.ANSWER,
            options=offered,
            initial_option=selected[0] if selected else None,
        ),
    ).to_dict()


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
    """Return the offer to continue one of `drafts`, newest first, or to start over."""
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
