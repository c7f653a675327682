"""Requests over HTTP, and the interpretation of the response."""

import asyncio
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import RedirectResponse, Response

from bot.playground import Playground
from bot.playground.slack_model import Channel
from bot.playground.transport import app_transport
from bot.playground.transport.app_transport import ACK_SECONDS


async def test_a_command_arrives_signed_with_slacks_fields(
    playground: Playground, app_stub: Any
) -> None:
    """The form of a command has exactly Slack's fields and a valid signature."""
    await playground.user("ada").command("product", "/ragvsft", "search R&D")
    ((headers, body),) = app_stub.requests
    assert SignatureVerifier(playground.signing_secret).is_valid_request(body, headers)
    fields = {name: value[0] for name, value in parse_qs(body.decode()).items()}
    assert set(fields) == {
        *("token", "team_id", "team_domain", "channel_id", "channel_name", "user_id"),
        *("user_name", "command", "text", "api_app_id", "is_enterprise_install"),
        *("response_url", "trigger_id"),
    }
    assert fields["text"] == "search R&amp;D"
    assert (fields["channel_name"], fields["is_enterprise_install"]) == ("product", "false")


@pytest.mark.parametrize(
    ("channel", "called"),
    [
        ("leadership", "privategroup"),
        ("D0ADA", "directmessage"),
        ("ada-ben", "directmessage"),
        ("partners", "partners"),
        ("G0TRIO", "mpdm-ada--ben--chloe-1"),
    ],
)
async def test_private_channels_are_not_named(
    playground: Playground, app_stub: Any, channel: str, called: str
) -> None:
    """Private channels and direct conversations have a generic name, group conversations do not."""
    trio = Channel("G0TRIO", "mpdm-ada--ben--chloe-1", "private", {"U0ADA", "U0BEN", "U0CHLOE"})
    playground.add_channel(trio)
    sent = await playground.user("ada").command(channel, "/ragvsft")
    assert sent.payload["channel_name"] == called


async def test_a_command_without_a_connected_app_fails(playground: Playground) -> None:
    """The user sees dispatch_failed if no app is connected."""
    ada = playground.user("ada")
    sent = await ada.command("product", "/ragvsft")
    assert sent.error == "dispatch_failed"
    assert ada.notices == ['/ragvsft failed with the error "dispatch_failed"']


async def test_a_status_other_than_200_fails_the_command(
    playground: Playground, app_stub: Any
) -> None:
    """A response of 404 is no ack."""
    app_stub.answer = Response(status_code=404)
    sent = await playground.user("ada").command("product", "/ragvsft")
    assert (sent.error, sent.status) == ("dispatch_failed", 404)


async def test_a_third_redirect_fails_an_event(playground: Playground, app_stub: Any) -> None:
    """Slack follows two redirects; a third one is the retry reason."""
    app_stub.answer = RedirectResponse(playground.transport.request_url or "")
    await playground.user("ada").open_home()
    assert playground.dispatches[0].retry_reason == "too_many_redirects"


async def test_three_seconds_without_an_ack_time_out(
    playground: Playground, app_stub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An app that does not respond within three seconds gets operation_timeout."""
    assert ACK_SECONDS == 3
    monkeypatch.setattr(app_transport, "ACK_SECONDS", 0.1)
    never = asyncio.Event()

    async def silent(_request: Any) -> Response:
        await never.wait()
        return Response()

    app_stub.answer = silent
    ada = playground.user("ada")
    sent = await ada.command("product", "/ragvsft")
    never.set()
    assert sent.error == "operation_timeout"
    assert ada.notices == ['/ragvsft failed with the error "operation_timeout"']


async def test_calls_before_the_ack_are_known(
    playground: Playground, app_stub: Any, client: AsyncWebClient
) -> None:
    """A Web API call before the ack is distinguished from one after it."""

    async def calling(_request: Any) -> Response:
        await client.auth_test()
        return Response()

    app_stub.answer = calling
    sent = await playground.user("ada").command("product", "/ragvsft")
    await client.users_info(user="U0ADA")
    assert [c.method for c in playground.request_log.calls_before_ack(sent)] == ["auth.test"]


async def test_an_ssl_check_is_a_signed_form(playground: Playground, app_stub: Any) -> None:
    """ssl_check is sent as a signed form."""
    await playground.ssl_check()
    ((headers, body),) = app_stub.requests
    assert parse_qs(body.decode())["ssl_check"] == ["1"]
    assert SignatureVerifier(playground.signing_secret).is_valid_request(body, headers)


async def test_a_payload_can_be_sent_again(playground: Playground, app_stub: Any) -> None:
    """A repeated dispatch has the same payload and a new signature."""
    sent = await playground.user("ada").command("product", "/ragvsft")
    again = await asyncio.gather(*(playground.send_again(sent) for _ in range(5)))
    assert all(dispatch.ok for dispatch in again)
    assert len({body for _, body in app_stub.requests}) == 1
