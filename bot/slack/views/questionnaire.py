"""The questionnaire's pages as modals.

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
    ChannelSelectElement,
    CheckboxesElement,
    ContextBlock,
    DatePickerElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    SectionBlock,
    StaticSelectElement,
    UserMultiSelectElement,
)

from bot.decisions.model import Draft, DraftPurpose, Place, ReviewChoice, Visibility
from bot.decisions.questionnaire import (
    REVIEW_STEP,
    WORKFLOW_STEP,
    Page,
    QuestionsPage,
    ReviewPage,
    WorkflowPage,
)
from bot.decisions.records.words import DONT_KNOW, words_of_answer
from bot.playbooks.model import Answer, Question
from bot.playbooks.sensitivity import as_tuple
from bot.services.search import SimilarDecision
from bot.slack.views.recommendation import similar_blocks
from bot.slack.views.verdict import verdict_summary
from bot.slackkit import ids
from bot.slackkit.message import Line, TextSection, as_dicts, mrkdwn, plain, section, text_sections
from bot.slackkit.metadata import ViewMetadata
from bot.slackkit.mrkdwn import (
    MODAL_TITLE,
    PLAIN_OPTION,
    and_list,
    channel_link,
    escape,
    fit,
    fit_escaped,
    mention,
)

TITLE_LENGTH = 120
PROBLEM_LENGTH = 3000
_CHAPTERS_BUDGET = 20_000
_MOST_DECIDERS = 10
_FIELDS = 10
"""Fields of one section: https://docs.slack.dev/reference/block-kit/blocks/section-block."""
_EDIT_TOLD = "The thread is told what you changed. Who decides stays as it is."

_Block = Block | dict[str, Any]
"""A block, or the cached JSON of one."""

_REVIEW_CHOICES = {
    ReviewChoice.DAYS_30: "In 30 days",
    ReviewChoice.DAYS_60: "In 60 days",
    ReviewChoice.DAYS_90: "In 90 days",
    ReviewChoice.ON_DATE: "On the day chosen below",
    ReviewChoice.NEVER: "Never",
}
_MOST_KEPT = 2000
"""Blocks in the cache; ragvsft's sixteen questions have 130 between them."""


def questionnaire_modal(page: Page, found: Sequence[SimilarDecision] = ()) -> dict[str, Any]:
    """Return a page's modal; the last page lists the similar decisions found."""
    match page:
        case WorkflowPage():
            return _workflow(page)
        case QuestionsPage():
            return _questions(page)
        case ReviewPage() if page.draft.purpose is DraftPurpose.PERSPECTIVE:
            return _own_view(page)
        case ReviewPage():
            return _review(page, found)


def _workflow(page: WorkflowPage) -> dict[str, Any]:
    workflow = page.draft.workflow
    blocks: list[_Block] = [
        _progress(1, page.of, "The decision"),
        *_about(page),
        InputBlock(
            block_id=ids.Block.TITLE,
            label=plain("What do you want to decide?"),
            element=PlainTextInputElement(
                action_id=ids.Action.ANSWER,
                max_length=TITLE_LENGTH,
                initial_value=workflow.title or None,
                placeholder=plain("Answers for the support team"),
                focus_on_load=True,
            ),
        ),
        InputBlock(
            block_id=ids.Block.PROBLEM,
            label=plain("What goes wrong today?"),
            hint=plain("In your own words. Start from the work, not from the method."),
            optional=True,
            element=PlainTextInputElement(
                action_id=ids.Action.ANSWER,
                multiline=True,
                max_length=PROBLEM_LENGTH,
                initial_value=fit(workflow.problem, PROBLEM_LENGTH) or None,
            ),
        ),
        *([] if page.draft.purpose is DraftPurpose.EDIT else [_deciders(workflow.deciders)]),
        _review_choice(workflow.review.choice),
        InputBlock(
            block_id=ids.Block.REVIEW_DAY,
            label=plain("Day of the review"),
            optional=True,
            hint=plain("Only for “On the day chosen below”."),
            element=DatePickerElement(
                action_id=ids.Action.ANSWER,
                initial_date=workflow.review.day.isoformat() if workflow.review.day else None,
            ),
        ),
    ]
    return _view(page, ids.Modal.WORKFLOW, WORKFLOW_STEP, page.playbook_title, "Next", blocks)


