"""The HTTP API of the page."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import JSONResponse

from bot.playground import Playground
from tests.playground import block_samples as s


@pytest.fixture
async def page(playground: Playground) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(playground.slack.base_url) as session:
        yield session


async def state(page: aiohttp.ClientSession, who: str = "U0ADA") -> Any:
    async with page.get("/client/state", params={"as": who}) as response:
        return await response.json()


async def do(page: aiohttp.ClientSession, what: str, **asked: Any) -> Any:
    async with page.post(f"/client/{what}", json={"as": "U0ADA", **asked}) as response:
        return await response.json()


async def test_the_state_has_only_what_the_user_may_see(page: aiohttp.ClientSession) -> None:
    """Ada sees leadership, Chloe does not; Eve sees only the shared channel; no one others' DMs."""
    seen = {who: {c["name"]: c for c in (await state(page, who))["channels"]}
            for who in ("U0ADA", "U0CHLOE", "U0EVE")}  # fmt: skip
    assert seen["U0ADA"]["leadership"]["kind"] == "private"
    assert "leadership" not in seen["U0CHLOE"]
    assert set(seen["U0EVE"]) == {"partners"}
    assert seen["U0ADA"]["ragvsft"]["other"] == "U0BOT"
    ids = [c["id"] for c in (await state(page))["channels"]]
    assert ids.count("D0ADA") == 1
    assert "D0BEN" not in ids
    assert (await state(page, "U0NOBODY"))["error"] == "unknown_person"


async def test_the_app_is_offered_to_its_own_workspace_only(page: aiohttp.ClientSession) -> None:
    """An external user gets no commands and no shortcuts of the app."""
    inside, outside = [(await state(page, who))["app"] for who in ("U0ADA", "U0EVE")]
    assert "/ragvsft" in [each["name"] for each in inside["commands"]]
    assert inside["shortcuts"]
    assert outside["commands"] == outside["shortcuts"] == []


async def test_a_complete_flow_through_the_page_api(
    playground: Playground, app_stub: Any, client: AsyncWebClient, page: aiohttp.ClientSession
) -> None:
    """Command, modal with an error at an input, submission, message with a button: all by HTTP."""
    assert (await do(page, "command", channel="C0PRODUCT", text="/ragvsft list mine"))["ok"]
    trigger = playground.dispatches[-1].payload["trigger_id"]
    assert playground.dispatches[-1].payload["text"] == "list mine"
    await client.views_open(trigger_id=trigger, view=s.modal())
    (view,) = (await state(page))["modals"]
    answer = await do(page, "submit", view_id=view["id"], values={})
    assert answer["error"] == "invalid_fields"
    (view,) = (await state(page))["modals"]
    assert view["errors"] == {"why": "Please complete this required field."}
    app_stub.answer = JSONResponse({"response_action": "errors", "errors": {"why": "No."}})
    values = {"why": {"text": {"type": "plain_text_input", "value": "because"}}}
    assert (await do(page, "submit", view_id=view["id"], values=values))["ok"]
    (view,) = (await state(page))["modals"]
    assert (view["errors"], view["state"]["values"]) == ({"why": "No."}, values)
    assert (await do(page, "close", view_id=view["id"]))["ok"]
    assert (await state(page))["modals"] == []
    await client.chat_postMessage(
        channel="C0PRODUCT", text="Decided", blocks=[s.actions(s.button(value="7"))]
    )
    message = (await state(page))["messages"]["C0PRODUCT"][-1]
    app_stub.answer = JSONResponse(None, status_code=500)
    container = {"type": "message", "channel": "C0PRODUCT", "ts": message["ts"]}
    clicked = await do(page, "action", container=container, block_id="buttons", action_id="go")
    assert clicked["error"] == "dispatch_failed"
    (notice,) = (await state(page))["notices"]
    assert (await do(page, "dismiss", notice=notice["id"]))["ok"]
    assert (await state(page))["notices"] == []


async def test_the_stream_sends_every_change(
    playground: Playground, page: aiohttp.ClientSession
) -> None:
    """The version is sent at the start and after each change."""
    async with page.get("/client/stream", params={"as": "U0ADA"}) as response:
        first = await _version(response)
        playground.user("ada").say("product", "News")
        async with asyncio.timeout(30):
            assert await _version(response) > first


async def _version(response: aiohttp.ClientResponse) -> int:
    line = await response.content.readline()
    await response.content.readline()
    return int(json.loads(line.decode().removeprefix("data: "))["version"])


async def test_a_parent_has_the_count_of_its_replies(
    playground: Playground, page: aiohttp.ClientSession
) -> None:
    """A reply has its thread_ts; the parent has the count and the timestamp of the latest reply."""
    parent = playground.messages("product")[0]
    await do(page, "message", channel="C0PRODUCT", text="Me too", thread_ts=parent.ts)
    messages = (await state(page))["messages"]["C0PRODUCT"]
    assert (messages[0]["reply_count"], messages[0]["latest_reply"]) == (1, messages[-1]["ts"])
    assert messages[-1]["thread_ts"] == parent.ts


