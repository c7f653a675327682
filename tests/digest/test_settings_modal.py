"""The settings modal of a digest: what it shows, and how a submission is parsed."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.model import Place, Visibility
from bot.digest.forms import (
    digest_form_of,
    digest_metadata,
    digest_metadata_of,
    digest_place_of,
    unknown_zone_error,
)
from bot.digest.settings import (
    OFFERED_ZONES,
    DigestScope,
    DigestSection,
    DigestSettings,
    Schedule,
    Weekday,
)
from bot.digest.views.replies import UpcomingDigest, digest_blocks
from bot.digest.views.settings import (
    SettingsChoice,
    digest_offer,
    settings_choice,
    settings_modal,
)
from bot.playground.form_input import view_state
from bot.slackkit.forms import FieldError
from bot.slackkit.ids import Action, Block
from bot.slackkit.payloads import InvalidPayload
from tests.slack.blocks import faults_of_view

SET_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
PLACES = st.builds(
    Place,
    st.sampled_from(["C0123456789", "G0123456789"]),
    st.sampled_from([Visibility.PUBLIC, Visibility.PRIVATE]),
)
SCHEDULES = st.builds(
    Schedule,
    st.sampled_from(Weekday),
    st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Argentina/ComodRivadavia", "Asia/Calcutta"]),
)
SETTINGS = st.builds(
    DigestSettings,
    workspace=st.just("T0123456789"),
    place=PLACES,
    set_by=st.just("U0123456789"),
    set_at=st.just(SET_AT),
    on=st.booleans(),
    schedule=SCHEDULES,
    sections=st.sets(st.sampled_from(DigestSection), min_size=1).map(
        lambda chosen: tuple(part for part in DigestSection if part in chosen)
    ),
    post_when_empty=st.booleans(),
    scope=st.sampled_from(DigestScope),
)


def _submitted(view: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Return the view as Slack submits it, with the state of some blocks changed."""
    values = view_state(view["blocks"])
    for block, state in changed.items():
        values[block] = {Action.ANSWER: state}
    return {**view, "state": {"values": values}}


def _modal() -> dict[str, Any]:
    place = Place("C0123456789", Visibility.PUBLIC)
    settings = DigestSettings("T0123456789", place, "U0123456789", SET_AT)
    return settings_modal(settings_choice(settings, saved=True))


@given(SETTINGS, st.booleans())
@settings(max_examples=40)
def test_an_unchanged_submission_changes_nothing(kept: DigestSettings, saved: bool) -> None:
    """Submitting the modal unchanged returns the settings that it was opened with."""
    view = settings_modal(settings_choice(kept, saved=saved))
    assert faults_of_view(view) == []
    assert digest_form_of(_submitted(view)).apply_to(kept, kept.set_by) == kept


def test_the_modal_shows_the_schedule_and_its_author() -> None:
    """The modal shows the schedule and its last change, or that no digest is set up."""
    assert "every Monday at 09:00 (UTC). Last changed by <@U0123456789> on 5 January" in str(
        _modal()["blocks"]
    )
    for zone, day in (("Pacific/Kiritimati", 6), ("Pacific/Pago_Pago", 4), ("Is/Nomore", 5)):
        at = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
        place = Place("C0123456789", Visibility.PUBLIC)
        there = DigestSettings("T1", place, "U1", at, schedule=Schedule(zone=zone))
        assert f"on {day} January 2026." in str(settings_modal(settings_choice(there, saved=True)))
    new = settings_modal(SettingsChoice(Place("C0123456789", Visibility.PUBLIC)))
    assert "Not set up here yet." in str(new["blocks"])


def test_a_digest_can_be_switched_on_from_app_home() -> None:
    """App Home says that it is off, and its button opens the modal with `on` selected."""
    place = Place("C0123456789", Visibility.PUBLIC)
    off = DigestSettings("T0123456789", place, "U0123456789", SET_AT, on=False)
    row = digest_blocks([UpcomingDigest(off, None)])[2].to_dict()
    assert "Off; your settings are kept" in row["text"]["text"]
    assert row["accessory"]["text"]["text"] == "Turn on"
    carried = digest_metadata_of(row["accessory"]["value"])
    assert (carried.place, carried.to_switch_on) == (place, True)
    view = settings_modal(replace(settings_choice(off, saved=True), on=True))
    assert digest_form_of(_submitted(view)).on
    assert "It is off." in str(view["blocks"])


