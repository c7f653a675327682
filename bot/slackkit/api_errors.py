"""What Slack, or something on the way to it, said in place of doing what it was asked.

The SDK's `SlackApiError` carries whatever came: JSON, the text of a gateway, nothing, or, where
JSON is broken, the HTTP library's own response (slack_sdk 3.47, `async_internal_utils.py`).
"""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

UNREACHABLE = (SlackClientError, aiohttp.ClientError, OSError, TimeoutError)
"""What a call to Slack raises that got no answer; `SlackApiError`, an answer, is among them."""
SLACK_SECONDS = 7
"""How long a call to Slack may take; less than the ten seconds that a shutdown may."""


class InvalidResponse(SlackClientError):
    """What answered a call is not Slack: a page, say, in the place of JSON."""


def client_timeout(seconds: float) -> aiohttp.ClientTimeout:
    """Return how long calls to Slack may take, half of that until there is a connection.

    A connection that takes too long is told apart by that from an answer that does: without one,
    nothing was posted.
    """
    return aiohttp.ClientTimeout(total=seconds, connect=seconds / 2)


async def call_slack(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """Return what Slack answers to a call.

    Raises:
        Unreadable: it was answered with 200, and no JSON object: the SDK stumbles over that
            (slack_sdk 3.47, `AsyncSlackResponse.validate`).
        SlackClientError: it was refused.
    """
    try:
        return await call
    except AttributeError as error:
        raise InvalidResponse("the answer is no JSON object") from error


@dataclass(frozen=True, slots=True)
class ApiError:
    """A refusal, as far as it can be read.

    Attributes:
        status: the HTTP status.
        error: Slack's name for the error; empty if it gave none.
        retry_after: the seconds that Slack asks to wait, as it wrote them.
        details: what Slack says beside the name, as text.
    """

    status: int
    error: str = ""
    retry_after: str = ""
    details: str = ""


def api_error_of(failure: SlackApiError) -> ApiError:
    """Return what a failed call was answered with; never raises, whatever that is."""
    response: Any = failure.response
    if not isinstance(response, AsyncSlackResponse):
        return ApiError(status=int(getattr(response, "status", 0)))
    data: Mapping[str, Any] = response.data if isinstance(response.data, dict) else {}
    return ApiError(
        status=response.status_code,
        error=str(data.get("error") or ""),
        retry_after=str(response.headers.get("Retry-After", "")),
        details=str(data.get("response_metadata") or ""),
    )
