"""What an app wants to have in a message, checked.

Sources: docs.slack.dev/reference/methods/chat.postMessage, messaging/message-metadata.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from bot.playground.blockkit import Problem, problems_of_message
from bot.playground.blockkit.payloads import (
    ATTACHMENTS_MAX,
    are_blocks_too_long,
    compact,
    problems_of_metadata,
)
from bot.playground.modals import with_ids
from bot.playground.model import Json, UploadedFile
from bot.playground.refused import Refused

METADATA_BYTES_MAX = 16_000


@dataclass
class Content:
    """What an app wants to have in a message. None means: not given.

    `files` come with the message; `shown` are those that its blocks show.
    """

    text: str | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None
    files: list[Any] = field(default_factory=list)
    shown: list[UploadedFile] = field(default_factory=list)


def parsed_content(args: Json, *, check_length: bool = True) -> Content:
    """The content in the arguments of a call, checked.

    Raises:
        Refused: blocks, attachments or metadata break a rule, or are not JSON.
    """
    blocks = _parsed(args.get("blocks"), list, "invalid_blocks_format")
    attachments = _parsed(args.get("attachments"), list, "invalid_attachments")
    metadata = _parsed(args.get("metadata"), dict, "invalid_metadata_format")
    if attachments is not None and len(attachments) > ATTACHMENTS_MAX:
        raise Refused("too_many_attachments")
    problems = problems_of_message({"blocks": blocks, "attachments": attachments})
    if problems:
        raise Refused("invalid_blocks", problems)
    if check_length and blocks and are_blocks_too_long(blocks):
        problem = Problem("/blocks", "too_long", f"{len(compact(blocks))} characters in all")
        raise Refused("msg_blocks_too_long", [problem])
    if metadata is not None and (broken := problems_of_metadata(metadata)):
        raise Refused("invalid_metadata_schema", broken)
    if metadata is not None and len(compact(metadata).encode()) > METADATA_BYTES_MAX:
        raise Refused("metadata_too_large")
    text = args.get("text")
    if blocks:
        with_ids({"blocks": blocks})
    return Content(None if text is None else str(text), blocks, attachments, metadata)


def _parsed(value: Any, kind: type, error: str) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise Refused(error) from None
    if not isinstance(value, kind):
        raise Refused(error)
    return value
