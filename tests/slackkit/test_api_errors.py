"""Any answer to a call is classified, even one that is not Slack's JSON."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.outbox.failures import Failure, classify
from bot.playground.playground import serving_app
from bot.slackkit.api_errors import ApiError, api_error_of

BROKEN = Response('{"ok": fal', 502, media_type="application/json")


async def failure(answer: Response) -> SlackApiError:
    """Let a server answer a call, and return what the SDK makes of it."""

    async def respond(_request: Request) -> Response:
        return answer

    routes = [Route("/api/{method}", respond, methods=["POST"])]
    async with serving_app(Starlette(routes=routes)) as url:
        client = AsyncWebClient("xoxb-1", base_url=f"{url}/api/", retry_handlers=[])
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel="C0", text="x")
    return caught.value


@pytest.mark.parametrize(
    ("answer", "refusal", "what"),
    [
        (Response("upstream", 503, media_type="text/plain"), ApiError(503), "temporary"),
        (Response("<html>", 500, media_type="text/html"), ApiError(500), "server_error"),
        (Response("", 504), ApiError(504), "unknown"),
        (BROKEN, ApiError(502), "server_error"),
        (JSONResponse({"ok": False}), ApiError(200), "unknown"),
        (
            JSONResponse({"ok": False, "error": "is_archived"}),
            ApiError(200, "is_archived"),
            "channel_blocked",
        ),
    ],
    ids=["text", "html", "empty", "broken", "nameless", "named"],
)
async def test_any_answer_is_classified(answer: Response, refusal: ApiError, what: Any) -> None:
    """A gateway's answer shows whether Slack is unavailable, failed, or timed out."""
    error = await failure(answer)
    assert api_error_of(error) == refusal
    assert classify(error) == Failure(what, refusal.error or f"status_{refusal.status}")
