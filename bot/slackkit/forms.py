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


def workflow_of(view: Payload, driver: str) -> Workflow:
    """Return the fields of the first page; `driver`, a user id, decides if no decider is chosen.

    Raises:
        FieldError: an answer is missing or contradicts another.
    """
    title = one_line(value_of(view, Block.TITLE, "value") or "")
    if not title:
        raise FieldError(Block.TITLE, "Give the decision a title, a few words are enough.")
    choice = _selected(view, Block.REVIEW_CHOICE) or ReviewChoice.DAYS_90.value
    picked = value_of(view, Block.REVIEW_DAY, "selected_date")
    if choice == ReviewChoice.ON_DATE and not picked:
        raise FieldError(Block.REVIEW_DAY, "Pick the day, or choose a number of days above.")
    return Workflow(
        title=title,
        problem=(value_of(view, Block.PROBLEM, "value") or "").strip(),
        deciders=tuple(value_of(view, Block.DECIDERS, "selected_users") or (driver,)),
        review=Review(ReviewChoice(choice), date.fromisoformat(picked) if picked else None),
    )


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


def destination_of(view: Payload, origin: Place | None) -> Place:
    """Return the channel to post to: the one chosen, else `origin`.

    Raises:
        FieldError: there is neither.
    """
    channel = value_of(view, Block.OTHER_CHANNEL, "selected_channel")
    if channel:
        return Place(channel, Visibility.PUBLIC)
    if origin is None:
        raise FieldError(Block.OTHER_CHANNEL, "Choose the channel to post to.")
    return origin


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
