"""What a person looks for, as typed and as the buttons below a list carry it."""

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.decisions.access import Cursor, Direction
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
