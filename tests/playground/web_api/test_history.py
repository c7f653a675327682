"""Reading a channel's history: scopes, membership, pages."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground
from tests.playground.rejections import error_of

MEMBER, PUBLIC, PRIVATE = "C0SUPPORTAI", "C0PRODUCT", "C0LEADERS"


async def test_each_kind_of_channel_has_its_scope(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Public channels need channels:history, private ones groups:history, both membership."""
    scopes = playground.workspace.installation.scopes
    scopes.add("channels:history")
    await client.conversations_history(channel=MEMBER)
    assert await error_of(client.conversations_history(channel=PUBLIC)) == "not_in_channel"
    assert await error_of(client.conversations_history(channel=PRIVATE)) == "channel_not_found"
    playground.invite("bot", "leadership")
    assert await error_of(client.conversations_history(channel=PRIVATE)) == "missing_scope"
    scopes.add("groups:history")
    await client.conversations_history(channel=PRIVATE)
    assert playground.violations == []


@pytest.mark.parametrize("method", ["conversations_history", "conversations_replies"])
async def test_history_is_paginated(
    playground: Playground, client: AsyncWebClient, method: str
) -> None:
    """Each page names the next one until the last; no message is missing or repeated."""
    playground.workspace.installation.scopes.add("channels:history")
    playground.slack.rate_limits.enabled = False
    first = await client.chat_postMessage(channel=MEMBER, text="0")
    in_thread = {"thread_ts": first["ts"]} if method.endswith("replies") else {}
    for number in range(1, 7):
        await client.chat_postMessage(channel=MEMBER, text=str(number), **in_thread)
    asked: dict[str, Any] = {"channel": MEMBER, "limit": 3, "inclusive": True}
    asked |= {"ts": first["ts"]} if in_thread else {"oldest": first["ts"]}
    found: list[str] = []
    cursor = ""
    for _ in range(3):
        page = await getattr(client, method)(**asked, cursor=cursor)
        found += [message["text"] for message in page["messages"]]
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
        assert page["has_more"] is bool(cursor)
    numbers = [str(number) for number in range(7)]
    assert found == (numbers if in_thread else numbers[::-1])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"cursor": "nonsense"}, "invalid_cursor"),
        ({"cursor": "b3RoZXI6MQ=="}, "invalid_cursor"),
        ({"limit": 0}, "invalid_limit"),
        ({"limit": 1000}, "invalid_limit"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
    ],
)
async def test_invalid_pages_are_rejected(
    playground: Playground, client: AsyncWebClient, arguments: dict[str, Any], error: str
) -> None:
    """An invalid cursor, page size or timestamp is rejected."""
    playground.workspace.installation.scopes.add("channels:history")
    assert await error_of(client.conversations_history(channel=MEMBER, **arguments)) == error
