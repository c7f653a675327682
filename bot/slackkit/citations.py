"""Find links in the sources that rule authors cite. Pure.

Recognised are arXiv ids (https://info.arxiv.org/help/arxiv_identifier.html), DOIs
(https://www.doi.org/the-identifier/resources/handbook) and web addresses. Only sources from
playbooks are parsed, never text that people write in Slack.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from bot.slackkit.mrkdwn import ELLIPSIS

_LONGEST_URL = 200
_IN_PATHS = "/:;()@!$&'*+,=~%"
"""Characters left unescaped in a URL's path, besides letters and digits: RFC 3986, 3.3."""
_CITED = re.compile(
    r"""
    (?P<url>https?://\w[^\s<>"|`]*)
    | doi:\s?(?P<doi>10\.\d{4,9}/[^\s"|,`]+)
    | arXiv:\s?(?P<arxiv>\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+(?:\.[A-Z]{2})?/\d{7}(?:v\d+)?)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PUNCTUATION = ".,;:!?'"
_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a source, with its URL if it is a link."""

    text: str
    url: str | None = None


def pieces_of(source: str, longest: int) -> list[Piece]:
    """Return a source as pieces of text and links, cut to `longest` characters.

    A link whose text is cut keeps its whole URL.
    """
    kept: list[Piece] = []
    room = longest
    for piece in _pieces(source):
        if len(piece.text) <= room:
            kept.append(piece)
            room -= len(piece.text)
            continue
        cut = piece.text[: max(room - 1, 0)].rstrip() + ELLIPSIS
        return [*kept, Piece(cut, piece.url)]
    return kept


def _pieces(source: str) -> Iterator[Piece]:
    end = 0
    for found in _CITED.finditer(source):
        text = _trimmed(found.group())
        url = _url(found, text)
        if len(url) > _LONGEST_URL:
            continue
        if source[end : found.start()]:
            yield Piece(source[end : found.start()])
        yield Piece(text, url)
        end = found.start() + len(text)
    if source[end:]:
        yield Piece(source[end:])


def _trimmed(text: str) -> str:
    """Return a match without trailing punctuation and brackets opened before it."""
    while text:
        last = text[-1]
        opening = _BRACKETS.get(last)
        surplus = opening is not None and text.count(last) > text.count(opening)
        if not surplus and last not in _PUNCTUATION:
            break
        text = text[:-1]
    return text


def _url(found: re.Match[str], text: str) -> str:
    if found.group("doi"):
        return f"https://doi.org/{quote(_trimmed(found.group('doi')), safe=_IN_PATHS)}"
    if found.group("arxiv"):
        return f"https://arxiv.org/abs/{found.group('arxiv')}"
    return text