async def test_the_tools_change_the_workspace(
    playground: Playground, page: aiohttp.ClientSession
) -> None:
    """The page can change membership, archive, clock and faults."""
    await do(page, "invite", channel="C0LEADERS", user="U0BOT")
    assert playground.bot_user_id in playground.channel("leadership").members
    await do(page, "remove", channel="C0LEADERS", user="U0BOT")
    assert playground.bot_user_id not in playground.channel("leadership").members
    await do(page, "archive", channel="C0GENERAL")
    assert playground.channel("general").is_archived
    await do(page, "clock", advance_seconds=3600)
    assert playground.clock.offset == timedelta(hours=1)
    monday = {"weekday": "monday", "time": "09:00", "tz": "Europe/Berlin"}
    await do(page, "clock", weekday_time=monday)
    moment = playground.clock.now()
    assert (moment.weekday(), playground.clock.offset > timedelta(0)) == (0, True)
    await do(page, "clock", reset=True)
    assert playground.clock.offset == timedelta(0)
    await do(page, "fault", kind="latency", seconds=2, count=3)
    assert [f["kind"] for f in (await state(page))["faults"]] == ["latency"]
    await do(page, "faults_clear")
    assert (await state(page))["faults"] == []


@pytest.mark.parametrize(
    ("what", "asked"),
    [
        ("message", {"channel": "C0LEADERS", "text": "x", "as": "U0CHLOE"}),
        ("message", {"channel": "C0OLD", "text": "x"}),
        ("message", {"channel": "C0PRODUCT", "text": " "}),
        ("message", {}),
        ("command", {"channel": "C0PRODUCT", "text": "/other"}),
        ("submit", {"view_id": "V1"}),
        ("action", {"container": {"type": "view", "view_id": "V1"}}),
        ("home", {"tab": "about"}),
        ("shortcut", {"callback_id": "none"}),
        ("clock", {"to": "yesterday"}),
        ("clock", {"weekday_time": {"weekday": "noday", "time": "09:00", "tz": "UTC"}}),
        ("fault", {"kind": "flood"}),
        ("invite", {"channel": "D0ADA", "user": "U0BEN"}),
        ("invite", {"channel": "C0PRODUCT", "user": "U0NONE"}),
        ("dance", {}),
        ("message", {"as": "U0BOT", "channel": "C0PRODUCT", "text": "x"}),
    ],
)
async def test_invalid_requests_get_an_error_message(
    page: aiohttp.ClientSession, what: str, asked: dict[str, Any]
) -> None:
    """No request of the page ends in a server error."""
    answer = await do(page, what, **asked)
    assert answer["ok"] is False
    assert answer["error"]
    assert answer["message"]


@pytest.mark.parametrize("body", ["", "[]", "{", "null", '"x"', "\x00"])
async def test_a_body_that_is_no_object_gets_an_error(
    page: aiohttp.ClientSession, body: str
) -> None:
    """A body that is not a JSON object gets ok false."""
    async with page.post("/client/message", data=body) as response:
        assert (await response.json())["ok"] is False


async def test_an_ephemeral_message_can_be_dismissed(
    playground: Playground, client: AsyncWebClient, page: aiohttp.ClientSession
) -> None:
    """Its user can dismiss it; other messages stay."""
    await client.chat_postEphemeral(channel="C0PRODUCT", user="U0ADA", text="Psst")
    message = (await state(page))["messages"]["C0PRODUCT"][-1]
    assert message["ephemeral"] is True
    assert (await do(page, "dismiss", channel="C0PRODUCT", ts=message["ts"]))["ok"]
    lasting = playground.messages("product")[-1]
    assert lasting.text != "Psst"
    assert not (await do(page, "dismiss", channel="C0PRODUCT", ts=lasting.ts))["ok"]


async def test_violations_and_rejections_are_shown(
    client: AsyncWebClient, page: aiohttp.ClientSession
) -> None:
    """The page gets each rejected request with its error and pointer."""
    blocks = [{"type": "header", "text": s.plain("x" * 151)}]
    await asyncio.gather(
        client.chat_postMessage(channel="C0PRODUCT", text="x", blocks=blocks),
        client.chat_postMessage(channel="C0LEADERS", text="x"),
        return_exceptions=True,
    )
    now = await state(page)
    (violation,), (rejection,) = now["violations"], now["rejections"]
    assert (violation["error"], violation["pointer"]) == ("invalid_blocks", "/blocks/0/text/text")
    assert violation["message"] == "must be less than 151 characters"
    assert (rejection["method"], rejection["error"]) == ("chat.postMessage", "channel_not_found")


async def test_the_invite_command_adds_the_app(
    playground: Playground, page: aiohttp.ClientSession
) -> None:
    """The command /invite @ragvsft adds the app to the channel."""
    channel = playground.channel("leadership")
    assert playground.bot_user_id not in channel.members
    answer = await do(page, "command", channel=channel.id, text="/invite @ragvsft")
    assert answer["ok"]
    assert playground.bot_user_id in channel.members
