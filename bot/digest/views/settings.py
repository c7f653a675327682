"""The modal in which a channel's digest is set up and changed."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from slack_sdk.models.blocks import (
    Block,
    ChannelSelectElement,
    CheckboxesElement,
    ContextBlock,
    InputBlock,
    InputInteractiveElement,
    Option,
    OptionGroup,
    PlainTextInputElement,
    RadioButtonsElement,
    StaticSelectElement,
    TimePickerElement,
)
from slack_sdk.models.views import View

from bot.decisions.model import Place
from bot.digest.forms import OFF, ON, digest_metadata
from bot.digest.settings import DigestScope, DigestSection, DigestSettings, Schedule, Weekday
from bot.digest.views.words import PART_TITLES, SCOPE_WORDS, day_in, every
from bot.digest.zones import OFFERED, city_of
from bot.slackkit import ids
from bot.slackkit.message import mrkdwn, plain, section
from bot.slackkit.mrkdwn import channel_link, fit, mention

_ON_WORDS = {ON: "On: once a week", OFF: "Off"}
_IF_QUIET = "Also when there is nothing to tell"
_INSIDERS = "I have checked: nobody from another company is in this channel"
_LONGEST_ZONE = 100
_DEFAULT = Schedule()
_PART_HINTS = {
    DigestSection.WAITING: "Who is to decide, and for how long it has waited",
    DigestSection.DISAGREEMENTS: "Where views differ, and whether it matters",
    DigestSection.REVIEWS: "Decisions whose outcome nobody has told yet",
    DigestSection.NEW: "What was opened in the week",
    DigestSection.DECIDED: "What was decided, withdrawn or superseded, and why",
    DigestSection.CALIBRATION: "What the reviews said, by option",
    DigestSection.RULES: "Past decisions that changed rules would alter",
    DigestSection.TREND: "A picture of what was opened, by option",
}
_SCOPE_HINTS = {
    DigestScope.CHANNEL: "What was posted here",
    DigestScope.WORKSPACE: (
        "Of private channels numbers only. Not for channels with other companies"
    ),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the modal shows as chosen; `changed` is who saved it last, None for nobody yet.

    `place` is None where the channel is still to be chosen.
    """

    place: Place | None
    on: bool = True
    rhythm: Schedule = _DEFAULT
    parts: tuple[DigestSection, ...] = tuple(DigestSection)
    even_if_quiet: bool = False
    scope: DigestScope = DigestScope.CHANNEL
    changed: DigestSettings | None = None


def chosen_in(settings: DigestSettings, *, saved: bool) -> Chosen:
    """Return settings as the modal shows them; `saved` tells them from a suggestion."""
    return Chosen(
        settings.place,
        settings.on,
        settings.rhythm,
        settings.parts,
        settings.even_if_quiet,
        settings.scope,
        settings if saved else None,
    )


def settings_modal(chosen: Chosen) -> dict[str, Any]:
    """Return the modal with what is chosen filled in."""
    place = chosen.place
    blocks: list[Block] = [*_heading(chosen), _on(chosen) if place else _channel()]
    blocks += [
        _day(chosen.rhythm),
        _time(chosen.rhythm),
        _zone(chosen.rhythm.zone),
        _other_zone(),
        _scope(chosen.scope),
        _insiders(chosen.scope),
        _parts(chosen.parts),
        _if_quiet(even=chosen.even_if_quiet),
    ]
    return View(
        type="modal",
        callback_id=ids.Modal.DIGEST,
        private_metadata=digest_metadata(place),
        title=plain("Weekly digest"),
        submit=plain("Save"),
        close=plain("Cancel"),
        blocks=blocks,
    ).to_dict()


def _heading(chosen: Chosen) -> list[Block]:
    if chosen.place is None:
        return [
            section("Once a week, a channel is told what waits for whom, and what was decided.")
        ]
    here = channel_link(chosen.place.channel)
    words = f"Once a week, {here} is told what waits for whom, and what was decided."
    if chosen.changed is None:
        return [section(words), _note("No digest comes here yet.")]
    state = f"It comes {every(chosen.rhythm)}" if chosen.changed.on else "It is off"
    by, on = mention(chosen.changed.set_by), _day_of(chosen.changed)
    return [section(words), _note(f"{state}. Last changed by {by} on {on:%-d %B %Y}.")]


def _day_of(changed: DigestSettings) -> date:
    """Return the day of a change where the digest's clock is; in UTC if that zone is no more."""
    try:
        return day_in(changed.set_at, changed.rhythm.zone)
    except ZoneInfoNotFoundError:
        return changed.set_at.date()


