"""What Slack sends, read as who, where and what."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decisions.model import Person, Place, Review, ReviewChoice, Visibility, Workflow
from bot.slack.forms import (
    FieldError,
    ViewMetadata,
    answers_of,
    destination_of,
    metadata_of,
    workflow_of,
)
from bot.slack.payloads import (
    Outsider,
    Unreadable,
    place_of_command,
    place_of_message,
    text_of_message,
    typed,
    who,
    who_of_event,
)
from bot.slack.presses import chosen_channel, decision_of, pressed

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


def view(**values: dict[str, Any]) -> dict[str, Any]:
    """Return a submitted view with these answers by block."""
    return {"state": {"values": {block: {"answer": value} for block, value in values.items()}}}


def option(value: str) -> dict[str, Any]:
    """Return a chosen option."""
    return {"selected_option": {"value": value, "text": {"type": "plain_text", "text": "x"}}}


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
def test_who_sent_it(body: dict[str, Any]) -> None:
    """The workspace and the user are found in the payloads of every kind of installation."""
    assert who(body) == Person("T1", "U1")


def test_who_an_event_is_about() -> None:
    """An event names its workspace beside it, and its user within it."""
    body = {"team_id": "T1", "event": {"type": "app_home_opened", "user": "U1"}}
    assert who_of_event(body) == Person("T1", "U1")


@pytest.mark.parametrize(
    "body",
    [
        {"user": {"id": "U9", "team_id": "T9"}, "team": {"id": "T1"}},
        {
            "user": {"id": "U9", "team_id": "T9"},
            "team": None,
            "view": {"app_installed_team_id": "T1"},
        },
    ],
)
def test_people_of_other_workspaces_are_outsiders(body: dict[str, Any]) -> None:
    """Somebody whose home is another workspace is refused, in a message and in a view."""
    with pytest.raises(Outsider):
        who(body)


@given(st.dictionaries(st.sampled_from(["user", "team", "view", "team_id", "user_id"]), NESTED))
def test_who_reads_any_payload_or_says_it_cannot(body: dict[str, Any]) -> None:
    """Any payload names somebody, is an outsider's, or is unreadable; nothing breaks."""
    try:
        person = who(body)
    except (Unreadable, Outsider):
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
def test_where_a_command_was_typed(name: str, place: Place) -> None:
    """The channel's name in a payload tells who can read there; direct messages are the user's."""
    body = {"channel_id": "C1", "channel_name": name, "user_id": "U1"}
    assert place_of_command(body) == place
    message = {"channel": {"id": "C1", "name": name}, "user": {"id": "U1"}}
    assert place_of_message(message) == place


@pytest.mark.parametrize("body", [{}, {"channel": None}, {"channel": {}}, {"channel": "C1"}])
def test_an_action_outside_of_channels_has_no_place(body: dict[str, Any]) -> None:
    """A global shortcut and a button in App Home belong to no channel."""
    assert place_of_message(body) is None


def test_metadata_comes_back_as_it_was_sent() -> None:
    """A view's metadata survives the way to Slack and back."""
    metadata = ViewMetadata(draft="0" * 32, step="knowledge")
    assert metadata_of({"private_metadata": metadata.model_dump_json()}) == metadata


@pytest.mark.parametrize(
    "text", [None, "", "{}", "[]", "no json", '{"draft":"1","step":"2","x":3}']
)
def test_foreign_metadata_is_unreadable(text: str | None) -> None:
    """Metadata that is not ours, down to one key too many, is refused."""
    with pytest.raises(Unreadable):
        metadata_of({"private_metadata": text})


def test_the_first_page_is_read_whole() -> None:
    """Title, problem, deciders and review of the first page arrive, tidied at the edges."""
    workflow = workflow_of(
        view(
            title={"value": "  Answers\n for support "},
            problem={"value": "\nIt invents\nrefund rules. "},
            deciders={"selected_users": ["U2", "U3"]},
            review_choice=option("date"),
            review_day={"selected_date": "2026-03-01"},
        ),
        "U1",
    )
    assert workflow == Workflow(
        title="Answers for support",
        problem="It invents\nrefund rules.",
        deciders=("U2", "U3"),
        review=Review(ReviewChoice.ON_DATE, date(2026, 3, 1)),
    )


