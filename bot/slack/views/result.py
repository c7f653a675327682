"""The questionnaire's last page: the recommendation, the answers, and what is needed to post it."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ChannelSelectElement,
    ContextBlock,
    DatePickerElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
    UserMultiSelectElement,
)

from bot.decisions.model import DraftPurpose, Place, Review, ReviewChoice, Visibility
from bot.decisions.questionnaire import ResultPage, suggested_title
from bot.decisions.records.words import words_of_answer
from bot.playbooks.model import Answer, Question
from bot.services.search import SimilarDecision
from bot.slack.views.recommendation import similar_blocks
from bot.slack.views.verdict import because_line, headline
from bot.slackkit import ids
from bot.slackkit.message import as_dicts, button, mrkdwn, plain, section
from bot.slackkit.mrkdwn import (
    MODAL_TITLE,
    PLAIN_OPTION,
    channel_link,
    escape,
    fit,
    fit_escaped,
    fit_sentences,
)

_Block = Block | dict[str, Any]
"""A block, or the cached JSON of one."""

TITLE_LENGTH = 120
PROBLEM_LENGTH = 3000
_MOST_DECIDERS = 10
_MOST_SIMILAR = 2
_ROOM_FOR_ANSWERS = 60
"""Words of the answers with a button of their own; the others are in a menu."""
_LEAST_LINES = 2
_MOST_CACHED = 500
"""Blocks in each cache of those that are the same for many people: see the other pages."""
_HINT = "For a private channel, close this window and type the command there. Nothing is lost."
_SIMILAR_WORDS = 12
"""Of a similar decision, about."""
_MOST_OTHERS = 100
_CAUTION_WORDS = 20
_ANSWER_LENGTH = 150

_REVIEW_CHOICES = {
    ReviewChoice.DAYS_30: "In 30 days",
    ReviewChoice.DAYS_60: "In 60 days",
    ReviewChoice.DAYS_90: "In 90 days",
    ReviewChoice.ON_DATE: "Pick a date…",
    ReviewChoice.NEVER: "Never",
}


def result_title(page: ResultPage) -> tuple[str, str]:
    """Return the title of the last page's modal, and the words of its submit button."""
    draft = page.draft
    match draft.purpose:
        case DraftPurpose.PERSPECTIVE:
            return "Your view", "Save my view"
        case DraftPurpose.EDIT:
            return fit(f"Edit decision #{draft.about}", MODAL_TITLE), "Save changes"
        case DraftPurpose.SUPERSEDE:
            return fit(f"Replace decision #{draft.about}", MODAL_TITLE), "Post"
        case DraftPurpose.OPEN:
            return "Your result", "Post"


def result_blocks(page: ResultPage, found: Sequence[SimilarDecision]) -> list[_Block]:
    """Return the blocks of the last page, with the similar decisions found."""
    playbook, verdict = page.engine.playbook, page.verdict
    caution = fit_sentences(next((gate.say for gate in verdict.gates), ""), _CAUTION_WORDS)
    alike = found[:_MOST_SIMILAR]
    room = _ROOM_FOR_ANSWERS - len(caution.split()) - _SIMILAR_WORDS * len(alike)
    return [
        *_about(page),
        section(f"{headline(playbook, verdict)}\n{because_line(playbook, verdict)}"),
        *([_note(escape(caution))] if caution else []),
        *_go_on(page),
        *_answers(page, room),
        *_fields(page),
        *similar_blocks(alike),
    ]


def _about(page: ResultPage) -> list[Block]:
    """Return what the page is about, unless it is a new decision."""
    draft = page.draft
    match draft.purpose:
        case DraftPurpose.PERSPECTIVE:
            title = fit_escaped(draft.workflow.title, 300)
            words = f"Your view on *#{draft.about}  {title}*, by your answers alone:"
        case DraftPurpose.SUPERSEDE:
            words = f"Replaces *#{draft.about}*, which closes when you post."
        case _ if page.example:
            words = f"Filled in from “{fit_escaped(page.example, 100)}”. Change what differs."
        case _:
            return []
    return [section(words)]


