"""The modal with the settings of a channel's digest."""

from collections.abc import Mapping
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
    SectionBlock,
    StaticSelectElement,
    TimePickerElement,
)
from slack_sdk.models.views import View

from bot.decisions.model import Place
from bot.digest.forms import OFF, ON, digest_metadata
from bot.digest.settings import (
    OFFERED_ZONES,
    DigestScope,
    DigestSection,
    DigestSettings,
    Schedule,
    Weekday,
    city_of,
)
from bot.digest.views.words import SCOPE_WORDS, SECTION_TITLES, day_in, schedule_words
from bot.slackkit import ids
from bot.slackkit.message import button, mrkdwn, plain, section
from bot.slackkit.mrkdwn import channel_link, fit, mention

_ON_WORDS = {ON: "On: once a week", OFF: "Off"}
_WHEN_EMPTY = "Post it even when nothing is new"
_INSIDERS = "I've checked: nobody from another company is in this channel"
_LONGEST_ZONE = 100
_DEFAULT = Schedule()
_SECTION_HINTS = {
    DigestSection.WAITING: "Who decides, and how long it has waited",
    DigestSection.DISAGREEMENTS: "Where views differ, and whether it matters",
    DigestSection.REVIEWS: "Decisions due a check-in",
    DigestSection.NEW: "What was opened this week",
    DigestSection.DECIDED: "What was decided, withdrawn or superseded, and why",
    DigestSection.CALIBRATION: "What the check-ins said, by option",
    DigestSection.RULES: "Past decisions that today's rules would change",
    DigestSection.TREND: "A picture of what was opened, by option",
}
_SCOPE_HINTS = {
    DigestScope.CHANNEL: "What was posted here",
    DigestScope.WORKSPACE: (
        "Private channels as numbers only. Not for channels with other companies"
    ),
}


@dataclass(frozen=True, slots=True)
class SettingsChoice:
    """What the modal shows.

    `saved` are the settings as saved last, None if there are none. `place` is None if the channel
    is still to be chosen.
    """

    place: Place | None
    on: bool = True
    schedule: Schedule = _DEFAULT
    sections: tuple[DigestSection, ...] = tuple(DigestSection)
    post_when_empty: bool = False
    scope: DigestScope = DigestScope.CHANNEL
    saved: DigestSettings | None = None


def settings_choice(settings: DigestSettings, *, saved: bool) -> SettingsChoice:
    """Return settings as the modal shows them; `saved` is False for the defaults."""
    return SettingsChoice(
        settings.place,
        settings.on,
        settings.schedule,
        settings.sections,
        settings.post_when_empty,
        settings.scope,
        settings if saved else None,
    )


