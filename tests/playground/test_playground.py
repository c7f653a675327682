"""A complete flow: a command, a modal, a message."""

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import JSONResponse

from bot.playground import Playground


def modal(**more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Title"},
        "submit": {"type": "plain_text", "text": "Go"},
        "blocks": [
            {
                "type": "input",
                "block_id": "why",
                "label": {"type": "plain_text", "text": "Why"},
                "element": {"type": "plain_text_input", "action_id": "text"},
            }
        ],
        **more,
    }


async def test_a_command_a_modal_and_a_message(
    playground: Playground, app_stub: Any, client: AsyncWebClient
) -> None:
    """A command's trigger opens a modal, submitting it closes it, and a message can be posted."""
    ada = playground.user("ada")
    sent = await ada.command("product", "/ragvsft", "")
    assert sent.ok
    await client.views_open(trigger_id=sent.payload["trigger_id"], view=modal())
    assert ada.modal is not None
    submitted = await ada.submit(ada.modal, {"why": "because"})
    state = submitted.payload["view"]["state"]["values"]
    assert state == {"why": {"text": {"type": "plain_text_input", "value": "because"}}}
    assert ada.modal is None
    await client.chat_postMessage(channel="C0PRODUCT", text="Decided")
    assert ada.sees("product")[-1].text == "Decided"
    assert playground.violations == []


async def test_errors_are_shown_at_their_inputs(
    playground: Playground, app_stub: Any, client: AsyncWebClient
) -> None:
    """A response with errors keeps the modal open and shows the texts at the inputs."""
    ada = playground.user("ada")
    sent = await ada.command("product", "/ragvsft", "")
    await client.views_open(trigger_id=sent.payload["trigger_id"], view=modal())
    app_stub.answer = JSONResponse({"response_action": "errors", "errors": {"why": "No."}})
    assert ada.modal is not None
    await ada.submit(ada.modal, {"why": "because"})
    assert ada.modal is not None
    assert ada.modal.errors == {"why": "No."}
