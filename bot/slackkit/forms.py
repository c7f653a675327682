"""Read and validate the fields of submitted modals."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.decisions.model import Place, Review, ReviewChoice, ReviewOutcome, Visibility, Workflow
from bot.decisions.view_form import GivenView
from bot.playbooks.model import Answer
from bot.slackkit.ids import DONT_KNOW, QUESTION_PREFIX, Action, Block
from bot.slackkit.mrkdwn import one_line
from bot.slackkit.payloads import Payload


class FieldError(Exception):
    """An invalid answer: the block it belongs to, and what to do about it."""

    def __init__(self, block: str, message: str) -> None:
        super().__init__(message)
        self.block = block
        self.message = message


def workflow_of(view: Payload, driver: str) -> Workflow | None:
    """Return the fields of the last page; None if the page has none, as that of a perspective.

    Args:
        view: the submitted view.
        driver: a user id, who decides if no decider is chosen.

    Raises:
        FieldError: an answer is missing or contradicts another.
    """
    fields = entered_fields(view, driver)
    if fields is None:
        return None
    if not fields.title:
        raise FieldError(Block.TITLE, "Give it a title. A few words are enough.")
    if fields.review.choice is ReviewChoice.ON_DATE and fields.review.day is None:
        shown = Block.REVIEW_DAY in _values(view)
        block = Block.REVIEW_DAY if shown else Block.REVIEW_CHOICE
        raise FieldError(block, "Pick the date, or choose a number of days.")
    return fields


def entered_fields(view: Payload, driver: str) -> Workflow | None:
    """Return what is entered on the last page so far, like `workflow_of`, but unchecked."""
    if Block.TITLE not in _values(view):
        return None
    choice = ReviewChoice(_selected(view, Block.REVIEW_CHOICE) or ReviewChoice.DAYS_90)
    picked = value_of(view, Block.REVIEW_DAY, "selected_date")
    day = date.fromisoformat(picked) if picked and choice is ReviewChoice.ON_DATE else None
    return Workflow(
        title=one_line(value_of(view, Block.TITLE, "value") or ""),
        problem=(value_of(view, Block.PROBLEM, "value") or "").strip(),
        deciders=tuple(value_of(view, Block.DECIDERS, "selected_users") or (driver,)),
        review=Review(choice, day),
    )


def lacks_review_day(view: Payload) -> bool:
    """Return whether a view should show the field for the review day, and does not, or reverse."""
    wanted = _selected(view, Block.REVIEW_CHOICE) == ReviewChoice.ON_DATE
    return wanted != (Block.REVIEW_DAY in _values(view))


def answers_of(view: Payload) -> dict[str, Answer]:
    """Return the answers of a submitted page by question id.

    None, "don't know", where nothing is chosen. Several answers are a tuple.
    """
    return {
        block.removeprefix(QUESTION_PREFIX): _answer(view, block)
        for block in _values(view)
        if block.startswith(QUESTION_PREFIX)
    }


def choices_of(view: Payload) -> dict[str, Answer]:
    """Return what is chosen on a page that is not submitted yet, by question id."""
    return {question: answer for question, answer in answers_of(view).items() if answer}


def _answer(view: Payload, block: str) -> Answer:
    chosen = value_of(view, block, "selected_options")
    if chosen is not None:
        return tuple(str(option["value"]) for option in chosen) or None
    one = _selected(view, block)
    return None if one == DONT_KNOW else one


def channel_of(view: Payload) -> Place | None:
    """Return the public channel chosen to post in; None if none is."""
    channel = value_of(view, Block.CHANNEL, "selected_channel")
    return Place(str(channel), Visibility.PUBLIC) if channel else None


def override_of(view: Payload) -> tuple[str, str]:
    """Return the option of *Choose differently*, and the reason.

    Raises:
        FieldError: one of them is missing.
    """
    option = _selected(view, Block.OPTION)
    if option is None:
        raise FieldError(Block.OPTION, "Choose what you decide for.")
    return option, reason_of(view)


def reason_of(view: Payload) -> str:
    """Return the reason entered in a modal.

    Raises:
        FieldError: it is empty.
    """
    reason = (value_of(view, Block.REASON, "value") or "").strip()
    if not reason:
        raise FieldError(Block.REASON, "Say why, in a sentence: the team will look for it later.")
    return str(reason)


def review_outcome_of(view: Payload) -> tuple[ReviewOutcome, str]:
    """Return the outcome chosen in a review, and the note, which may be empty.

    Raises:
        FieldError: no outcome was chosen.
    """
    outcome = _selected(view, Block.OUTCOME)
    if outcome is None:
        raise FieldError(Block.OUTCOME, "Choose how it went.")
    return ReviewOutcome(outcome), (value_of(view, Block.NOTE, "value") or "").strip()


def view_given(view: Payload) -> GivenView:
    """Return what a person has filled in of the page for their view, submitted or not."""
    choice = _selected(view, Block.OPTION)
    return GivenView(
        choice=None if choice == DONT_KNOW else choice,
        note=(value_of(view, Block.NOTE, "value") or "").strip(),
        answers=choices_of(view),
    )


def people_chosen(view: Payload) -> tuple[str, ...]:
    """Return the user ids chosen in *Ask for views*.

    Raises:
        FieldError: there are none.
    """
    users = tuple(value_of(view, Block.PEOPLE, "selected_users") or ())
    if not users:
        raise FieldError(Block.PEOPLE, "Choose at least one person.")
    return users


def deciders_of(view: Payload) -> tuple[str, ...]:
    """Return the user ids chosen as deciders.

    Raises:
        FieldError: there are none.
    """
    users = tuple(value_of(view, Block.DECIDERS, "selected_users") or ())
    if not users:
        raise FieldError(Block.DECIDERS, "Choose at least one person.")
    return users


def _values(view: Payload) -> Mapping[str, Any]:
    state = view.get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    return values if isinstance(values, Mapping) else {}


def value_of(view: Payload, block: str, key: str) -> Any:
    """Return an input's value; None if it is empty.

    Args:
        view: the submitted view.
        block: the input's block id.
        key: the key that Slack uses for this kind of input, such as `selected_date`.
    """
    return _values(view).get(block, {}).get(Action.ANSWER, {}).get(key)


def texts_entered(view: Payload) -> tuple[str, ...]:
    """Return the texts entered in any field of a modal."""
    fields = (field for block in _values(view).values() for field in block.values())
    return tuple(text for field in fields if (text := str(field.get("value") or "").strip()))


def _selected(view: Payload, block: str) -> str | None:
    option = value_of(view, block, "selected_option")
    return str(option["value"]) if option else None
