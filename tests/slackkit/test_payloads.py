"""Payloads are read as who, where and what."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decisions.model import Person, Place, Visibility
from bot.slackkit.origin import ORIGIN
from bot.slackkit.payloads import (
    InvalidPayload,
    action_of,
    chosen_channel,
    claim_of,
    decision_of,
    event_sender,
    number_pressed,
    number_typed,
    parse_command,
    place_of_command,
    place_of_message,
    sender,
    text_of_message,
)

NESTED = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["id", "team_id", "user", "team", "view", "values", "text", "x"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            {"user": {"id": "U1", "team_id": "T1"}, "team": {"id": "T1", "domain": "x"}},
            id="workspace",
        ),
        pytest.param(
            {"user": {"id": "U1"}, "team": {"id": "T1", "enterprise_id": "E1"}},
            id="workspace of an organisation",
        ),
        pytest.param(
            {
                "user": {"id": "U1", "team_id": "T1"},
                "team": None,
                "enterprise": {"id": "E1"},
                "is_enterprise_install": True,
                "view": {"app_installed_team_id": "T1"},
            },
            id="organisation, in a view",
        ),
        pytest.param(
            {
                "user": {"id": "U1", "team_id": "T1"},
                "team": None,
                "enterprise": {"id": "E1"},
                "is_enterprise_install": True,
                "channel": {"id": "C1", "name": "product"},
            },
            id="organisation, in a message",
        ),
        pytest.param(
            {"command": "/ragvsft", "team_id": "T1", "user_id": "U1", "enterprise_id": "E1"},
            id="command",
        ),
    ],
)
def test_the_sender_is_read(body: dict[str, Any]) -> None:
    """Workspace and user are read from the payloads of every kind of installation."""
    assert sender(body) == Person("T1", "U1")


def test_the_user_of_an_event_is_read() -> None:
    """An event names its workspace beside it, and its user in it."""
    body = {"team_id": "T1", "event": {"type": "app_home_opened", "user": "U1"}}
    assert event_sender(body) == Person("T1", "U1")


@pytest.mark.parametrize(
    "body",
    [
        {"user": {"id": "U9", "team_id": "T9"}, "team": {"id": "T1"}},
        {
            "user": {"id": "U9", "team_id": "T9"},
            "team": None,
            "view": {"app_installed_team_id": "T1"},
        },
        {"user": {"id": "U9", "team_id": "T9"}, "team": None, ORIGIN: "T1"},
    ],
)
def test_the_workspace_is_that_of_the_message(body: dict[str, Any]) -> None:
    """The workspace is that of the app or of the message; the person's own is known apart."""
    claim = claim_of(body)
    assert (claim.person, claim.home, claim.is_guess) == (Person("T1", "U9"), "T9", False)


def test_the_organisation_of_an_external_user_is_not_the_workspaces() -> None:
    """`enterprise` counts where the organisation installed the app; else that of the team."""
    pressed = {"user": {"id": "U9", "team_id": "T9"}, "team": {"id": "T1"}}
    theirs = {"enterprise": {"id": "E9"}}
    assert claim_of(pressed | theirs).enterprise is None
    ours = {"team": {"id": "T1", "enterprise_id": "E1"}}
    assert claim_of(pressed | theirs | ours).enterprise == "E1"
    installed = {"team": None, "is_enterprise_install": True, ORIGIN: "T1"}
    assert claim_of(pressed | theirs | installed).enterprise == "E9"


