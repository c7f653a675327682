"""YAML as a rule author means it: no surprises, and every value knows where it stands.

Only true, false, null and plain decimal numbers are more than text; `no`, `1:30` and `017` stay
what was typed. Duplicate keys, anchors, aliases, merges, tags, further documents, deep nesting and
large files are problems, not features (PyYAML's own loaders accept them, see the YAML 1.1 types
https://yaml.org/type/).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from bot.playbooks.problems import PlaybookProblem

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
TOO_LARGE = f"larger than {MAX_BYTES // 1024} KB; split it or shorten it"
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,8})\Z")
_PLAIN = {"true": True, "false": False, "null": None, "~": None, "": None}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path = tuple[str | int, ...]
Place = tuple[int, int]


@dataclass(slots=True)
class Document:
    """The plain data of a file, and line and column of every key and value in it.

    `places` holds where the value at a path begins, `keys` where its key does.
    """

    data: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)

    def place(self, path: Path) -> Place:
        """Where the value at a path stands, or the nearest thing around it that exists."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def key_place(self, path: Path) -> Place:
        """Where the key of a path stands, or else its value."""
        return self.keys.get(path) or self.place(path)


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read."""

    path: Path
    value: dict[str, Any] | list[Any]
    key: str | None = None
    waiting: bool = False


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[PlaybookProblem] = []
        self.document = Document()
        self._stack: list[_Open] = []
        self._documents = 0

    def problem(self, place: Place, message: str, suggestion: str | None = None) -> None:
        self.problems.append(PlaybookProblem(self.file, *place, message, suggestion))

    def read(self, text: str) -> None:
        for event in yaml.parse(text, Loader=_LOADER):
            mark: Any = event.start_mark
            place = (mark.line + 1, mark.column + 1)
            if not self._take(event, place):
                return

    def _take(self, event: yaml.Event, place: Place) -> bool:
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self.problem(place, "a second document begins here; a file holds one")
                return False
        elif isinstance(event, yaml.AliasEvent):
            self.problem(place, f"aliases (`*{event.anchor}`) are not allowed: write it out")
            self._add(None, place)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._stack.pop()
        elif isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
            return self._take_node(event, place)
        return True

    def _take_node(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, place: Place) -> bool:
        if event.anchor:
            self.problem(place, f"anchors (`&{event.anchor}`) are not allowed: write it out")
        if event.tag:
            self.problem(place, f"tags (`{event.tag}`) are not allowed")
        if isinstance(event, yaml.ScalarEvent):
            self._add_scalar(event, place)
            return True
        if len(self._stack) >= MAX_DEPTH:
            self.problem(place, f"nested more than {MAX_DEPTH} deep")
            return False
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        path = self._add(value, place)
        self._stack.append(_Open(path, value))
        return True

    def _add_scalar(self, event: yaml.ScalarEvent, place: Place) -> None:
        top = self._stack[-1] if self._stack else None
        if top and isinstance(top.value, dict) and not top.waiting:
            self._add_key(top, event.value, place)
            return
        plain = event.style in (None, "")
        self._add(_resolve(event.value) if plain else event.value, place)

    def _add_key(self, top: _Open, key: str, place: Place) -> None:
        path = (*top.path, key)
        if key == "<<":
            self.problem(place, "merges (`<<`) are not allowed: write it out")
        elif key in top.value:
            line = self.document.key_place(path)[0]
            self.problem(place, f"`{key}` is here twice; the first is in line {line}")
        else:
            self.document.keys[path] = place
        top.key, top.waiting = key, True

    def _add(self, value: Any, place: Place) -> Path:
        """Put a value where it belongs; returns its path."""
        if not self._stack:
            self.document.data = value
            self.document.places[()] = place
            return ()
        top = self._stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
            path: Path = (*top.path, len(top.value) - 1)
        elif top.waiting:
            key = str(top.key)
            top.value.setdefault(key, value)
            top.waiting = False
            path = (*top.path, key)
        else:
            self.problem(place, "a key must be a plain word")
            top.key, top.waiting = "", True
            path = (*top.path, "")
        self.document.places.setdefault(path, place)
        return path


_REMEDIES = (
    ("mapping values", "put quotes around text that contains `: `"),
    ("expected ':'", "put a colon and a space after each key"),
    ("cannot start any token", "indent with spaces, and put quotes around such text"),
    ("end of stream", "close the quotes or the bracket that is still open"),
    ("',' or", "close the bracket, or put quotes around text with brackets or commas in it"),
    ("expected", "begin every line of a list or mapping in the same column, and check the quotes"),
)
"""What PyYAML's messages mostly mean, by a part of each."""


def _unreadable(complaint: str) -> str:
    remedy = next(
        (remedy for part, remedy in _REMEDIES if part in complaint),
        "check quotes, brackets and indentation here",
    )
    return f"not readable as YAML ({complaint}): {remedy}"


def _resolve(text: str) -> str | int | bool | None:
    if text in _PLAIN:
        return _PLAIN[text]
    return int(text) if _INTEGER.match(text) else text


def read(file: str, text: str) -> tuple[Document, list[PlaybookProblem]]:
    """Read one file.

    Args:
        file: its name, for the problems.
        text: its content.

    Returns:
        What could be read, and every problem on the way; with problems the data is incomplete.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        return Document(), [PlaybookProblem(file, 1, 1, TOO_LARGE)]
    reader = _Reader(file)
    try:
        reader.read(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reader.problem(place, _unreadable(str(error.problem or error.context)))
    except (yaml.YAMLError, ValueError, LookupError, RecursionError, AttributeError) as error:
        # PyYAML lets errors of all these types out on malformed input.
        reader.problem((1, 1), _unreadable(" ".join(str(error).split())))
    return reader.document, reader.problems
