"""What the digest's modal says, and which channel it is about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.decisions.model import Place, Visibility
from bot.digest.settings import DigestScope, DigestSection, DigestSettings, Schedule, Weekday
from bot.digest.zones import is_fixed
from bot.slackkit.forms import FieldError, value_of
from bot.slackkit.ids import Block
from bot.slackkit.payloads import InvalidPayload, Payload

ON, OFF = "on", "off"
"""The values of the choice whether a digest comes."""
READ_BY_OTHERS = (
    "Somebody from another company is in this channel: its digest can tell of its own decisions "
    "only."
)


class DigestMetadata(BaseModel):
    """What the modal, and a button that opens it, carry: a channel, if there is one yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: str | None = None
    visibility: Visibility | None = None
    to_switch_on: bool = False

    @property
    def place(self) -> Place | None:
        """The channel; None where it is still to be chosen."""
        if self.channel is None or self.visibility is None:
            return None
        return Place(self.channel, self.visibility)


@dataclass(frozen=True, slots=True)
class DigestForm:
    """What a person wants of a channel's digest."""

    place: Place
    on: bool
    rhythm: Schedule
    parts: tuple[DigestSection, ...]
    even_if_quiet: bool
    scope: DigestScope

    def put_into(self, settings: DigestSettings, by: str) -> DigestSettings:
        """Return a channel's settings with what the user `by` wants of them."""
        return replace(
            settings,
            place=self.place,
            set_by=by,
            on=self.on,
            rhythm=self.rhythm,
            parts=self.parts,
            even_if_quiet=self.even_if_quiet,
            scope=self.scope,
        )


def digest_metadata(place: Place | None, *, to_switch_on: bool = False) -> str:
    """Return what a button or a modal carries that is about a channel's digest."""
    if place is None:
        return DigestMetadata().model_dump_json()
    return DigestMetadata(
        channel=place.channel, visibility=place.visibility, to_switch_on=to_switch_on
    ).model_dump_json()


def place_about(carried: object) -> Place | None:
    """Return the channel that a button or a modal is about; None where it is to be chosen.

    Raises:
        Unreadable: it is none of ours.
    """
    return digest_metadata_of(carried).place


def digest_metadata_of(carried: object) -> DigestMetadata:
    """Return what a button or a modal carries that is about a channel's digest.

    Raises:
        Unreadable: it is none of ours.
    """
    try:
        return DigestMetadata.model_validate_json(str(carried or ""))
    except ValidationError as error:
        raise InvalidPayload("this belongs to no digest") from error


def wishes_of(view: Payload) -> DigestForm:
    """Return what the modal says.

    Raises:
        FieldError: an answer is missing.
        Unreadable: the modal is none of ours.
    """
    try:
        on = _selected(view, Block.DIGEST_ON) != OFF
        return DigestForm(
            place=_place(view),
            on=on,
            rhythm=_rhythm(view),
            parts=_parts(view),
            even_if_quiet=bool(_checked(view, Block.DIGEST_IF_QUIET)),
            scope=_scope(view, on=on),
        )
    except ValueError as error:
        raise InvalidPayload("this modal offers no such choice") from error


def _place(view: Payload) -> Place:
    place = place_about(view.get("private_metadata"))
    if place is not None:
        return place
    channel = value_of(view, Block.DIGEST_CHANNEL, "selected_channel")
    if not channel:
        raise FieldError(Block.DIGEST_CHANNEL, "Choose the channel that the digest is for.")
    return Place(str(channel), Visibility.PUBLIC)


def _rhythm(view: Payload) -> Schedule:
    picked = value_of(view, Block.DIGEST_TIME, "selected_time")
    if not picked:
        raise FieldError(Block.DIGEST_TIME, "Choose a time of day.")
    day = Weekday(_selected(view, Block.DIGEST_DAY) or Weekday.MONDAY)
    return Schedule(day, time.fromisoformat(str(picked)), _zone(view))


def _zone(view: Payload) -> str:
    """Return the zone typed, as it was typed, else the one of the menu."""
    typed = str(value_of(view, Block.DIGEST_OTHER_ZONE, "value") or "").strip()
    return typed or _selected(view, Block.DIGEST_ZONE) or Schedule().zone


def no_such_zone(near: str | None) -> FieldError:
    """Return the error for a zone that there is not; `near` is the one that may be meant."""
    if near and is_fixed(near):
        words = (
            "An offset is no time zone, as clocks change. Type one like Europe/Berlin, or "
            f"{near} for this offset all year."
        )
    elif near:
        words = f"There is no time zone of this name. Did you mean {near}?"
    else:
        words = "There is no time zone of this name. Type one like Europe/Berlin, or choose above."
    return FieldError(Block.DIGEST_OTHER_ZONE, words)


def read_by_others() -> FieldError:
    """Return the error for the workspace's decisions in a channel that outsiders are in."""
    return FieldError(Block.DIGEST_SCOPE, READ_BY_OTHERS)


def has_one_already(command: str) -> FieldError:
    """Return the error for a channel to be set up that was set up before."""
    words = f"This channel has a digest already. Type {command} digest settings there to change it."
    return FieldError(Block.DIGEST_CHANNEL, words)


def _parts(view: Payload) -> tuple[DigestSection, ...]:
    chosen = {DigestSection(value) for value in _checked(view, Block.DIGEST_PARTS)}
    if not chosen:
        raise FieldError(Block.DIGEST_PARTS, "Choose at least one part, or switch the digest off.")
    return tuple(part for part in DigestSection if part in chosen)


def _scope(view: Payload, *, on: bool) -> DigestScope:
    """Return what it tells of; the workspace only if somebody says that nobody else reads it.

    Who is in a channel, the bot cannot know: it may not list channels.
    """
    scope = DigestScope(_selected(view, Block.DIGEST_SCOPE) or DigestScope.CHANNEL)
    if on and scope is DigestScope.WORKSPACE and not _checked(view, Block.DIGEST_INSIDERS):
        words = (
            "Look who is in the channel, and check this: they will read of all public decisions."
        )
        raise FieldError(Block.DIGEST_INSIDERS, words)
    return scope


def _selected(view: Payload, block: str) -> str | None:
    option = value_of(view, block, "selected_option")
    return str(option["value"]) if isinstance(option, Mapping) else None


def _checked(view: Payload, block: str) -> list[str]:
    options: Any = value_of(view, block, "selected_options")
    return [str(option["value"]) for option in options or ()]
