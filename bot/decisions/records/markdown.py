"""Markdown parts, with text of people escaped."""

import re
import unicodedata
from collections.abc import Iterable

_MARKS = re.compile(r"([\\`*_{}\[\]<>|~#$])")
_LINE_STARTS = re.compile(r"^([-+=:]|\d+(?=[.)]))")


def inline(text: str) -> str:
    """Return text on one line, escaped so that Markdown shows it literally.

    Which characters: https://spec.commonmark.org/0.31.2/#backslash-escapes
    """
    printable = "".join(" " if unicodedata.category(each) == "Cc" else each for each in text)
    words = " ".join(printable.split()).replace("&", "&amp;")
    return _MARKS.sub(r"\\\1", words)


def line(text: str) -> str:
    """Return text escaped for the start of a line, where it could be a list or a heading."""
    return _LINE_STARTS.sub(_escaped_start, inline(text))


def markdown_quote(text: str) -> str:
    """Return text as a block quote that keeps its lines."""
    lines = [line(each) for each in text.strip().splitlines()]
    ends = [
        "\\" if each and after else "" for each, after in zip(lines, [*lines[1:], ""], strict=True)
    ]
    return "\n".join(f"> {each}{end}".rstrip() for each, end in zip(lines, ends, strict=True))


def listed(lines: Iterable[str]) -> str:
    """Return lines of Markdown as a list; nothing where there are none."""
    return "\n".join(f"* {each}" for each in lines)


def titled(title: str, lines: Iterable[str]) -> str:
    """Return a list below its title; nothing where there are no lines."""
    made = listed(lines)
    return f"{title}:\n\n{made}" if made else ""


def markdown_section(title: str, text: str) -> str:
    """Return a section; nothing where it has no text."""
    return f"## {title}\n\n{text}" if text else ""


def subsection(title: str, text: str) -> str:
    """Return a subsection; nothing where it has no text."""
    return f"### {title}\n\n{text}" if text else ""


def _escaped_start(match: re.Match[str]) -> str:
    start = match.group()
    return f"{start}\\" if start[0].isdigit() else f"\\{start}"