def _deciders(deciders: Sequence[str]) -> Block:
    return InputBlock(
        block_id=ids.Block.DECIDERS,
        label=plain("Who decides?"),
        optional=True,
        hint=plain("You, if you leave this empty."),
        element=UserMultiSelectElement(
            action_id=ids.Action.ANSWER,
            initial_users=list(deciders) or None,
            max_selected_items=_MOST_DECIDERS,
            placeholder=plain("One person or several"),
        ),
    )


@cache
def _review_choice(choice: ReviewChoice) -> dict[str, Any]:
    options = {
        each: Option(text=plain(words), value=each.value) for each, words in _REVIEW_CHOICES.items()
    }
    return InputBlock(
        block_id=ids.Block.REVIEW_CHOICE,
        label=plain("When do you want to look at how it went?"),
        element=StaticSelectElement(
            action_id=ids.Action.ANSWER,
            options=list(options.values()),
            initial_option=options[choice],
        ),
    ).to_dict()


def _questions(page: QuestionsPage) -> dict[str, Any]:
    blocks: list[_Block] = [*_about(page), _progress(page.number, page.of, page.step.title)]
    blocks += [question_block(question, page.draft.answers) for question in page.questions]
    if page.number > 1:
        blocks.append(_back())
    title = fit(page.step.title, MODAL_TITLE)
    return _view(page, ids.Modal.QUESTIONS, page.step.id, title, "Next", blocks)


def _review(page: ReviewPage, found: Sequence[SimilarDecision]) -> dict[str, Any]:
    """Return the last page; that of an edit offers no channel."""
    playbook, verdict, draft = page.engine.playbook, page.verdict, page.draft
    edits = draft.purpose is DraftPurpose.EDIT
    title, submit = ("Check and save", "Save changes") if edits else ("Check and post", "Post")
    gates = tuple(Line(gate.say) for gate in verdict.gates)
    blocks: list[_Block] = [
        _progress(page.of, page.of, title),
        *_about(page),
        section(f"*{fit_escaped(draft.workflow.title, 600)}*"),
        ContextBlock(elements=[mrkdwn(_who_and_when(draft))]),
        *verdict_summary(playbook, verdict),
        *([section(_EDIT_TOLD)] if edits else destination_blocks(draft.origin)),
        *text_sections([TextSection("Before you rely on this", gates)], _CHAPTERS_BUDGET),
        *similar_blocks(found),
        *_answers(page),
        _back(),
    ]
    return _view(page, ids.Modal.REVIEW, REVIEW_STEP, title, submit, blocks)


def _who_and_when(draft: Draft) -> str:
    """Return who decides and when the review is; for an edit only the latter."""
    review = draft.workflow.review
    match review.choice:
        case ReviewChoice.NEVER:
            when = "No review"
        case ReviewChoice.ON_DATE:
            when = f"Review on {review.day:%-d %B %Y}" if review.day else "No review"
        case days:
            when = f"Review in {int(days)} days"
    if draft.purpose is DraftPurpose.EDIT:
        return when
    deciders = draft.workflow.deciders or (draft.driver.user,)
    names = ["you" if user == draft.driver.user else mention(user) for user in deciders]
    verb = "decide" if len(names) > 1 or "you" in names else "decides"
    who = f"{and_list(names)} {verb}"
    return f"{who[:1].upper()}{who[1:]}  ·  {when}"


def _own_view(page: ReviewPage) -> dict[str, Any]:
    """Return the last page of a perspective, which shows only the person's own answers."""
    playbook, verdict = page.engine.playbook, page.verdict
    told = "The thread will show your name, your answers and what they come to."
    blocks: list[_Block] = [
        *_about(page),
        _progress(page.of, page.of, "Check and save"),
        section("*By your answers*"),
        *verdict_summary(playbook, verdict),
        *_answers(page),
        ContextBlock(elements=[mrkdwn(told)]),
        _back(),
    ]
    return _view(page, ids.Modal.REVIEW, REVIEW_STEP, "Your view", "Save my view", blocks)


