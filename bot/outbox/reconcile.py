"""Reconciliation: find out from a channel's history whether an unconfirmed post arrived.

Every post carries the key of its delivery as metadata, which the history returns:
https://docs.slack.dev/reference/methods/conversations.history (`include_all_metadata`). The scopes
for that are optional, and the bot must be in the channel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.outbox.failures import Failure, FailureClass, classify
from bot.outbox.model import Delivery
from bot.outbox.store import Unconfirmed
from bot.slackkit.api_errors import UNREACHABLE, call_slack, is_timestamp

METADATA_EVENT = "ragvsft_delivery"
CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far this machine's clock may be ahead of Slack's."""
_RETRY_AFTER = timedelta(seconds=30)
_PAGE = 200
_PAGES = 10
"""How many pages of a channel's history are read at most."""


@dataclass(frozen=True, slots=True)
class HistoryCursor:
    """How far a channel's history was read."""

    cursor: str = ""
    pages: int = 0


START = HistoryCursor()


class Lookup(StrEnum):
    """Whether a message was found."""

    FOUND = "found"
    ABSENT = "absent"
    """The history was read to its end."""
    UNKNOWN = "unknown"
    """The history cannot be read, or not to its end."""
    UNAVAILABLE = "unavailable"
    """Slack did not answer; look again later."""


@dataclass(frozen=True, slots=True)
class LookupResult:
    """The result of a look-up.

    Attributes:
        result: whether the message was found.
        reason: why not, for `UNKNOWN`.
        channel: the conversation of the message, for `FOUND`.
        ts: Slack's timestamp of the message, for `FOUND`.
        failure: the failed call, for `UNAVAILABLE`.
        cursor: where to read on, for `UNAVAILABLE`.
    """

    result: Lookup
    reason: str = ""
    channel: str = ""
    ts: str = ""
    failure: Failure | None = None
    cursor: HistoryCursor = START


def delivery_metadata(delivery: Delivery) -> dict[str, Any]:
    """Return the metadata by which a delivery's message is found."""
    return {"event_type": METADATA_EVENT, "event_payload": {"key": delivery.key}}


async def find_message(
    client: AsyncWebClient,
    unconfirmed: Unconfirmed,
    parent: Delivery | None,
    cursor: HistoryCursor = START,
) -> LookupResult:
    """Look for the message of a delivery in the history of its channel or thread.

    Args:
        client: the client of the delivery's workspace.
        unconfirmed: the delivery, and when it was claimed.
        parent: the root of its thread, if any.
        cursor: where an earlier look-up ended that Slack did not answer.
    """
    delivery = unconfirmed.delivery
    channel = (parent.sent_channel if parent else None) or delivery.channel
    if delivery.is_direct or (delivery.parent is not None and not (parent and parent.ts)):
        return LookupResult(Lookup.UNKNOWN, "no_history")
    arguments: dict[str, Any] = {
        "channel": channel,
        "oldest": f"{max(0.0, (unconfirmed.claimed_at - CLOCK_TOLERANCE).timestamp()):.6f}",
        "include_all_metadata": True,
        "limit": _PAGE,
    }
    if parent is not None:
        arguments["ts"] = parent.ts
    return await _search(client, arguments, delivery, cursor)


def check_at(at: datetime, found: LookupResult) -> datetime:
    """Return when to look again, after a look-up that Slack did not answer."""
    wait = found.failure.retry_after if found.failure else None
    return at + (wait or _RETRY_AFTER)


async def _search(
    client: AsyncWebClient, arguments: dict[str, Any], delivery: Delivery, cursor: HistoryCursor
) -> LookupResult:
    history = client.conversations_replies if "ts" in arguments else client.conversations_history
    while cursor.pages < _PAGES:
        more: dict[str, Any] = {"cursor": cursor.cursor} if cursor.cursor else {}
        try:
            answer = await call_slack(history(**arguments, **more))
        except SlackApiError as error:
            return _of_error(error, cursor)
        except UNREACHABLE as error:
            return LookupResult(Lookup.UNAVAILABLE, failure=classify(error), cursor=cursor)
        messages = answer.get("messages")
        for message in messages if isinstance(messages, list) else []:
            if _is_of(message, delivery):
                channel, ts = arguments["channel"], message["ts"]
                return LookupResult(Lookup.FOUND, channel=channel, ts=ts)
        if isinstance(messages, list) and not answer.get("has_more"):
            return LookupResult(Lookup.ABSENT)
        metadata = answer.get("response_metadata")
        following = metadata.get("next_cursor") if isinstance(metadata, Mapping) else None
        if not (isinstance(messages, list) and isinstance(following, str) and following):
            return LookupResult(Lookup.UNKNOWN, "history_incomplete")
        cursor = HistoryCursor(following, cursor.pages + 1)
    return LookupResult(Lookup.UNKNOWN, "too_many_messages")


def _is_of(message: object, delivery: Delivery) -> bool:
    """Return whether a message of a history is that of a delivery; it has a timestamp then."""
    if not (isinstance(message, Mapping) and is_timestamp(message.get("ts"))):
        return False
    metadata = message.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("event_type") != METADATA_EVENT:
        return False
    payload = metadata.get("event_payload")
    return isinstance(payload, Mapping) and payload.get("key") == delivery.key


def _of_error(error: SlackApiError, cursor: HistoryCursor) -> LookupResult:
    failure = classify(error)
    if failure.kind in {FailureClass.REJECTED, FailureClass.CHANNEL_BLOCKED}:
        return LookupResult(Lookup.UNKNOWN, failure.reason)
    return LookupResult(Lookup.UNAVAILABLE, failure=failure, cursor=cursor)
