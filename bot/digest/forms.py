"""Parse the digest's modal, and the state that its modal and buttons carry."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.decisions.model import Place, Visibility
from bot.digest.settings import (
    DigestScope,
    DigestSection,
    DigestSettings,
    Schedule,
    Weekday,
    is_fixed,
)
from bot.slackkit.forms import FieldError, value_of
from bot.slackkit.ids import Block
from bot.slackkit.payloads import InvalidPayload, Payload

ON, OFF = "on", "off"
"""The values of the choice whether the digest is on."""
EXTERNAL_READERS = (
    "People from another company are in this channel, so its digest can only cover its own "
    "decisions."
)


class DigestMetadata(BaseModel):
    """State of the modal and of a button that opens it: the channel, if it is known yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: str | None = None
    visibility: Visibility | None = None
    to_switch_on: bool = False

    @property
    def place(self) -> Place | None:
        """The channel; None if it is still to be chosen."""
        if self.channel is None or self.visibility is None:
            return None
        return Place(self.channel, self.visibility)


@dataclass(frozen=True, slots=True)
class DigestForm:
    """The fields of the modal."""

    place: Place
    on: bool
    schedule: Schedule
    sections: tuple[DigestSection, ...]
    post_when_empty: bool
    scope: DigestScope

    def apply_to(self, settings: DigestSettings, by: str) -> DigestSettings:
        """Return settings with these fields, saved by the user `by`."""
        return replace(
            settings,
            place=self.place,
            set_by=by,
            on=self.on,
            schedule=self.schedule,
            sections=self.sections,
            post_when_empty=self.post_when_empty,
            scope=self.scope,
        )


def digest_metadata(place: Place | None, *, to_switch_on: bool = False) -> str:
    """Return the state of a button or modal about a channel's digest."""
    if place is None:
        return DigestMetadata().model_dump_json()
    return DigestMetadata(
        channel=place.channel, visibility=place.visibility, to_switch_on=to_switch_on
    ).model_dump_json()


def digest_metadata_of(carried: object) -> DigestMetadata:
    """Parse the state of a button or modal about a channel's digest.

    Raises:
        InvalidPayload: it is something else.
    """
    try:
        return DigestMetadata.model_validate_json(str(carried or ""))
    except ValidationError as error:
        raise InvalidPayload("the state of a digest's button or modal is invalid") from error


def digest_place_of(view: Payload) -> Place:
    """Return the channel that a modal is about, or that was chosen in it.

    Raises:
        FieldError: none is chosen.
        InvalidPayload: it is not a modal about a digest.
    """
    place = digest_metadata_of(view.get("private_metadata")).place
    if place is not None:
        return place
    channel = value_of(view, Block.DIGEST_CHANNEL, "selected_channel")
    if not channel:
        raise FieldError(Block.DIGEST_CHANNEL, "Choose the channel that the digest is for.")
    return Place(str(channel), Visibility.PUBLIC)


def digest_form_of(view: Payload) -> DigestForm:
    """Parse the submitted modal.

    Raises:
        FieldError: an answer is missing.
        InvalidPayload: it is not the digest's modal, or holds a value that it does not offer.
    """
    try:
        on = _selected(view, Block.DIGEST_ON) != OFF
        return DigestForm(
            place=digest_place_of(view),
            on=on,
            schedule=_schedule(view),
            sections=_sections(view),
            post_when_empty=bool(_checked(view, Block.DIGEST_WHEN_EMPTY)),
            scope=_scope(view, on=on),
        )
    except ValueError as error:
        raise InvalidPayload("the modal does not offer this value") from error


def _schedule(view: Payload) -> Schedule:
    picked = value_of(view, Block.DIGEST_TIME, "selected_time")
    if not picked:
        raise FieldError(Block.DIGEST_TIME, "Choose a time of day.")
    day = Weekday(_selected(view, Block.DIGEST_DAY) or Schedule().weekday)
    return Schedule(day, time.fromisoformat(str(picked)), _zone(view))


def _zone(view: Payload) -> str:
    """Return the zone as typed; if none was typed, the one of the menu."""
    typed = str(value_of(view, Block.DIGEST_OTHER_ZONE, "value") or "").strip()
    return typed or _selected(view, Block.DIGEST_ZONE) or Schedule().zone


def unknown_zone_error(near: str | None) -> FieldError:
    """Return the error for an unknown zone; `near` is a similar one."""
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


def external_readers_error() -> FieldError:
    """Return the error for covering the workspace where external users can read."""
    return FieldError(Block.DIGEST_SCOPE, EXTERNAL_READERS)


def already_configured_error(command: str) -> FieldError:
    """Return the error for setting up a channel that has a digest."""
    words = f"This channel has a digest already. Type {command} digest settings there to change it."
    return FieldError(Block.DIGEST_CHANNEL, words)


def _sections(view: Payload) -> tuple[DigestSection, ...]:
    chosen = {DigestSection(value) for value in _checked(view, Block.DIGEST_SECTIONS)}
    if not chosen:
        raise FieldError(
            Block.DIGEST_SECTIONS, "Choose at least one section, or turn the digest off."
        )
    return tuple(each for each in DigestSection if each in chosen)


def _scope(view: Payload, *, on: bool) -> DigestScope:
    """Return the scope; the workspace only if the person confirms who can read the channel.

    The bot has no scope to list the members of a channel.
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
