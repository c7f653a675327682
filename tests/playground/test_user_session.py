"""Commands, shortcuts, App Home and clicks: payloads and permissions."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.playground import ClientError, Playground
from tests.playground import block_samples as s


async def posted(
    playground: Playground, client: AsyncWebClient, *elements: s.Json, channel: str = "C0SUPPORTAI"
) -> Any:
    await client.chat_postMessage(channel=channel, text="x", blocks=[s.actions(*elements)])
    return playground.workspace.messages[channel][-1]


async def test_the_response_to_a_command_is_ephemeral_by_default(
    playground: Playground, app_stub: Any
) -> None:
    """Only the user sees a text; in_channel shows the typed command and the response to all."""
    ada, ben = playground.user("ada"), playground.user("ben")
    app_stub.answer = PlainTextResponse("Only you")
    await ada.command("product", "/ragvsft", "list")
    assert ada.sees("product")[-1].text == "Only you"
    assert ben.sees("product")[-1].text != "Only you"
    app_stub.answer = JSONResponse({"response_type": "in_channel", "text": "Everybody"})
    await ada.command("product", "/ragvsft", "list")
    assert [m.text for m in ben.sees("product")[-2:]] == ["/ragvsft list", "Everybody"]


@pytest.mark.parametrize(
    "answer",
    [
        JSONResponse({"text": "x", "response_type": "everywhere"}),
        JSONResponse({"blocks": [{"type": "banner"}]}),
        JSONResponse(["x"]),
        JSONResponse({"response_type": "ephemeral"}),
    ],
)
async def test_an_invalid_response_to_a_command_is_a_violation(
    playground: Playground, app_stub: Any, answer: Response
) -> None:
    """The user sees invalid_command_response, and a violation is logged."""
    app_stub.answer = answer
    ada = playground.user("ada")
    await ada.command("product", "/ragvsft")
    assert ada.notices == ['/ragvsft failed with the error "invalid_command_response"']
    assert len(playground.violations) == 1


async def test_who_can_use_a_command(playground: Playground, app_stub: Any) -> None:
    """Only internal members of a channel that is not archived; only known commands."""
    for who, channel, name in (
        ("chloe", "leadership", "/ragvsft"),
        ("ada", "old-project", "/ragvsft"),
        ("eve", "partners", "/ragvsft"),
        ("ada", "product", "/other"),
    ):
        with pytest.raises(ClientError):
            await playground.user(who).command(channel, name)
    assert app_stub.requests == []
    await playground.uninstall()
    with pytest.raises(ClientError):
        await playground.user("ada").command("product", "/ragvsft")


async def test_a_button_in_a_message(
    playground: Playground, app_stub: Any, client: AsyncWebClient
) -> None:
    """The payload has channel, message, response_url and the button's value."""
    message = await posted(playground, client, s.button(value="12", style="primary"))
    sent = await playground.user("ada").click(message, "go")
    payload = sent.payload
    assert payload["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": "C0SUPPORTAI",
        "is_ephemeral": False,
    }
    assert payload["message"]["ts"] == message.ts
    assert payload["channel"] == {"id": "C0SUPPORTAI", "name": "support-ai"}
    (action,) = payload["actions"]
    assert (action["type"], action["value"], action["block_id"]) == ("button", "12", "buttons")
    assert payload["response_url"]
    assert payload["trigger_id"]


async def test_the_payload_of_an_ephemeral_message_has_no_message(
    playground: Playground, app_stub: Any, client: AsyncWebClient
) -> None:
    """An ephemeral message is not part of the payload, and no other user can click it."""
    await client.chat_postEphemeral(
        channel="C0PRODUCT", user="U0ADA", text="x", blocks=[s.actions(s.button())]
    )
    message = playground.messages("product")[-1]
    sent = await playground.user("ada").click(message, "go")
    assert "message" not in sent.payload
    assert sent.payload["container"]["is_ephemeral"] is True
    with pytest.raises(ClientError):
        await playground.user("ben").click(message, "go")


async def test_a_button_in_a_home_tab_has_no_channel(
    playground: Playground, app_stub: Any, client: AsyncWebClient
) -> None:
    """In App Home the payload has the view, and neither channel, message nor response_url."""
    await client.views_publish(user_id="U0ADA", view=s.home(s.actions(s.button())))
    ada = playground.user("ada")
    assert ada.home is not None
    sent = await ada.click(ada.home, "go")
    assert not {"channel", "message", "response_url"} & set(sent.payload)
    assert sent.payload["container"] == {"type": "view", "view_id": ada.home.id}
    assert sent.payload["view"]["hash"] == ada.home.hash
    open_from_home = await client.views_open(trigger_id=sent.payload["trigger_id"], view=s.modal())
    assert open_from_home["ok"]