def _about(page: Page) -> list[Block]:
    """Return which decision the draft is about; nothing for a new one."""
    draft = page.draft
    match draft.purpose:
        case DraftPurpose.OPEN:
            return []
        case DraftPurpose.PERSPECTIVE:
            title = fit_escaped(draft.workflow.title, 300)
            return [section(f"Your view on *#{draft.about}  {title}*")]
        case DraftPurpose.EDIT:
            return [section(f"You change decision *#{draft.about}*.")]
        case DraftPurpose.SUPERSEDE:
            told = "which is closed when you post this one. Its answers are filled in."
            return [section(f"A new decision in the place of *#{draft.about}*, {told}")]


def _answers(page: ReviewPage) -> list[Block]:
    """Return the answers given, in two columns."""
    playbook, given = page.engine.playbook, page.draft.answers
    fields = [
        mrkdwn(f"{escape(question.ask)}\n*{_answer_words(question, given[question.id])}*")
        for question in playbook.questions
        if question.id in given and page.engine.applies(question, given)
    ]
    return [
        section("*Your answers*"),
        *(SectionBlock(fields=fields[at : at + _FIELDS]) for at in range(0, len(fields), _FIELDS)),
    ]


def _answer_words(question: Question, answer: Answer) -> str:
    return escape(words_of_answer(question.answers, answer))


@lru_cache(maxsize=500)
def _progress(number: int, of: int, title: str) -> dict[str, Any]:
    words = f"Step {number} of {of}  ·  {escape(title)}"
    return ContextBlock(elements=[mrkdwn(words)]).to_dict()


@cache
def _back() -> dict[str, Any]:
    return ActionsBlock(
        block_id=ids.Block.NAVIGATION,
        elements=[ButtonElement(action_id=ids.Action.BACK, text=plain("Back"))],
    ).to_dict()


def _view(
    page: Page, callback: ids.Modal, step: str, title: str, submit: str, blocks: Sequence[_Block]
) -> dict[str, Any]:
    return {
        **_frame(callback, fit(title, MODAL_TITLE), submit),
        "private_metadata": ViewMetadata(draft=page.draft.id, step=step).model_dump_json(),
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


@lru_cache(maxsize=_MOST_KEPT)
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


def destination_blocks(origin: Place | None) -> list[Block]:
    """Return where a decision will be posted, with a menu of other public channels."""
    other = InputBlock(
        block_id=ids.Block.OTHER_CHANNEL,
        label=plain("Post to another public channel" if origin else "Post to"),
        optional=origin is not None,
        element=ChannelSelectElement(
            action_id=ids.Action.ANSWER, placeholder=plain("Choose a public channel")
        ),
        hint=plain("Everybody in the workspace can find it; whoever is in the channel reads it."),
    )
    return [section(_destination_words(origin)), other]


def _destination_words(origin: Place | None) -> str:
    if origin is None:
        return (
            "*Where to*\nChoose the public channel in which your team should decide. For a private "
            "channel, close this window, type the command there, and go on with this draft: "
            "nothing is lost."
        )
    where = channel_link(origin.channel)
    match origin.visibility:
        case Visibility.PUBLIC:
            return (
                f"*Where to*\n{where}. Everybody in the workspace will be able to find it, and "
                "whoever is in the channel to read it."
            )
        case Visibility.PRIVATE:
            return (
                f"*Where to*\n{where}, a private channel. Only its members, you, the deciders and "
                "whoever is asked for their view and has given it will be able to see it. I must "
                "be a member of it to post there."
            )
        case Visibility.DIRECT:
            return (
                "*Where to*\nA direct message from me to you. Only you, the deciders and whoever "
                "is asked for their view and has given it will be able to see it."
            )
