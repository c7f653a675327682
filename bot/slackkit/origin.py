"""The workspace that a message or a view belongs to, which every one of them carries.

Where an organisation installed the app, Slack names no workspace with a press or a submission, only
that of the person. Numbers of decisions count in a workspace, so a message must say its own.

A message carries it in the block ids of its controls, a view in front of `private_metadata`. What
Slack sends back is restored by `take_origin` before dispatch; no handler sees these marks.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.slackkit.message import Message

ORIGIN = "ragvsft_origin"
"""The field of a payload, and of a view in it, that has the workspace after `take_origin`."""
_MARK = re.compile(r"@([A-Z0-9]{1,32})\|(.*)", re.DOTALL)


def with_origin(message: Message, workspace: str) -> Message:
    """Return a message whose controls say to which workspace it belongs."""
    plain = message.plain
    return replace(
        message,
        blocks=marked_blocks(message.blocks, workspace),
        plain=None if plain is None else marked_blocks(plain, workspace),
    )


def marked_blocks(blocks: list[dict[str, Any]], workspace: str) -> list[dict[str, Any]]:
    """Return the blocks of a message; those with controls name the workspace in their ids."""
    return [
        {**block, "block_id": f"@{workspace}|{block.get('block_id') or position}"}
        if block.get("type") == "actions" or "accessory" in block
        else block
        for position, block in enumerate(blocks)
    ]


def marked_view(view: Mapping[str, Any], workspace: str | None) -> dict[str, Any]:
    """Return a view that says to which workspace it belongs; None if that is unknown."""
    if not workspace:
        return dict(view)
    return {**view, "private_metadata": f"@{workspace}|{view.get('private_metadata') or ''}"}


def take_origin(body: dict[str, Any]) -> str | None:
    """Remove the mark from a payload and return the workspace that it names; None without one.

    The workspace is kept in the fields `ORIGIN` of the payload's view, so that a view that replaces
    it gets the same mark.
    """
    found: str | None = None
    view = body.get("view")
    if isinstance(view, dict):
        view.pop(ORIGIN, None)
        found, rest = _split(view.get("private_metadata"))
        if found is not None:
            view |= {"private_metadata": rest, ORIGIN: found}
    actions = body.get("actions")
    for action in actions if isinstance(actions, list) else ():
        if isinstance(action, dict):
            marked, rest = _split(action.get("block_id"))
            if marked is not None:
                action["block_id"] = rest
                found = found or marked
    return found


def _split(text: Any) -> tuple[str | None, str]:
    match = _MARK.fullmatch(text) if isinstance(text, str) else None
    return (match[1], match[2]) if match else (None, "")