def _go_on(page: ResultPage) -> list[_Block]:
    """Return the button to answer more; nothing if all is answered."""
    if not page.further:
        return []
    count = len(page.further)
    words = f"Answer {count} {'skipped' if page.skipped else 'more'}"
    return [_go_on_button(f"{words} to be surer" if page.surer else words)]


@cache
def _go_on_button(words: str) -> dict[str, Any]:
    go_on = ButtonElement(action_id=ids.Action.GO_ON, text=plain(words))
    return ActionsBlock(block_id=ids.Block.NAVIGATION, elements=[go_on]).to_dict()


def _answers(page: ResultPage, room: int) -> list[_Block]:
    """Return the answers, what is known first, each with a way to change it.

    Args:
        page: the page.
        room: words of the answers with a button of their own.
    """
    playbook, given = page.engine.playbook, page.draft.answers
    asked = [
        playbook.question(name)
        for name in sorted(given, key=lambda name: given[name] is None)
        if page.engine.applies(playbook.question(name), given)
    ]
    lines: list[_Block] = []
    for question in asked:
        words = _short(question, given[question.id])
        room -= len(words.split()) + 1
        if room < 0 and len(lines) >= _LEAST_LINES:
            break
        lines.append(_answer_line(question.id, question.topic, words))
    others = asked[len(lines) :][:_MOST_OTHERS]
    return [*lines, *([_other_answers(others, given)] if others else [])]


@lru_cache(maxsize=_MOST_CACHED)
def _answer_line(question: str, topic: str, words: str) -> dict[str, Any]:
    change = button(f"{ids.Action.CHANGE}:{question}", "Change", question, about=topic)
    return SectionBlock(text=mrkdwn(words), accessory=change).to_dict()


def _short(question: Question, answer: Answer) -> str:
    words = words_of_answer(question.answers, answer)
    return f"*{escape(_topic(question))}:* {fit_escaped(words, _ANSWER_LENGTH)}"


def _other_answers(questions: Sequence[Question], given: Mapping[str, Answer]) -> Block:
    options = [
        Option(
            text=plain(
                fit(
                    f"{_topic(each)}: {words_of_answer(each.answers, given[each.id])}", PLAIN_OPTION
                )
            ),
            value=each.id,
        )
        for each in questions
    ]
    menu = StaticSelectElement(
        action_id=ids.Action.CHANGE_OTHER,
        options=options,
        placeholder=plain("1 more answer" if len(options) == 1 else f"{len(options)} more answers"),
    )
    return ActionsBlock(block_id=ids.Block.OTHER_ANSWERS, elements=[menu])


def _topic(question: Question) -> str:
    return question.topic[:1].upper() + question.topic[1:]


def _fields(page: ResultPage) -> list[_Block]:
    """Return the fields to fill in, and who will be able to see it."""
    draft = page.draft
    if draft.purpose is DraftPurpose.PERSPECTIVE:
        return [_note("I'll show your name, your answers and your result in the thread.")]
    fields: list[_Block] = [_title(page), _problem(draft.workflow.problem)]
    if draft.purpose is DraftPurpose.EDIT:
        return [
            *fields,
            *_review(draft.workflow.review),
            _note("I'll say in the thread what you changed. The deciders stay the same."),
        ]
    return [
        *fields,
        *destination_blocks(draft.origin),
        _deciders(draft.workflow.deciders),
        *_review(draft.workflow.review),
    ]


@lru_cache(maxsize=_MOST_CACHED)
def _note(words: str) -> dict[str, Any]:
    return ContextBlock(elements=[mrkdwn(words)]).to_dict()


def _title(page: ResultPage) -> Block:
    title = page.draft.workflow.title or suggested_title(page.draft, page.engine.playbook)
    return InputBlock(
        block_id=ids.Block.TITLE,
        label=plain("Title"),
        element=PlainTextInputElement(
            action_id=ids.Action.ANSWER,
            max_length=TITLE_LENGTH,
            initial_value=fit(title, TITLE_LENGTH),
        ),
    )


def _problem(problem: str) -> Block:
    return InputBlock(
        block_id=ids.Block.PROBLEM,
        label=plain("What's the situation?"),
        optional=True,
        element=PlainTextInputElement(
            action_id=ids.Action.ANSWER,
            multiline=True,
            max_length=PROBLEM_LENGTH,
            initial_value=fit(problem, PROBLEM_LENGTH) or None,
            placeholder=plain("Support quotes last year's refund rules"),
        ),
    )


@lru_cache(maxsize=_MOST_CACHED)
def _deciders(chosen: Sequence[str]) -> dict[str, Any]:
    return InputBlock(
        block_id=ids.Block.DECIDERS,
        label=plain("Who decides?"),
        optional=True,
        element=UserMultiSelectElement(
            action_id=ids.Action.ANSWER,
            initial_users=list(chosen) or None,
            max_selected_items=_MOST_DECIDERS,
            placeholder=plain("You"),
        ),
    ).to_dict()


def _review(review: Review) -> list[_Block]:
    """Return the choice of the review date, and the date field if a date is to be picked."""
    day = InputBlock(
        block_id=ids.Block.REVIEW_DAY,
        label=plain("Date"),
        optional=True,
        element=DatePickerElement(
            action_id=ids.Action.ANSWER,
            initial_date=review.day.isoformat() if review.day else None,
        ),
    )
    picks = review.choice is ReviewChoice.ON_DATE
    return [_review_choice(review.choice), *([day] if picks else [])]


@cache
def _review_choice(choice: ReviewChoice) -> dict[str, Any]:
    options = {
        each: Option(text=plain(words), value=each.value) for each, words in _REVIEW_CHOICES.items()
    }
    return InputBlock(
        block_id=ids.Block.REVIEW_CHOICE,
        label=plain("Check back on this"),
        dispatch_action=True,
        element=StaticSelectElement(
            action_id=ids.Action.ANSWER,
            options=list(options.values()),
            initial_option=options[choice],
        ),
    ).to_dict()


@lru_cache(maxsize=_MOST_CACHED)
def destination_blocks(origin: Place | None) -> list[dict[str, Any]]:
    """Return the menu of public channels to post in, and who will be able to see it there.

    Cached: do not modify it.
    """
    here = origin.channel if origin and origin.visibility is Visibility.PUBLIC else None
    elsewhere = origin is not None and here is None
    menu = InputBlock(
        block_id=ids.Block.CHANNEL,
        label=plain("Post in a public channel instead" if elsewhere else "Post in"),
        hint=plain(_HINT) if origin is None else None,
        optional=elsewhere,
        element=ChannelSelectElement(
            action_id=ids.Action.ANSWER,
            initial_channel=here,
            placeholder=plain("Choose a public channel"),
        ),
    )
    return as_dicts(
        [
            *([section(f"*Post in*\n{_where(origin)}")] if origin and elsewhere else []),
            menu,
            _note(_readers(origin)),
        ]
    )


def _where(origin: Place) -> str:
    if origin.visibility is Visibility.DIRECT:
        return "Your direct messages with me"
    return f"{channel_link(origin.channel)}. I must be a member to post there."


def _readers(origin: Place | None) -> str:
    """Return who will be able to see the decision."""
    if origin is None or origin.visibility is Visibility.PUBLIC:
        return (
            "Your workspace will be able to see it, and people from other companies if the "
            "channel is shared."
        )
    people = "you, the deciders and people who give a view that was asked for"
    if origin.visibility is Visibility.DIRECT:
        return f"Only {people} will be able to see it."
    return (
        f"Only the channel's members (people from other companies too, if it's shared), {people} "
        "will be able to see it."
    )