def _note(text: str) -> ContextBlock:
    return ContextBlock(elements=[mrkdwn(text)])


def _channel() -> InputBlock:
    element = ChannelSelectElement(action_id=ids.Action.ANSWER)
    hint = "For a private channel, type the command there."
    return _input(ids.Block.DIGEST_CHANNEL, "Which public channel?", element, hint)


def _on(chosen: Chosen) -> InputBlock:
    options = {value: Option(text=plain(words), value=value) for value, words in _ON_WORDS.items()}
    element = RadioButtonsElement(
        action_id=ids.Action.ANSWER,
        options=list(options.values()),
        initial_option=options[ON if chosen.on else OFF],
    )
    return _input(ids.Block.DIGEST_ON, "The digest is", element)


def _day(rhythm: Schedule) -> InputBlock:
    days = {day: Option(text=plain(day.capitalize()), value=day.value) for day in Weekday}
    element = StaticSelectElement(
        action_id=ids.Action.ANSWER,
        options=list(days.values()),
        initial_option=days[rhythm.weekday],
    )
    return _input(ids.Block.DIGEST_DAY, "Day", element)


def _time(rhythm: Schedule) -> InputBlock:
    element = TimePickerElement(action_id=ids.Action.ANSWER, initial_time=f"{rhythm.at:%H:%M}")
    return _input(ids.Block.DIGEST_TIME, "Time", element)


def _zone(zone: str) -> InputBlock:
    offered = dict(OFFERED)
    if not any(zone in zones for zones in offered.values()):
        offered = {"Chosen": (zone,), **offered}
    options = {
        name: Option(text=plain(fit(f"{city_of(name)} ({name})", 75)), value=name)
        for zones in offered.values()
        for name in zones
    }
    groups = [
        OptionGroup(label=plain(region), options=[options[name] for name in zones])
        for region, zones in offered.items()
    ]
    element = StaticSelectElement(
        action_id=ids.Action.ANSWER, option_groups=groups, initial_option=options[zone]
    )
    return _input(ids.Block.DIGEST_ZONE, "Time zone", element)


def _other_zone() -> InputBlock:
    element = PlainTextInputElement(
        action_id=ids.Action.ANSWER,
        max_length=_LONGEST_ZONE,
        placeholder=plain("for instance America/Edmonton"),
    )
    hint = "Only if the menu above lacks yours: its name in the IANA database."
    return _input(ids.Block.DIGEST_OTHER_ZONE, "Another time zone", element, hint, optional=True)


def _scope(scope: DigestScope) -> InputBlock:
    options = {
        each: Option(text=plain(words), value=each.value, description=plain(_SCOPE_HINTS[each]))
        for each, words in SCOPE_WORDS.items()
    }
    element = RadioButtonsElement(
        action_id=ids.Action.ANSWER,
        options=list(options.values()),
        initial_option=options[scope],
    )
    return _input(ids.Block.DIGEST_SCOPE, "It tells of", element)


def _insiders(scope: DigestScope) -> InputBlock:
    option = Option(text=plain(_INSIDERS), value=ON)
    element = CheckboxesElement(
        action_id=ids.Action.ANSWER,
        options=[option],
        initial_options=[option] if scope is DigestScope.WORKSPACE else None,
    )
    label = "If it tells of the whole workspace"
    return _input(ids.Block.DIGEST_INSIDERS, label, element, optional=True)


def _parts(parts: tuple[DigestSection, ...]) -> InputBlock:
    options = {
        part: Option(text=plain(title), value=part.value, description=plain(_PART_HINTS[part]))
        for part, title in PART_TITLES.items()
    }
    element = CheckboxesElement(
        action_id=ids.Action.ANSWER,
        options=list(options.values()),
        initial_options=[options[part] for part in parts] or None,
    )
    return _input(ids.Block.DIGEST_PARTS, "What it includes", element)


def _if_quiet(*, even: bool) -> InputBlock:
    option = Option(text=plain(_IF_QUIET), value=ON)
    element = CheckboxesElement(
        action_id=ids.Action.ANSWER,
        options=[option],
        initial_options=[option] if even else None,
    )
    return _input(ids.Block.DIGEST_IF_QUIET, "When to post it", element, optional=True)


def _input(
    block_id: ids.Block,
    label: str,
    element: InputInteractiveElement,
    hint: str | None = None,
    *,
    optional: bool = False,
) -> InputBlock:
    return InputBlock(
        block_id=block_id,
        label=plain(label),
        hint=plain(hint) if hint else None,
        element=element,
        optional=optional,
    )