def test_what_is_left_empty_has_a_default() -> None:
    """Untouched fields are null: the driver decides, and the review is in 90 days."""
    untouched = view(
        title={"value": "T"},
        problem={"value": None},
        deciders={"selected_users": []},
        review_choice={"selected_option": None},
        review_day={"selected_date": None},
    )
    assert workflow_of(untouched, "U1") == Workflow(title="T", deciders=("U1",))


@pytest.mark.parametrize(
    ("values", "block"),
    [
        ({"title": {"value": None}}, "title"),
        ({"title": {"value": " \n\t "}}, "title"),
        ({}, "title"),
        ({"title": {"value": "T"}, "review_choice": option("date")}, "review_day"),
    ],
)
def test_a_first_page_that_will_not_do(values: dict[str, Any], block: str) -> None:
    """A missing title, or a day that was announced but not picked, is told at its field."""
    with pytest.raises(FieldError) as raised:
        workflow_of(view(**values), "U1")
    assert raised.value.block == block
    assert raised.value.message.endswith(".")


def test_answers_of_a_page() -> None:
    """Answers are read by question; "don't know" is one, and what is untouched is left out."""
    page = view(
        **{
            "question:freshness": option("weekly"),
            "question:examples": option("dont_know"),
            "question:risk": {"selected_option": None},
            "navigation": option("weekly"),
        }
    )
    assert answers_of(page) == {"freshness": "weekly", "examples": None}


@pytest.mark.parametrize("values", [{}, {"state": None}, {"state": {}}, {"state": {"values": []}}])
def test_a_page_without_answers(values: dict[str, Any]) -> None:
    """A view without state has no answers; Slack leaves it out where there are no inputs."""
    assert answers_of(values) == {}


HERE = Place("C1", Visibility.PRIVATE)


@pytest.mark.parametrize(
    ("channel", "origin", "place"),
    [
        (None, HERE, HERE),
        ("C2", HERE, Place("C2", Visibility.PUBLIC)),
        ("C2", None, Place("C2", Visibility.PUBLIC)),
    ],
)
def test_where_to_post(channel: str | None, origin: Place | None, place: Place) -> None:
    """A channel that was chosen wins over the place where the questionnaire was opened."""
    assert destination_of(view(other_channel={"selected_channel": channel}), origin) == place


def test_without_a_place_a_channel_must_be_chosen() -> None:
    """From App Home there is no "here", so leaving the channel out is told at its field."""
    with pytest.raises(FieldError) as raised:
        destination_of(view(other_channel={"selected_channel": None}), None)
    assert raised.value.block == "other_channel"


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
def test_what_was_typed(text: str | None, words: tuple[str, str]) -> None:
    """The first word is taken in lower case, the rest as it was typed."""
    assert typed({"text": text}) == words


@pytest.mark.parametrize("body", [{}, {"actions": []}, {"actions": None}, {"actions": ["x"]}])
def test_a_press_of_nothing_is_unreadable(body: dict[str, Any]) -> None:
    """A payload that reports no action is refused."""
    with pytest.raises(Unreadable):
        pressed(body)


def test_a_press_names_its_action() -> None:
    """The action reported is the one that was pressed."""
    action = {"action_id": "back"}
    assert pressed({"actions": [action]}) == action


def test_buttons_carry_their_decision() -> None:
    """The number of a decision stands in the id of its buttons' block."""
    assert decision_of({"block_id": "decision:12"}) == 12


@pytest.mark.parametrize(
    "block_id", ["", "decision:", "decision:x", "decision:-1", "decision:1.5", "other", None]
)
def test_a_button_of_no_decision_is_unreadable(block_id: str | None) -> None:
    """A block id without a number is refused."""
    with pytest.raises(Unreadable):
        decision_of({"block_id": block_id})


def test_a_channel_picked_in_a_message() -> None:
    """A channel select gives a public place, a button none."""
    assert chosen_channel({"selected_channel": "C2"}) == Place("C2", Visibility.PUBLIC)
    assert chosen_channel({"value": "12"}) is None


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"message": {"text": "a &lt;b&gt; &amp; c"}}, "a <b> & c"),
        ({"message": {"text": None}}, ""),
        ({"message": None}, ""),
        ({}, ""),
    ],
)
def test_the_text_of_a_message(body: dict[str, Any], text: str) -> None:
    """The text of a message that a shortcut was used on is what its reader saw."""
    assert text_of_message(body) == text
