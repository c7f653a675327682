"""Finding out in Slack itself whether a message arrived of which nobody knows.

Each post carries the key of its delivery as metadata. Whoever may read a channel's history finds it
there again: https://docs.slack.dev/reference/methods/conversations.history (with
`include_all_metadata`). The scopes for that are an option, and the bot must be in the channel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.outbox.failures import Failure, of_error
from bot.outbox.model import Delivery
from bot.outbox.ports import Unconfirmed
from bot.slackkit.api_errors import UNREACHABLE, call_slack

METADATA_EVENT = "ragvsft_delivery"
EARLIER = timedelta(minutes=5)
"""How far our clock may be ahead of Slack's."""
_PAGE = 200
_PAGES = 10
"""A channel with more messages than that since then is not read any further."""


@dataclass(frozen=True, slots=True)
class HistoryCursor:
    """How far a channel's history was read."""

    cursor: str = ""
    pages: int = 0


START = HistoryCursor()


@dataclass(frozen=True, slots=True)
class LookupResult:
    """What a look into Slack showed.

    "found" with the message's channel and timestamp, "absent" (it is surely not there), "unsure"
    for `reason`, or "later": Slack could not be asked now, `outcome` says why, and
    `bookmark` where to read on.
    """

    what: Literal["found", "absent", "unsure", "later"]
    reason: str = ""
    channel: str = ""
    ts: str = ""
    outcome: Failure | None = None
    bookmark: HistoryCursor = START


def delivery_metadata(delivery: Delivery) -> dict[str, Any]:
    """Return the metadata by which a delivery's message is found again."""
    return {"event_type": METADATA_EVENT, "event_payload": {"key": delivery.key}}


async def find_message(
    client: AsyncWebClient,
    doubtful: Unconfirmed,
    parent: Delivery | None,
    bookmark: HistoryCursor = START,
) -> LookupResult:
    """Look in Slack for the message of a delivery.

    Args:
        client: of the delivery's workspace.
        doubtful: the delivery, and when it was handed to Slack.
        parent: the message in whose thread it belongs, if any.
        bookmark: where an earlier look ended that Slack did not answer to the end.
    """
    delivery = doubtful.delivery
    channel = (parent.sent_channel if parent else None) or delivery.channel
    if delivery.is_direct or (delivery.parent is not None and not (parent and parent.ts)):
        return LookupResult("unsure", "no_history")
    arguments: dict[str, Any] = {
        "channel": channel,
        "oldest": f"{max(0.0, (doubtful.taken_at - EARLIER).timestamp()):.6f}",
        "include_all_metadata": True,
        "limit": _PAGE,
    }
    if parent is not None:
        arguments["ts"] = parent.ts
    return await _look(client, arguments, delivery, bookmark)


async def _look(
    client: AsyncWebClient, arguments: dict[str, Any], delivery: Delivery, bookmark: HistoryCursor
) -> LookupResult:
    listed = client.conversations_replies if "ts" in arguments else client.conversations_history
    while bookmark.pages < _PAGES:
        more: dict[str, Any] = {"cursor": bookmark.cursor} if bookmark.cursor else {}
        try:
            answer = await call_slack(listed(**arguments, **more))
        except SlackApiError as error:
            return _refused(error, bookmark)
        except UNREACHABLE as error:
            return LookupResult("later", outcome=of_error(error), bookmark=bookmark)
        for message in answer.get("messages") or []:
            if _is_of(message, delivery):
                return LookupResult("found", channel=arguments["channel"], ts=str(message["ts"]))
        if not answer.get("has_more"):
            return LookupResult("absent")
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return LookupResult("unsure", "history_incomplete")
        bookmark = HistoryCursor(cursor, bookmark.pages + 1)
    return LookupResult("unsure", "too_many_messages")


def _is_of(message: Mapping[str, Any], delivery: Delivery) -> bool:
    metadata = message.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("event_type") != METADATA_EVENT:
        return False
    payload = metadata.get("event_payload")
    return isinstance(payload, Mapping) and payload.get("key") == delivery.key


def _refused(error: SlackApiError, bookmark: HistoryCursor) -> LookupResult:
    outcome = of_error(error)
    if outcome.what in {"later", "unknown", "slack_failed", "workspace_closed"}:
        return LookupResult("later", outcome=outcome, bookmark=bookmark)
    return LookupResult("unsure", outcome.reason)


def again_at(at: datetime, sighting: LookupResult) -> datetime:
    """Return when to look again, after a look that Slack could not answer."""
    wait = sighting.outcome.wait if sighting.outcome else None
    return at + (wait or timedelta(seconds=30))