async def test_menus_and_overflow_send_the_chosen_option(
    playground: Playground, app_stub: Any, client: AsyncWebClient
) -> None:
    """A select and an overflow menu send the option; no other option can be chosen."""
    overflow = {"type": "overflow", "action_id": "more", "options": s.options(2)}
    message = await posted(playground, client, s.select(), overflow)
    ada = playground.user("ada")
    for action_id in ("pick", "more"):
        sent = await ada.click(message, action_id, "v1")
        assert sent.payload["actions"][0]["selected_option"]["value"] == "v1"
        with pytest.raises(ClientError):
            await ada.click(message, action_id, "v9")
    with pytest.raises(ClientError):
        await ada.click(message, "nowhere")


async def test_an_input_sends_actions_only_with_dispatch_action(
    playground: Playground, app_stub: Any, client: AsyncWebClient
) -> None:
    """Without dispatch_action an input sends no block_actions; with it the state is included."""
    ada = playground.user("ada")
    silent = s.input_block(s.select(), "silent")
    loud = s.input_block(s.select(), "loud", dispatch_action=True)
    trigger = playground.workspace.new_trigger(ada.user)
    await client.views_open(trigger_id=trigger, view=s.modal(silent, loud))
    assert ada.modal is not None
    with pytest.raises(ClientError):
        await ada.click(ada.modal, "pick", "v1", block_id="silent")
    sent = await ada.click(ada.modal, "pick", "v1", block_id="loud")
    state = sent.payload["view"]["state"]["values"]["loud"]["pick"]
    assert state["selected_option"]["value"] == "v1"


async def test_a_failed_click_is_shown(
    playground: Playground, app_stub: Any, client: AsyncWebClient
) -> None:
    """A failing app leads to a notice; an ack with a body is a violation."""
    message = await posted(playground, client, s.button())
    ada = playground.user("ada")
    app_stub.answer = Response(status_code=500)
    await ada.click(message, "go")
    assert ada.notices == ["⚠ ragvsft did not respond. Try again."]
    app_stub.answer = PlainTextResponse("ok")
    await ada.click(message, "go")
    assert [v.error for v in playground.violations] == ["invalid_response"]


async def test_an_external_user_has_their_own_team(
    playground: Playground, app_stub: Any, client: AsyncWebClient
) -> None:
    """In a shared channel the team of an external user is not the installing one."""
    message = await posted(playground, client, s.button(), channel="C0PARTNERS")
    sent = await playground.user("eve").click(message, "go")
    assert sent.payload["user"]["team_id"] == "T0OUTSIDE"
    assert sent.payload["team"]["id"] == "T0NORTH"


async def test_shortcuts_have_slacks_fields(playground: Playground, app_stub: Any) -> None:
    """On a message: escaped text, channel and response_url; a global shortcut has none of them."""
    ada = playground.user("ada")
    message = ada.say("support-ai", "R&D asks: <why> not?")
    sent = await ada.message_shortcut(message, "decide_from_message")
    assert sent.payload["type"] == "message_action"
    assert sent.payload["message"]["text"] == "R&amp;D asks: &lt;why&gt; not?"
    assert {"channel", "response_url", "trigger_id", "message_ts"} <= set(sent.payload)
    sent = await ada.global_shortcut("start_decision")
    assert sent.payload["type"] == "shortcut"
    assert not {"channel", "response_url"} & set(sent.payload)
    with pytest.raises(ClientError):
        await ada.global_shortcut("decide_from_message")


async def test_opening_home_sends_the_published_view(
    playground: Playground, app_stub: Any, client: AsyncWebClient
) -> None:
    """app_home_opened names tab and conversation, and the view after the first publish."""
    ada = playground.user("ada")
    first = await ada.open_home()
    event = first.payload["event"]
    assert (event["type"], event["tab"], event["channel"]) == ("app_home_opened", "home", "D0ADA")
    assert "view" not in event
    await client.views_publish(user_id="U0ADA", view=s.home())
    second = await ada.open_home()
    assert second.payload["event"]["view"]["type"] == "home"
    assert "view" not in (await ada.open_home("messages")).payload["event"]