def settings_modal(chosen: SettingsChoice) -> dict[str, Any]:
    """Return the modal, filled in."""
    place = chosen.place
    blocks: list[Block] = [*_heading(chosen), _on(chosen) if place else _channel()]
    blocks += [
        _day(chosen.schedule),
        _time(chosen.schedule),
        _zone(chosen.schedule.zone),
        _other_zone(),
        _scope(chosen.scope),
        _insiders(chosen.scope),
        _sections(chosen.sections),
        _when_empty(checked=chosen.post_when_empty),
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


def digest_offer(chosen: SettingsChoice) -> dict[str, Any]:
    """Return the modal that turns a digest on with one press; *Change* leads to the settings."""
    change = button(
        ids.Action.CHANGE_DIGEST,
        "Change",
        digest_metadata(chosen.place),
        about="day, time and sections",
    )
    when = schedule_words(chosen.schedule)
    terms = f"*{when[:1].upper()}{when[1:]}*\nThe channel's decisions, if anything is new."
    blocks: list[Block] = [
        *_heading(chosen)[:1],
        *([] if chosen.place else [_channel()]),
        SectionBlock(text=mrkdwn(terms), accessory=change),
    ]
    return View(
        type="modal",
        callback_id=ids.Modal.DIGEST_OFFER,
        private_metadata=digest_metadata(chosen.place),
        title=plain("Weekly digest"),
        submit=plain("Turn on"),
        close=plain("Not now"),
        blocks=blocks,
    ).to_dict()


def _heading(chosen: SettingsChoice) -> list[Block]:
    if chosen.place is None:
        return [
            section("Once a week, a channel sees what's waiting for whom, and what was decided.")
        ]
    here = channel_link(chosen.place.channel)
    words = f"Once a week, {here} sees what's waiting for whom, and what was decided."
    if chosen.saved is None:
        return [section(words), _note("Not set up here yet.")]
    state = f"It comes {schedule_words(chosen.schedule)}" if chosen.saved.on else "It is off"
    by, on = mention(chosen.saved.set_by), _day_saved(chosen.saved)
    return [section(words), _note(f"{state}. Last changed by {by} on {on:%-d %B %Y}.")]


def _day_saved(settings: DigestSettings) -> date:
    """Return the day in the digest's zone; in UTC if that zone no longer exists."""
    try:
        return day_in(settings.set_at, settings.schedule.zone)
    except ZoneInfoNotFoundError:
        return settings.set_at.date()


def _note(text: str) -> ContextBlock:
    return ContextBlock(elements=[mrkdwn(text)])


def _channel() -> InputBlock:
    element = ChannelSelectElement(action_id=ids.Action.ANSWER)
    hint = "For a private channel, type the command there."
    return _input(ids.Block.DIGEST_CHANNEL, "Which public channel?", element, hint)


def _on(chosen: SettingsChoice) -> InputBlock:
    options = {value: Option(text=plain(words), value=value) for value, words in _ON_WORDS.items()}
    return _radio(ids.Block.DIGEST_ON, "The digest is", options, ON if chosen.on else OFF)


def _day(schedule: Schedule) -> InputBlock:
    days = {day: Option(text=plain(day.capitalize()), value=day.value) for day in Weekday}
    element = StaticSelectElement(
        action_id=ids.Action.ANSWER,
        options=list(days.values()),
        initial_option=days[schedule.weekday],
    )
    return _input(ids.Block.DIGEST_DAY, "Day", element)


def _time(schedule: Schedule) -> InputBlock:
    element = TimePickerElement(action_id=ids.Action.ANSWER, initial_time=f"{schedule.at:%H:%M}")
    return _input(ids.Block.DIGEST_TIME, "Time", element)


def _zone(zone: str) -> InputBlock:
    offered = dict(OFFERED_ZONES)
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
        placeholder=plain("e.g. America/Edmonton"),
    )
    hint = "Only if yours isn't in the menu above."
    return _input(ids.Block.DIGEST_OTHER_ZONE, "Another time zone", element, hint, optional=True)


def _scope(scope: DigestScope) -> InputBlock:
    options = {
        each.value: Option(
            text=plain(words), value=each.value, description=plain(_SCOPE_HINTS[each])
        )
        for each, words in SCOPE_WORDS.items()
    }
    return _radio(ids.Block.DIGEST_SCOPE, "Include", options, scope)


def _insiders(scope: DigestScope) -> InputBlock:
    label, checked = "If it covers the whole workspace", scope is DigestScope.WORKSPACE
    return _checkbox(ids.Block.DIGEST_INSIDERS, label, _INSIDERS, checked=checked)


def _sections(sections: tuple[DigestSection, ...]) -> InputBlock:
    options = {
        each: Option(text=plain(title), value=each.value, description=plain(_SECTION_HINTS[each]))
        for each, title in SECTION_TITLES.items()
    }
    element = CheckboxesElement(
        action_id=ids.Action.ANSWER,
        options=list(options.values()),
        initial_options=[options[each] for each in sections] or None,
    )
    return _input(ids.Block.DIGEST_SECTIONS, "Sections", element)


def _when_empty(*, checked: bool) -> InputBlock:
    return _checkbox(ids.Block.DIGEST_WHEN_EMPTY, "When to post it", _WHEN_EMPTY, checked=checked)


def _radio(
    block_id: ids.Block, label: str, options: Mapping[str, Option], chosen: str
) -> InputBlock:
    element = RadioButtonsElement(
        action_id=ids.Action.ANSWER,
        options=list(options.values()),
        initial_option=options[chosen],
    )
    return _input(block_id, label, element)


def _checkbox(block_id: ids.Block, label: str, words: str, *, checked: bool) -> InputBlock:
    option = Option(text=plain(words), value=ON)
    element = CheckboxesElement(
        action_id=ids.Action.ANSWER,
        options=[option],
        initial_options=[option] if checked else None,
    )
    return _input(block_id, label, element, optional=True)


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
