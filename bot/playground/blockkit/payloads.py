"""What is wrong with a whole view or message, as pure functions."""

import json
from collections.abc import Iterator
from typing import Any

from bot.playground.blockkit.check import Problem, any_of, array, boolean, one_of, record, string
from bot.playground.blockkit.objects import plain
from bot.playground.blockkit.surfaces import problems_of_blocks
from bot.playground.model import Json

MESSAGE_BLOCKS_MAX = 13_200
"""Characters of JSON in the blocks of one message; observed, slackapi/bolt-js#2509."""
VIEW_BYTES_MAX = 250_000
METADATA_MAX = 3000
CALLBACK_ID_MAX = 255
ATTACHMENTS_MAX = 100


def _anything(_value: Any, _at: str) -> Iterator[Problem]:
    return iter(())


_COMMON = {
    "callback_id": string(CALLBACK_ID_MAX, least=0),
    "private_metadata": string(METADATA_MAX, least=0),
    "external_id": string(255, least=0),
}
_MODAL = record(
    {"type": one_of("modal"), "title": plain(24), "blocks": _anything},
    {
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        **_COMMON,
    },
)
_HOME = record({"type": one_of("home"), "blocks": _anything}, _COMMON)


def problems_of_view(view: Any, at: str = "/view") -> list[Problem]:
    """Everything that Slack would refuse in a modal or Home tab; empty if it is valid."""
    if not isinstance(view, dict):
        return [Problem(at, "wrong_type", "must provide an object")]
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return [Problem(f"{at}/type", "unsupported_type", f"unsupported type: {kind}")]
    found = list((_MODAL if kind == "modal" else _HOME)(view, at))
    blocks = view.get("blocks")
    if blocks is not None:
        found += problems_of_blocks(blocks, kind, f"{at}/blocks")
    if kind == "modal" and _has_input(blocks) and not view.get("submit"):
        found.append(
            Problem(at, "missing", "submit is required when an input block is within blocks")
        )
    return found


def is_view_too_large(view: Json) -> bool:
    """Whether the view weighs more than 250 kB."""
    return len(compact(view).encode()) > VIEW_BYTES_MAX


def problems_of_message(message: Json, at: str = "") -> list[Problem]:
    """Everything that Slack would refuse in a message's blocks and attachments."""
    found: list[Problem] = []
    if message.get("blocks") is not None:
        found += problems_of_blocks(message["blocks"], "message", f"{at}/blocks")
    attachments = message.get("attachments")
    if attachments is not None:
        found += array(_attachment, 0, ATTACHMENTS_MAX)(attachments, f"{at}/attachments")
    return found


def are_blocks_too_long(blocks: Any) -> bool:
    """Whether all blocks of a message together are more than Slack takes."""
    return len(compact(blocks)) > MESSAGE_BLOCKS_MAX


def problems_of_metadata(metadata: Any) -> list[Problem]:
    """What is wrong with a message's metadata: an event_type and a payload, nothing else."""
    return list(
        record({"event_type": string(255), "event_payload": _an_object}, {})(metadata, "/metadata")
    )


def compact(value: Any) -> str:
    """The JSON of a value without spaces, characters unescaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _an_object(value: Any, at: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(at, "wrong_type", "must provide an object")


def _attachment(value: Any, at: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(at, "wrong_type", "must provide an object")
        return
    yield from any_of("blocks", "text", "fallback", "title", "image_url", "fields")(value, at)
    if value.get("blocks") is not None:
        yield from problems_of_blocks(value["blocks"], "message", f"{at}/blocks")


def _has_input(blocks: Any) -> bool:
    return isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )
