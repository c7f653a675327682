"""Submitting and closing modals, and the app's responses."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.playground import ClientError, Playground
from bot.playground.user_session import UserSession
from tests.playground import block_samples as s


@pytest.fixture
def ada(playground: Playground) -> UserSession:
    return playground.user("ada")


async def open_modal(
    playground: Playground, client: AsyncWebClient, ada: UserSession, *views: s.Json
) -> None:
    first, *others = views or (s.modal(),)
    trigger = playground.workspace.new_trigger(ada.user)
    await client.views_open(trigger_id=trigger, view=first)
    for view in others:
        assert ada.modal is not None
        trigger = playground.workspace.new_trigger(ada.user, ada.modal.id)
        await client.views_push(trigger_id=trigger, view=view)


async def submit(ada: UserSession, **answers: Any) -> Any:
    assert ada.modal is not None
    return await ada.submit(ada.modal, answers or {"why": "x"})


async def test_an_empty_ack_closes_only_the_topmost_modal(
    playground: Playground, app_stub: Any, client: AsyncWebClient, ada: UserSession
) -> None:
    """After an empty ack the modal below becomes visible."""
    await open_modal(playground, client, ada, s.modal(), s.modal(title=s.plain("Second")))
    await submit(ada)
    assert [view.title for view in ada.modals] == ["Title"]


async def test_clear_closes_all_modals(
    playground: Playground, app_stub: Any, client: AsyncWebClient, ada: UserSession
) -> None:
    """response_action clear closes all modals of the user."""
    await open_modal(playground, client, ada, s.modal(), s.modal())
    app_stub.answer = JSONResponse({"response_action": "clear"})
    await submit(ada)
    assert ada.modals == []


async def test_update_and_push_show_the_next_modal(
    playground: Playground, app_stub: Any, client: AsyncWebClient, ada: UserSession
) -> None:
    """Update replaces the submitted modal, push opens one on top of it."""
    await open_modal(playground, client, ada)
    for action, titles in (("update", ["Next"]), ("push", ["Next", "Next"])):
        view = s.modal(title=s.plain("Next"))
        app_stub.answer = JSONResponse({"response_action": action, "view": view})
        await submit(ada)
        assert [v.title for v in ada.modals] == titles
    assert playground.violations == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (JSONResponse({"response_action": "errors", "errors": {"nowhere": "No."}}),
         "invalid_response"),
        (JSONResponse({"response_action": "errors", "errors": {}}), "invalid_response"),
        (JSONResponse({"response_action": "errors", "errors": {"why": {"text": "No."}}}),
         "invalid_response"),
        (JSONResponse({"response_action": "errors", "errors": {"note": "No."}}),
         "invalid_response"),
        (JSONResponse({"response_action": "next"}), "invalid_response"),
        (JSONResponse({}), "invalid_response"),
        (PlainTextResponse("ok"), "invalid_response"),
        (JSONResponse({"response_action": "update", "view": s.modal(title=s.plain(""))}),
         "invalid_arguments"),
        (JSONResponse({"response_action": "update", "view": s.home()}), "invalid_arguments"),
        (JSONResponse({"response_action": "update"}), "invalid_arguments"),
    ],
)  # fmt: skip
async def test_an_invalid_response_shows_a_connection_error(
    playground: Playground,
    app_stub: Any,
    client: AsyncWebClient,
    ada: UserSession,
    answer: Response,
    error: str,
) -> None:
    """An invalid response is a violation, and the modal shows that there was trouble connecting."""
    note = s.section(block_id="note")
    await open_modal(playground, client, ada, s.modal(s.input_block(), note))
    app_stub.answer = answer
    await submit(ada)
    assert ada.modal is not None
    assert ada.modal.connection_error == "We had some trouble connecting. Try again?"
    assert [v.error for v in playground.violations] == [error]


async def test_a_fourth_modal_is_not_pushed(
    playground: Playground, app_stub: Any, client: AsyncWebClient, ada: UserSession
) -> None:
    """A push on top of three modals is a violation."""
    await open_modal(playground, client, ada, s.modal(), s.modal(), s.modal())
    app_stub.answer = JSONResponse({"response_action": "push", "view": s.modal()})
    await submit(ada)
    assert len(ada.modals) == 3
    assert [v.error for v in playground.violations] == ["push_limit_reached"]


async def test_a_failing_app_leaves_the_modal_and_its_values(
    playground: Playground, app_stub: Any, client: AsyncWebClient, ada: UserSession
) -> None:
    """After a 500 the modal stays open and shows a connection error; a second attempt works."""
    await open_modal(playground, client, ada)
    app_stub.answer = Response(status_code=500)
    assert (await submit(ada, why="typed")).error == "dispatch_failed"
    assert ada.modal is not None
    assert ada.modal.connection_error
    assert ada.modal.values["why"]["text"]["value"] == "typed"
    app_stub.answer = Response()
    await submit(ada)
    assert ada.modal is None


async def test_invalid_inputs_are_not_submitted(
    playground: Playground, app_stub: Any, client: AsyncWebClient, ada: UserSession
) -> None:
    """An empty required input, and one outside its limits, gets an error and nothing is sent."""
    short = s.input_block(s.text_input(min_length=3), "short", optional=True)
    await open_modal(playground, client, ada, s.modal(s.input_block(), short))
    with pytest.raises(ClientError):
        await submit(ada, short="xx")
    assert ada.modal is not None
    assert ada.modal.errors == {
        "why": "Please complete this required field.",
        "short": "Please use 3 to 3000 characters.",
    }
    assert app_stub.requests == []
    await submit(ada, why="x", short=None)
    assert ada.modal is None


async def test_every_input_has_a_state(
    playground: Playground, app_stub: Any, client: AsyncWebClient, ada: UserSession
) -> None:
    """Filled and empty inputs are in the payload as Slack sends them."""
    kinds: dict[str, Any] = {
        "plain_text_input": "x",
        "radio_buttons": "v1",
        "checkboxes": ["Option 0"],
        "users_select": "ben",
        "multi_users_select": ["ben", "U0DEV"],
        "channels_select": "product",
        "conversations_select": "#leadership",
        "datepicker": "2026-03-01",
        "timepicker": "09:30",
    }
    with_options = {"radio_buttons", "checkboxes"}
    blocks = [
        s.input_block(
            {"type": kind, "action_id": "a"}
            | ({"options": s.options(2)} if kind in with_options else {}),
            f"{kind}-{touched}",
            optional=True,
        )
        for kind in kinds
        for touched in ("filled", "empty")
    ]
    await open_modal(playground, client, ada, s.modal(*blocks))
    await submit(ada, **{f"{kind}-filled": value for kind, value in kinds.items()})
    payload = json.loads(parse_qs(app_stub.requests[0][1].decode())["payload"][0])
    states = {
        block_id: {k: v for k, v in state["a"].items() if k != "type"}
        for block_id, state in payload["view"]["state"]["values"].items()
    }
    assert states["plain_text_input-filled"] == {"value": "x"}
    assert states["radio_buttons-filled"]["selected_option"]["value"] == "v1"
    assert [o["value"] for o in states["checkboxes-filled"]["selected_options"]] == ["v0"]
    assert states["users_select-filled"] == {"selected_user": "U0BEN"}
    assert states["multi_users_select-filled"] == {"selected_users": ["U0BEN", "U0DEV"]}
    assert states["channels_select-filled"] == {"selected_channel": "C0PRODUCT"}
    assert states["conversations_select-filled"] == {"selected_conversation": "C0LEADERS"}
    assert states["datepicker-filled"] == {"selected_date": "2026-03-01"}
    assert states["timepicker-filled"] == {"selected_time": "09:30"}
    empty = {block_id: state for block_id, state in states.items() if block_id.endswith("empty")}
    assert empty == {
        "plain_text_input-empty": {"value": None},
        "radio_buttons-empty": {"selected_option": None},
        "checkboxes-empty": {"selected_options": []},
        "users_select-empty": {"selected_user": None},
        "multi_users_select-empty": {"selected_users": []},
        "channels_select-empty": {"selected_channel": None},
        "conversations_select-empty": {"selected_conversation": None},
        "datepicker-empty": {"selected_date": None},
        "timepicker-empty": {"selected_time": None},
    }


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "channels_select", "action_id": "a"}, "leadership"),
        ({"type": "channels_select", "action_id": "a"}, "old-project"),
        (s.select(), "v9"),
    ],
)
async def test_a_menu_accepts_only_what_it_offers(
    playground: Playground,
    app_stub: Any,
    client: AsyncWebClient,
    ada: UserSession,
    element: s.Json,
    value: str,
) -> None:
    """channels_select offers public channels that are not archived, a select its own options."""
    await open_modal(playground, client, ada, s.modal(s.input_block(element)))
    with pytest.raises(ClientError):
        await submit(ada, why=value)


async def test_a_modal_or_all_of_them_can_be_closed(
    playground: Playground, app_stub: Any, client: AsyncWebClient, ada: UserSession
) -> None:
    """Cancel closes the topmost modal, the x all of them; a modal below can't be closed."""
    await open_modal(playground, client, ada, s.modal(), s.modal(), s.modal())
    root, second, topmost = ada.modals
    with pytest.raises(ClientError):
        await ada.close(root)
    await ada.close(topmost)
    assert ada.modals == [root, second]
    await ada.close(second, everything=True)
    assert ada.modals == []


async def test_closing_sends_view_closed_if_requested(
    playground: Playground, app_stub: Any, client: AsyncWebClient, ada: UserSession
) -> None:
    """Cancel names the topmost modal, the x the root with is_cleared; neither has input values."""
    await open_modal(playground, client, ada, s.modal(notify_on_close=True), s.modal())
    root = ada.modals[0]
    assert ada.modal is not None
    assert await ada.close(ada.modal) is None
    sent = await ada.close(root)
    assert sent is not None
    assert (sent.payload["view"]["id"], sent.payload["is_cleared"]) == (root.id, False)
    assert sent.payload["view"]["state"] == {"values": {}}
    await open_modal(playground, client, ada, s.modal(notify_on_close=True), s.modal())
    root = ada.modals[0]
    assert ada.modal is not None
    sent = await ada.close(ada.modal, everything=True)
    assert sent is not None
    assert (sent.payload["view"]["id"], sent.payload["is_cleared"]) == (root.id, True)
    assert ada.modals == []


async def test_cancelling_a_modal_with_clear_on_close_closes_all(
    playground: Playground, app_stub: Any, client: AsyncWebClient, ada: UserSession
) -> None:
    """The modals below close too, and view_closed says is_cleared."""
    topmost = s.modal(clear_on_close=True, notify_on_close=True)
    await open_modal(playground, client, ada, s.modal(), topmost)
    assert ada.modal is not None
    sent = await ada.close(ada.modal)
    assert sent is not None
    assert sent.payload["is_cleared"]
    assert ada.modals == []
