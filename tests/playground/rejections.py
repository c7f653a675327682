"""Slack's error code of a rejected call."""

from collections.abc import Awaitable

import pytest
from slack_sdk.errors import SlackApiError


async def error_of(call: Awaitable[object]) -> str:
    """Return the error code of a call that the SDK raises for."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])
