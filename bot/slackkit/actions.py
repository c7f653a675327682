"""What was pressed in a message or a view."""

import re
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.decisions.access import Cursor, Direction
from bot.decisions.model import Place, ReviewOutcome, Visibility
from bot.decisions.transitions import DecisionAction
from bot.slackkit.ids import DECISION_PREFIX, DELIVERY_PREFIX, Action
from bot.slackkit.payloads import InvalidPayload, Payload

_LONGEST_TEXT = 300
"""Characters of a search; more than any that finds something, and few enough for a button."""
_LARGEST_NUMBER = 2**53


class Query(BaseModel):
    """A page of a list or a search: what was typed, and where to go on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["list", "search"]
    text: str = Field(max_length=_LONGEST_TEXT)
    number: int | None = Field(None, ge=0, le=_LARGEST_NUMBER)
    direction: Direction = Direction.OLDER

    @classmethod
    def typed(cls, kind: Literal["list", "search"], text: str) -> Self:
        """Return the first page of what was typed."""
        return cls(kind=kind, text=text[:_LONGEST_TEXT])

    @property
    def cursor(self) -> Cursor | None:
        """Where to go on; None for the first page."""
        return None if self.number is None else Cursor(self.number, self.direction)

    def from_here(self, number: int, direction: Direction) -> Self:
        """Return the page before or after a decision's number."""
        return self.model_copy(update={"number": number, "direction": direction})


def action_of(body: Payload) -> Payload:
    """Return the one action that a `block_actions` payload reports.

    Raises:
        Unreadable: it reports none.
    """
    actions = body.get("actions")
    if not (isinstance(actions, list) and actions and isinstance(actions[0], Mapping)):
        raise InvalidPayload("the payload reports no action")
    return actions[0]


def menu_choice(action: Payload) -> tuple[DecisionAction | None, int]:
    """Return the move chosen in a decision's menu, None for its export, and the decision's number.

    Raises:
        Unreadable: it is no choice of such a menu.
    """
    option = action.get("selected_option")
    value = str(option.get("value", "")) if isinstance(option, Mapping) else ""
    chosen, _, number = value.partition(":")
    if chosen not in {*DecisionAction, Action.EXPORT} or not number.isdecimal():
        raise InvalidPayload("this menu belongs to no decision")
    return (None if chosen == Action.EXPORT else DecisionAction(chosen)), int(number)


def decision_of(action: Payload) -> int:
    """Return the number of the decision that a message's button belongs to.

    Raises:
        Unreadable: the button belongs to none.
    """
    number = str(action.get("block_id", "")).removeprefix(DECISION_PREFIX)
    if not number.isdecimal():
        raise InvalidPayload("this button belongs to no decision")
    return int(number)


def fingerprint_of(action: Payload) -> str | None:
    """Return the mark of what stood above a button to decide; None if the button has none."""
    _, _, mark = str(action.get("value", "")).partition(":")
    return mark or None


def delivery_of(action: Payload) -> str:
    """Return the key of the delivery that a notice's button is about.

    Raises:
        Unreadable: the button is about none.
    """
    block = str(action.get("block_id", ""))
    if not block.startswith(DELIVERY_PREFIX):
        raise InvalidPayload("this button is about no delivery")
    return block.removeprefix(DELIVERY_PREFIX)


def draft_discarded(action: Payload) -> tuple[str, str]:
    """Return the id of the draft that a button discards, and the playbook offered to start with.

    The latter is empty where none was offered beside it.
    """
    draft, _, playbook = str(action.get("value", "")).partition(":")
    return draft, playbook


def outcome_pressed(action: Payload) -> ReviewOutcome | None:
    """Return the outcome that a button of a review names; None if it names none."""
    _, _, outcome = str(action.get("action_id", "")).partition(":")
    return ReviewOutcome(outcome) if outcome in set(ReviewOutcome) else None


def chosen_channel(action: Payload) -> Place | None:
    """Return the public channel picked in a message; None if the action is a button."""
    channel = action.get("selected_channel")
    return Place(str(channel), Visibility.PUBLIC) if channel else None


def message_ref_of(body: Payload) -> tuple[str, str] | None:
    """Return channel and timestamp of the message with the button.

    None if it is no message that stands in a channel by itself, for everybody there to see.
    """
    container = body.get("container")
    if not isinstance(container, Mapping) or container.get("is_ephemeral"):
        return None
    channel, ts = container.get("channel_id"), container.get("message_ts")
    if not (channel and ts) or container.get("thread_ts") not in {None, ts}:
        return None
    return str(channel), str(ts)


def query_of(action: Payload) -> Query:
    """Return the page that a button below a list asks for.

    Raises:
        Unreadable: it is no such button.
    """
    try:
        return Query.model_validate_json(str(action.get("value")))
    except ValidationError as error:
        raise InvalidPayload("this button belongs to no list") from error


def number_typed(text: str) -> int | None:
    """Return the decision's number in `12` or `#12`; None if it is something else."""
    found = re.fullmatch(r"#?([0-9]{1,12})", text.strip())
    return int(found.group(1)) if found else None


def number_pressed(action: Payload) -> int:
    """Return the decision's number that a button carries.

    Raises:
        Unreadable: it carries none.
    """
    number = number_typed(str(action.get("value")))
    if number is None:
        raise InvalidPayload("this button belongs to no decision")
    return number
