"""The modal of a digest's settings: what it shows, and what it says when it is submitted."""

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
from bot.digest.views.settings import SettingsChoice, settings_choice, settings_modal
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
    """A modal as Slack sends it: untouched but for the states given by block."""
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
def test_submitted_untouched_it_says_what_it_showed(kept: DigestSettings, saved: bool) -> None:
    """Whatever is kept for a channel, opening the modal and saving it changes nothing."""
    view = settings_modal(settings_choice(kept, saved=saved))
    assert faults_of_view(view) == []
    assert digest_form_of(_submitted(view)).apply_to(kept, kept.set_by) == kept


def test_the_modal_says_how_it_stands_and_who_changed_it() -> None:
    """When it comes, and who set it last, on what day there; nothing of that where nobody has."""
    assert "every Monday at 09:00 (UTC). Last changed by <@U0123456789> on 5 January" in str(
        _modal()["blocks"]
    )
    for zone, day in (("Pacific/Kiritimati", 6), ("Pacific/Pago_Pago", 4), ("Is/Nomore", 5)):
        at = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
        place = Place("C0123456789", Visibility.PUBLIC)
        there = DigestSettings("T1", place, "U1", at, schedule=Schedule(zone=zone))
        assert f"on {day} January 2026." in str(settings_modal(settings_choice(there, saved=True)))
    new = settings_modal(SettingsChoice(Place("C0123456789", Visibility.PUBLIC)))
    assert "No digest comes here yet." in str(new["blocks"])


def test_what_is_off_can_be_switched_on_from_app_home() -> None:
    """App Home says that it is off, and its button opens the modal ready to switch it on."""
    place = Place("C0123456789", Visibility.PUBLIC)
    off = DigestSettings("T0123456789", place, "U0123456789", SET_AT, on=False)
    row = digest_blocks([UpcomingDigest(off, None)])[2].to_dict()
    assert "Switched off; what was chosen is kept" in row["text"]["text"]
    assert row["accessory"]["text"]["text"] == "Switch on"
    carried = digest_metadata_of(row["accessory"]["value"])
    assert (carried.place, carried.to_switch_on) == (place, True)
    view = settings_modal(replace(settings_choice(off, saved=True), on=True))
    assert digest_form_of(_submitted(view)).on
    assert "It is off." in str(view["blocks"])


def test_a_zone_typed_goes_before_the_menu() -> None:
    """What is typed is taken as it is typed; whether there is such a zone, others say."""
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
def test_what_is_missing_is_asked_for_at_its_field(block: Block, state: dict[str, Any]) -> None:
    """Without a time or any part, the modal stays and says what to choose."""
    with pytest.raises(FieldError) as raised:
        digest_form_of(_submitted(_modal(), **{block: state}))
    assert raised.value.block == block


def test_the_workspace_is_told_of_only_where_nobody_else_reads_it() -> None:
    """Whoever wants all decisions told says that nobody of another company reads them."""
    wanted = {"digest_scope": {"selected_option": {"value": "workspace"}}}
    with pytest.raises(FieldError) as raised:
        digest_form_of(_submitted(_modal(), **wanted))
    assert raised.value.block == Block.DIGEST_INSIDERS
    said = {"digest_insiders": {"selected_options": [{"value": "on"}]}}
    assert digest_form_of(_submitted(_modal(), **wanted, **said)).scope is DigestScope.WORKSPACE
    off = {"digest_on": {"selected_option": {"value": "off"}}}
    assert digest_form_of(_submitted(_modal(), **wanted, **off)).scope is DigestScope.WORKSPACE


def test_from_app_home_a_public_channel_is_chosen() -> None:
    """Where there is no channel yet, one is asked for, and it is a public one."""
    view = settings_modal(SettingsChoice(None))
    with pytest.raises(FieldError) as raised:
        digest_form_of(_submitted(view))
    assert raised.value.block == Block.DIGEST_CHANNEL
    chosen = _submitted(view, digest_channel={"selected_channel": "C1"})
    assert digest_form_of(chosen).place == Place("C1", Visibility.PUBLIC)
    assert digest_form_of(chosen).on


@given(st.none() | PLACES)
def test_a_button_carries_its_channel(place: Place | None) -> None:
    """What a button is about is what comes back."""
    assert digest_metadata_of(digest_metadata(place)).place == place


@pytest.mark.parametrize("carried", [None, "", "[]", '{"channel": 1}', '{"draft": "x"}'])
def test_what_is_not_ours_is_refused(carried: str | None) -> None:
    """A button or modal that carries something else is a bad request."""
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
def test_choices_that_were_not_offered_are_refused(changed: dict[str, Any]) -> None:
    """A forged day, time, scope or part is a bad request, not a failure of ours."""
    with pytest.raises(InvalidPayload):
        digest_form_of(_submitted(_modal(), **changed))


def test_every_zone_offered_is_one() -> None:
    """The menu offers zones that there are, each once, and no more than Slack takes in a group."""
    offered = [zone for zones in OFFERED_ZONES.values() for zone in zones]
    assert [ZoneInfo(zone).key for zone in offered] == offered
    assert len(set(offered)) == len(offered)
    assert all(0 < len(zones) <= 100 for zones in OFFERED_ZONES.values())
    assert time(9) == Schedule().at
