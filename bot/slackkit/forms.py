"""What a submitted modal says, and what its metadata carries."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.decisions.model import Place, Review, ReviewChoice, ReviewOutcome, Visibility, Workflow
from bot.slackkit.ids import DONT_KNOW, QUESTION_PREFIX, Action, Block
from bot.slackkit.mrkdwn import one_line
from bot.slackkit.payloads import InvalidPayload, Payload


class ViewMetadata(BaseModel):
    """What a view carries in `private_metadata`: the draft and the step it shows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    draft: str
    step: str


class DecisionMetadata(BaseModel):
    """What a modal about a posted decision carries in `private_metadata`: its number.

    `response_url` is that of the press that opened it, where its submission is answered privately.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: int
    against: str | None = None
    """What was recommended when somebody set out to choose differently."""
    response_url: str | None = None


class FieldError(Exception):
    """An answer that is not valid: the block it belongs to, and what to do."""

    def __init__(self, block: str, message: str) -> None:
        super().__init__(message)
        self.block = block
        self.message = message


def metadata_of(view: Payload) -> ViewMetadata:
    """Return a view's metadata.

    Raises:
        Unreadable: it is none of ours.
    """
    try:
        return ViewMetadata.model_validate_json(view.get("private_metadata") or "")
    except ValidationError as error:
        raise InvalidPayload("this view carries no draft") from error


def decision_metadata_of(view: Payload) -> int:
    """Return the number of the decision that a modal is about.

    Raises:
        Unreadable: it is about none.
    """
    return _about(view).decision


def against_of(view: Payload) -> str | None:
    """Return the option that was recommended when a modal was opened; None if it does not tell.

    Raises:
        Unreadable: the modal is about no decision.
    """
    return _about(view).against


def _about(view: Payload) -> DecisionMetadata:
    try:
        return DecisionMetadata.model_validate_json(view.get("private_metadata") or "")
    except ValidationError as error:
        raise InvalidPayload("this view is about no decision") from error


def response_url_of(body: Payload) -> str | None:
    """Return where the sender of a payload is answered privately; None if Slack gave no address.

    A modal's submission comes without one: it has that of the press, if its metadata kept it.
    """
    if given := body.get("response_url"):
        return str(given)
    view = body.get("view")
    carried = view.get("private_metadata") if isinstance(view, Mapping) else None
    try:
        return DecisionMetadata.model_validate_json(carried or "").response_url
    except ValidationError:
        return None


def workflow_of(view: Payload, driver: str) -> Workflow:
    """Return the answers of the first page.

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


def answers_of(view: Payload) -> dict[str, str | None]:
    """Return the answers of a page of questions: what is untouched is left out."""
    answers: dict[str, str | None] = {}
    for block in _values(view):
        if not block.startswith(QUESTION_PREFIX):
            continue
        chosen = _selected(view, block)
        if chosen is not None:
            answers[block.removeprefix(QUESTION_PREFIX)] = None if chosen == DONT_KNOW else chosen
    return answers


def destination_of(view: Payload, origin: Place | None) -> Place:
    """Return where the review page says to post.

    Raises:
        FieldError: neither "here" nor a channel was chosen.
    """
    channel = value_of(view, Block.OTHER_CHANNEL, "selected_channel")
    if channel:
        return Place(channel, Visibility.PUBLIC)
    if origin is None:
        raise FieldError(Block.OTHER_CHANNEL, "Choose the channel to post to.")
    return origin


def override_of(view: Payload) -> tuple[str, str]:
    """Return the option chosen instead of the recommended one, and the reason.

    Raises:
        FieldError: one of them is missing.
    """
    option = _selected(view, Block.OPTION)
    if option is None:
        raise FieldError(Block.OPTION, "Choose what you decide for.")
    return option, reason_of(view)


def reason_of(view: Payload) -> str:
    """Return the reason given in a modal.

    Raises:
        FieldError: it is empty.
    """
    reason = (value_of(view, Block.REASON, "value") or "").strip()
    if not reason:
        raise FieldError(Block.REASON, "Say why, in a sentence: the team will look for it later.")
    return str(reason)


def outcome_of(view: Payload) -> tuple[ReviewOutcome, str]:
    """Return how a decision went, and the note about it, which may be empty.

    Raises:
        FieldError: no outcome was chosen.
    """
    outcome = _selected(view, Block.OUTCOME)
    if outcome is None:
        raise FieldError(Block.OUTCOME, "Choose how it went.")
    return ReviewOutcome(outcome), (value_of(view, Block.NOTE, "value") or "").strip()


def people_of(view: Payload) -> tuple[str, ...]:
    """Return the people who are asked for their view.

    Raises:
        FieldError: nobody was chosen.
    """
    users = tuple(value_of(view, Block.PEOPLE, "selected_users") or ())
    if not users:
        raise FieldError(Block.PEOPLE, "Choose at least one person.")
    return users


def deciders_of(view: Payload) -> tuple[str, ...]:
    """Return the people who shall decide.

    Raises:
        FieldError: nobody was chosen.
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
    """Return what the field of a block holds under a key of Slack's; None if nothing."""
    return _values(view).get(block, {}).get(Action.ANSWER, {}).get(key)


def written_in(view: Payload) -> tuple[str, ...]:
    """Return the texts that somebody has written into a modal, in any of its fields."""
    fields = (field for block in _values(view).values() for field in block.values())
    return tuple(text for field in fields if (text := str(field.get("value") or "").strip()))


def _selected(view: Payload, block: str) -> str | None:
    option = value_of(view, block, "selected_option")
    return str(option["value"]) if option else None
