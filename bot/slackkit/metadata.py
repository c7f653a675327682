"""Typed state that views and buttons carry, and its parsing.

A modal carries it in `private_metadata`, a button in `value`.
"""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.decisions.access import Cursor, Direction
from bot.decisions.model import Place, Trail, Visibility
from bot.slackkit.ids import Modal
from bot.slackkit.payloads import InvalidPayload, Payload, thread_acted_in

_LONGEST_TEXT = 300
"""Characters of a search: longer than useful ones, and short enough for a button's value."""
_LARGEST_NUMBER = 2**53


class ViewMetadata(BaseModel):
    """State of a questionnaire page.

    Attributes:
        draft: its id.
        trail: the questions of the pages before, for the way back.
        ends: whether the result follows the page.
        response_url: that of the command or press that opened it, for a private answer there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    draft: str
    trail: Trail = ()
    ends: bool = False
    response_url: str | None = None


class DecisionMetadata(BaseModel):
    """State of a modal about a posted decision.

    Attributes:
        decision: its number.
        against: the recommended option when *Choose differently* was pressed.
        response_url: that of the press, for a private answer to the submission.
        thread: the timestamp of the thread in which the button was pressed, for the same.
        here: the id of the private channel in which it was opened, whose decisions may be read.
        tab: the part of a decision that the reader shows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: int
    against: str | None = None
    response_url: str | None = None
    thread: str | None = None
    here: str | None = None
    tab: str | None = None


class _AnyMetadata(BaseModel):
    """What the state of any modal may have."""

    response_url: str | None = None
    thread: str | None = None


class ListQuery(BaseModel):
    """State of a page of a list or a search: the text typed, and the cursor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["list", "search"]
    text: str = Field(max_length=_LONGEST_TEXT)
    number: int | None = Field(None, ge=0, le=_LARGEST_NUMBER)
    direction: Direction = Direction.OLDER

    @classmethod
    def typed(cls, kind: Literal["list", "search"], text: str) -> Self:
        """Return the query for the first page."""
        return cls(kind=kind, text=text[:_LONGEST_TEXT])

    @property
    def cursor(self) -> Cursor | None:
        """The cursor; None for the first page."""
        return None if self.number is None else Cursor(self.number, self.direction)

    def from_here(self, number: int, direction: Direction) -> Self:
        """Return the query for the page before or after a decision's number."""
        return self.model_copy(update={"number": number, "direction": direction})


def metadata_of(view: Payload) -> ViewMetadata:
    """Return the state of a questionnaire page.

    Raises:
        InvalidPayload: the view has none.
    """
    try:
        return ViewMetadata.model_validate_json(view.get("private_metadata") or "")
    except ValidationError as error:
        raise InvalidPayload("this view carries no draft") from error


def decision_metadata_of(view: Payload) -> DecisionMetadata:
    """Return the state of a modal about a decision.

    Raises:
        InvalidPayload: the view has none.
    """
    try:
        return DecisionMetadata.model_validate_json(view.get("private_metadata") or "")
    except ValidationError as error:
        raise InvalidPayload("this view is about no decision") from error


def opened_in(view: Mapping[str, Any], here: str | None) -> dict[str, Any]:
    """Return a modal about a decision that carries the channel in which it was opened.

    Its submission names no channel. Only a channel whose decisions the person may read from there
    counts, see `ReadScope.here`.
    """
    metadata = decision_metadata_of(view).model_copy(update={"here": here})
    return {**view, "private_metadata": metadata.model_dump_json(exclude_none=True)}


def place_of_modal(view: Payload) -> Place | None:
    """Return the channel that a modal about a decision was opened in, for what may be read there.

    None if it was opened outside a channel, or in one that everybody may read.
    """
    here = decision_metadata_of(view).here
    return Place(here, Visibility.PRIVATE) if here else None


def response_url_of(body: Payload) -> str | None:
    """Return the `response_url` of a payload, or the one in its view's state; None without either.

    Slack sends none with the submission of a modal.
    """
    if given := body.get("response_url"):
        return str(given)
    carried = _carried(body)
    return carried.response_url if carried else None


def thread_of(body: Payload) -> str | None:
    """Return the timestamp of the thread where a person acted, or the one in the view's state."""
    if thread := thread_acted_in(body):
        return thread
    carried = _carried(body)
    return carried.thread if carried else None


def reads_in_modal(body: Payload) -> bool:
    """Return whether a payload comes from the window in which decisions are read."""
    view = body.get("view")
    return isinstance(view, Mapping) and view.get("callback_id") == Modal.READER


def _carried(body: Payload) -> _AnyMetadata | None:
    view = body.get("view")
    if not isinstance(view, Mapping):
        return None
    try:
        return _AnyMetadata.model_validate_json(view.get("private_metadata") or "")
    except ValidationError:
        return None


def query_of(action: Payload) -> ListQuery:
    """Return the query that a paging button carries.

    Raises:
        InvalidPayload: the button has none.
    """
    try:
        return ListQuery.model_validate_json(str(action.get("value")))
    except ValidationError as error:
        raise InvalidPayload("this button belongs to no list") from error