def test_a_typed_zone_overrides_the_menu() -> None:
    """A typed zone overrides the menu; parsing does not check that the zone exists."""
    typed = _submitted(_modal(), digest_other_zone={"value": " Mars/Olympus "})
    assert digest_form_of(typed).schedule.zone == "Mars/Olympus"
    assert "Did you mean Europe/Berlin?" in unknown_zone_error("Europe/Berlin").message
    assert "An offset is no time zone" in unknown_zone_error("Etc/GMT-2").message
    assert unknown_zone_error(None).block == Block.DIGEST_OTHER_ZONE


@pytest.mark.parametrize(
    ("block", "state"),
    [
        (Block.DIGEST_TIME, {"selected_time": None}),
        (Block.DIGEST_SECTIONS, {"selected_options": []}),
    ],
)
def test_a_missing_value_is_an_error_at_its_field(block: Block, state: dict[str, Any]) -> None:
    """A missing time or an empty selection of sections is an error at that field."""
    with pytest.raises(FieldError) as raised:
        digest_form_of(_submitted(_modal(), **{block: state}))
    assert raised.value.block == block


def test_the_workspace_scope_needs_a_confirmation() -> None:
    """The workspace scope needs the confirmation that no external user reads the channel."""
    wanted = {"digest_scope": {"selected_option": {"value": "workspace"}}}
    with pytest.raises(FieldError) as raised:
        digest_form_of(_submitted(_modal(), **wanted))
    assert raised.value.block == Block.DIGEST_INSIDERS
    said = {"digest_insiders": {"selected_options": [{"value": "on"}]}}
    assert digest_form_of(_submitted(_modal(), **wanted, **said)).scope is DigestScope.WORKSPACE
    off = {"digest_on": {"selected_option": {"value": "off"}}}
    assert digest_form_of(_submitted(_modal(), **wanted, **off)).scope is DigestScope.WORKSPACE


def test_without_a_channel_a_public_one_is_required() -> None:
    """Opened without a channel, the modal requires one, and it must be public."""
    view = settings_modal(SettingsChoice(None))
    with pytest.raises(FieldError) as raised:
        digest_form_of(_submitted(view))
    assert raised.value.block == Block.DIGEST_CHANNEL
    chosen = _submitted(view, digest_channel={"selected_channel": "C1"})
    assert digest_form_of(chosen).place == Place("C1", Visibility.PUBLIC)
    assert digest_form_of(chosen).on


@given(st.none() | PLACES)
def test_a_button_carries_its_channel(place: Place | None) -> None:
    """A button's value decodes to the channel that it was encoded with."""
    assert digest_metadata_of(digest_metadata(place)).place == place


@pytest.mark.parametrize("carried", [None, "", "[]", '{"channel": 1}', '{"draft": "x"}'])
def test_unknown_metadata_is_rejected(carried: str | None) -> None:
    """Metadata in any other format is an invalid payload."""
    with pytest.raises(InvalidPayload):
        digest_metadata_of(carried)


@pytest.mark.parametrize(
    "changed",
    [
        {"digest_day": {"selected_option": {"value": "someday"}}},
        {"digest_time": {"selected_time": "25:00"}},
        {"digest_scope": {"selected_option": {"value": "world"}}},
        {"digest_sections": {"selected_options": [{"value": "gossip"}]}},
    ],
)
def test_values_not_offered_are_rejected(changed: dict[str, Any]) -> None:
    """A value that was not offered for day, time, scope or section is an invalid payload."""
    with pytest.raises(InvalidPayload):
        digest_form_of(_submitted(_modal(), **changed))


def test_offered_zones_are_valid() -> None:
    """The menu has valid, distinct zones, and no group exceeds Slack's limit."""
    offered = [zone for zones in OFFERED_ZONES.values() for zone in zones]
    assert [ZoneInfo(zone).key for zone in offered] == offered
    assert len(set(offered)) == len(offered)
    assert all(0 < len(zones) <= 100 for zones in OFFERED_ZONES.values())
    assert time(9) == Schedule().at


@given(st.none() | PLACES, SCHEDULES)
@settings(max_examples=20)
def test_the_offer_is_one_press(place: Place | None, schedule: Schedule) -> None:
    """The short modal is valid, names day and time, and asks for a channel if none is known."""
    view = digest_offer(SettingsChoice(place, schedule=schedule))
    assert faults_of_view(view) == []
    assert view["submit"]["text"] == "Turn on"
    assert f"very {schedule.weekday.capitalize()} at {schedule.at:%H:%M}" in str(view["blocks"])
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    assert len(inputs) == (place is None)
    state = {"digest_channel": {"selected_channel": "C1"}} if place is None else {}
    assert digest_place_of(_submitted(view, **state)) == place or place is None
