"""response_url: visibility, number of uses, lifetime."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.playground import Playground
from tests.playground import block_samples as s


@pytest.fixture
async def url(playground: Playground, app_stub: Any) -> str:
    sent = await playground.user("ada").command("product", "/ragvsft")
    return str(sent.payload["response_url"])


@pytest.fixture
async def clicked(playground: Playground, app_stub: Any, client: AsyncWebClient) -> str:
    blocks = [s.actions(s.button())]
    await client.chat_postMessage(channel="C0PRODUCT", text="Original", blocks=blocks)
    message = playground.messages("product")[-1]
    sent = await playground.user("ada").click(message, "go")
    return str(sent.payload["response_url"])


async def test_a_response_is_ephemeral_by_default(playground: Playground, url: str) -> None:
    """Without response_type only the user sees it; with in_channel everybody does."""
    hook = AsyncWebhookClient(url)
    await hook.send(text="Only you")
    assert playground.user("ada").sees("product")[-1].text == "Only you"
    assert playground.user("ben").sees("product")[-1].text != "Only you"
    await hook.send(text="Everybody", response_type="in_channel")
    assert playground.user("ben").sees("product")[-1].text == "Everybody"


async def test_a_response_url_needs_no_membership(playground: Playground, app_stub: Any) -> None:
    """A response_url works in a private channel that the app is not a member of."""
    sent = await playground.user("ada").command("leadership", "/ragvsft")
    await AsyncWebhookClient(sent.payload["response_url"]).send(text="Here")
    assert playground.user("ada").sees("leadership")[-1].text == "Here"


async def test_a_response_url_has_five_uses_and_thirty_minutes(
    playground: Playground, url: str
) -> None:
    """The sixth use is rejected, and so is any use after thirty minutes."""
    hook = AsyncWebhookClient(url)
    for _ in range(5):
        assert (await hook.send(text="x")).status_code == 200
    assert (await hook.send(text="x")).status_code == 404
    sent = await playground.user("ben").command("product", "/ragvsft")
    playground.advance(minutes=31)
    late = AsyncWebhookClient(sent.payload["response_url"])
    assert (await late.send(text="x")).status_code == 404
    assert [v.error for v in playground.violations] == ["used_url"]
    assert [v.error for v in playground.request_log.rejections] == ["expired_url"]


async def test_the_original_is_replaced(playground: Playground, clicked: str) -> None:
    """replace_original replaces the message that was clicked."""
    hook = AsyncWebhookClient(clicked)
    await hook.send(text="Instead", replace_original=True)
    assert playground.messages("product")[-1].text == "Instead"


async def test_a_thread_reply_needs_replace_original_false(
    playground: Playground, clicked: str
) -> None:
    """thread_ts alone overwrites the message; with replace_original false it is a reply."""
    parent = playground.messages("product")[-1]
    hook = AsyncWebhookClient(clicked)
    reply = {"text": "Reply", "response_type": "in_channel", "thread_ts": parent.ts}
    await hook.send_dict({**reply, "replace_original": False})
    assert [m.text for m in playground.user("ben").thread(parent)] == ["Reply"]
    await hook.send_dict(reply)
    assert parent.text == "Reply"


async def test_a_command_has_no_original(playground: Playground, url: str) -> None:
    """The message of a slash command can't be replaced, and invalid blocks are rejected."""
    hook = AsyncWebhookClient(url)
    assert (await hook.send(text="x", replace_original=True)).status_code == 400
    assert (await hook.send(blocks=[{"type": "banner"}])).status_code == 400
    assert [v.error for v in playground.violations] == ["invalid_response", "invalid_blocks"]


async def test_response_urls_have_no_limit_for_all_blocks(playground: Playground, url: str) -> None:
    """More than 13,200 characters of blocks are accepted through a response_url."""
    long = [s.section(text=s.mrkdwn("x" * 2900)) for _ in range(5)]
    assert (await AsyncWebhookClient(url).send(text="x", blocks=long)).status_code == 200