@given(st.dictionaries(st.sampled_from(["user", "team", "view", "team_id", "user_id"]), NESTED))
def test_any_payload_has_a_sender_or_an_error(body: dict[str, Any]) -> None:
    """Any payload has a sender, or raises the documented error."""
    try:
        person = sender(body)
    except InvalidPayload:
        return
    assert person.workspace
    assert person.user


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("product", Place("C1", Visibility.PUBLIC)),
        ("privategroup", Place("C1", Visibility.PRIVATE)),
        ("mpdm-ada--ben--cem-1", Place("C1", Visibility.PRIVATE)),
        ("directmessage", Place("U1", Visibility.DIRECT)),
    ],
)
def test_the_place_of_a_command_is_read(name: str, place: Place) -> None:
    """The channel's name shows who can read there; direct messages are the user's."""
    body = {"channel_id": "C1", "channel_name": name, "user_id": "U1"}
    assert place_of_command(body) == place
    message = {"channel": {"id": "C1", "name": name}, "user": {"id": "U1"}}
    assert place_of_message(message) == place


@pytest.mark.parametrize(
    ("said", "name"),
    [("product", "product"), ("privategroup", ""), ("mpdm-ada--ben-1", ""), ("directmessage", "")],
)
def test_only_a_public_channel_has_a_name(said: str, name: str) -> None:
    """The placeholder that Slack sends for a private channel is not taken for its name."""
    body = {"channel_id": "C1", "channel_name": said, "user_id": "U1"}
    assert place_of_command(body).name == name


@pytest.mark.parametrize("body", [{}, {"channel": None}, {"channel": {}}, {"channel": "C1"}])
def test_an_action_outside_of_channels_has_no_place(body: dict[str, Any]) -> None:
    """A global shortcut and a button in App Home belong to no channel."""
    assert place_of_message(body) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ("", "")),
        ("", ("", "")),
        ("  HELP ", ("help", "")),
        ("start  hosting ", ("start", "hosting")),
        ("search Two Words", ("search", "Two Words")),
    ],
)
def test_a_command_is_parsed(text: str | None, words: tuple[str, str]) -> None:
    """The first word is lower-cased, the rest is unchanged."""
    assert parse_command({"text": text}) == words


@pytest.mark.parametrize("body", [{}, {"actions": []}, {"actions": None}, {"actions": ["x"]}])
def test_a_payload_without_action_is_refused(body: dict[str, Any]) -> None:
    """A payload without an action is refused."""
    with pytest.raises(InvalidPayload):
        action_of(body)


def test_the_action_is_read() -> None:
    """The action is the one that was pressed."""
    action = {"action_id": "back"}
    assert action_of({"actions": [action]}) == action


def test_buttons_carry_their_decision() -> None:
    """A button's block id has the number of its decision."""
    assert decision_of({"block_id": "decision:12"}) == 12


@pytest.mark.parametrize(
    "block_id", ["", "decision:", "decision:x", "decision:-1", "decision:1.5", "other", None]
)
def test_a_button_of_no_decision_is_refused(block_id: str | None) -> None:
    """A block id without a number is refused."""
    with pytest.raises(InvalidPayload):
        decision_of({"block_id": block_id})


def test_a_channel_select_gives_a_public_place() -> None:
    """A channel select gives a public place, a button none."""
    assert chosen_channel({"selected_channel": "C2"}) == Place("C2", Visibility.PUBLIC)
    assert chosen_channel({"value": "12"}) is None


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"message": {"text": "a &lt;b&gt; &amp; c"}}, "a &lt;b&gt; &amp; c"),
        ({"message": {"text": None}}, ""),
        ({"message": None}, ""),
        ({}, ""),
    ],
)
def test_the_text_of_a_message(body: dict[str, Any], text: str) -> None:
    """The text of a shortcut's message is returned as mrkdwn."""
    assert text_of_message(body) == text


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12),
        ("#12", 12),
        (" 12 ", 12),
        ("", None),
        ("-1", None),
        ("٣", None),
        ("1" * 13, None),
    ],
)
def test_typed_numbers_are_parsed(typed: str, number: int | None) -> None:
    """A decision's number is typed with or without #; other text is no number."""
    assert number_typed(typed) == number


def test_a_button_without_a_number_is_refused() -> None:
    """A button whose value is no number is a bad request."""
    with pytest.raises(InvalidPayload):
        number_pressed({"value": "twelve"})
