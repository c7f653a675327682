"""A digest outside Slack: as text to read, and as JSON for programs."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from bot.decisions.model import Decision
from bot.digest.content import Digest, DigestItem, Truncated

_MENTION = re.compile(r"<@([A-Z0-9]+)>")
_CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|[^>]*)?>")
_BOLD = re.compile(r"(?m)^(•  )?\*(.+?)\*(?=$|  ·| \d)")
_ITALIC = re.compile(r"(?m)^_(.+)_$")
_IN_FULL = frozenset({"decision", "successor"})
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_PARTS = ("waiting", "disagreements", "reviews", "new", "decided", "closed", "changed")


def mentioned_in(blocks: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the user ids that are mentioned in blocks."""
    return frozenset(user for block in blocks for user in _MENTION.findall(_words(block)))


def digest_as_text(blocks: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """Return a digest's blocks as text.

    Args:
        blocks: as Slack would get them.
        names: display names by user id; others are shown by their id.

    Returns:
        Lines without control characters, which a terminal would obey.
    """
    return _printable("\n\n".join(filter(None, (_text(block, names) for block in blocks))))


def digest_as_json(digest: Digest) -> dict[str, Any]:
    """Return the whole content of a digest as JSON data.

    People and channels are Slack's ids; each section has the shown entries and their total.
    """
    plain = TypeAdapter(Digest).dump_python(digest, mode="json")
    plain |= {part: _share(getattr(digest, part), plain[part]) for part in _PARTS}
    plain["channel"] = plain.pop("place")["channel"]
    plain["trend"] = {
        "weeks": plain["trend"]["weeks"],
        "options": plain["trend"]["options"],
    }
    return {**plain, "is_empty": digest.is_empty}


def _share(share: Truncated[Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    shown = zip(share.shown, plain["shown"], strict=True)
    return {"count": share.count, "shown": [_entry(entry, told) for entry, told in shown]}


def _entry(entry: DigestItem, plain: Mapping[str, Any]) -> dict[str, Any]:
    beside = {name: value for name, value in plain.items() if name not in _IN_FULL}
    return {**_decision(entry.decision), **beside}


def _decision(decision: Decision) -> dict[str, Any]:
    settled, ending = decision.resolution, decision.closure
    return {
        "number": decision.number,
        "title": decision.title,
        "status": decision.status.value,
        "recommended": decision.verdict.option,
        "chosen": settled.option if settled else None,
        "reason": settled.reason if settled else None,
        "decided_at": settled.at.isoformat() if settled else None,
        "ended_by": ending.by if ending else None,
        "ended_at": ending.at.isoformat() if ending else None,
        "ended_because": ending.reason if ending else None,
        "superseded_by": decision.superseded_by,
        "driver": decision.driver,
        "deciders": list(decision.deciders),
        "channel": decision.place.channel,
        "opened_at": decision.opened_at.isoformat(),
        "review_on": decision.review_on.isoformat() if decision.review_on else None,
    }


def _text(block: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if block["type"] == "table":
        return _table([[str(cell["text"]) for cell in row] for row in block["rows"]])
    words = _plain(_words(block), names)
    return f"{words}\n{'=' * len(words)}" if block["type"] == "header" else words


def _words(block: Mapping[str, Any]) -> str:
    if "elements" in block:
        return "\n".join(str(each.get("text", "")) for each in block["elements"])
    text = block.get("text")
    return str(text["text"]) if isinstance(text, Mapping) else ""


def _plain(words: str, names: Mapping[str, str]) -> str:
    words = _MENTION.sub(lambda found: f"@{names.get(found[1], found[1])}", words)
    words = _CHANNEL.sub(lambda found: f"channel {found[1]}", words)
    words = _BOLD.sub(r"\1\2", words)
    words = _ITALIC.sub(r"\1", words)
    for entity, sign in _ENTITIES:
        words = words.replace(entity, sign)
    return words


def _printable(text: str) -> str:
    return "".join(
        " " if unicodedata.category(each) == "Cc" and each != "\n" else each for each in text
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        )
        for row in rows
    )
