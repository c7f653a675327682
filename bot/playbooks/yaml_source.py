"""Strict YAML for rule authors, with the position of every key and value.

Only true, false, null and plain decimal numbers are more than text; `no`, `1:30` and `017` stay
what was typed. Duplicate keys, anchors, aliases, merges, tags, further documents, deep nesting and
large files are problems, not features (PyYAML's own loaders accept them, see the YAML 1.1 types
https://yaml.org/type/).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
TOO_LARGE = f"larger than {MAX_BYTES // 1024} KB; split it or shorten it"
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,8})\Z")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path = tuple[str | int, ...]
Place = tuple[int, int]
"""Line and column, from 1."""


@dataclass(frozen=True, slots=True, order=True)
class PlaybookProblem:
    """One error in a playbook file, with its position (from 1) and a suggestion if one is near."""

    file: str
    line: int
    column: int
    message: str
    suggestion: str | None = None

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.message}"
        return f"{text}; did you mean `{self.suggestion}`?" if self.suggestion else text


class PlaybookError(Exception):
    """A playbook that can't be used; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: Iterable[PlaybookProblem]) -> None:
        self.problems = tuple(sorted(set(problems), key=_reading_order))
        super().__init__("\n".join(map(str, self.problems)))


def _reading_order(problem: PlaybookProblem) -> tuple[str, int, int, str]:
    return problem.file, problem.line, problem.column, problem.message


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most similar to a mistyped one, if any is similar enough."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


@dataclass(slots=True)
class Document:
    """The plain data of a file, with the position of every value (`places`) and key (`keys`)."""

    data: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)

    def place(self, path: Path) -> Place:
        """Return the position of the value at a path, or of its nearest existing parent."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def key_place(self, path: Path) -> Place:
        """Return the position of the key of a path, or else of its value."""
        return self.keys.get(path) or self.place(path)


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been read yet."""

    path: Path
    value: dict[str, Any] | list[Any]
    key: str | None = None
    awaits_value: bool = False


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
            if not self._read_event(event, place):
                return

    def _read_event(self, event: yaml.Event, place: Place) -> bool:
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
            return self._read_node(event, place)
        return True

    def _read_node(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, place: Place) -> bool:
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
        if top and isinstance(top.value, dict) and not top.awaits_value:
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
        top.key, top.awaits_value = key, True

    def _add(self, value: Any, place: Place) -> Path:
        """Add a value to the innermost open collection and return its path."""
        if not self._stack:
            self.document.data = value
            self.document.places[()] = place
            return ()
        top = self._stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
            path: Path = (*top.path, len(top.value) - 1)
        elif top.awaits_value:
            key = str(top.key)
            top.value.setdefault(key, value)
            top.awaits_value = False
            path = (*top.path, key)
        else:
            self.problem(place, "a key must be a plain word")
            top.key, top.awaits_value = "", True
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
"""Remedies by a part of PyYAML's message."""


def _syntax_error(complaint: str) -> str:
    remedy = next(
        (remedy for part, remedy in _REMEDIES if part in complaint),
        "check quotes, brackets and indentation here",
    )
    return f"not readable as YAML ({complaint}): {remedy}"


def _resolve(text: str) -> str | int | bool | None:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return int(text) if _INTEGER.match(text) else text


def read_yaml(file: str, text: str) -> tuple[Document, list[PlaybookProblem]]:
    """Read one YAML file; `file` is its name in problems.

    Returns:
        The document and the problems found; with problems the data is incomplete.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        return Document(), [PlaybookProblem(file, 1, 1, TOO_LARGE)]
    reader = _Reader(file)
    try:
        reader.read(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reader.problem(place, _syntax_error(str(error.problem or error.context)))
    except (yaml.YAMLError, ValueError, LookupError, RecursionError, AttributeError) as error:
        # PyYAML lets errors of all these types out on malformed input.
        reader.problem((1, 1), _syntax_error(" ".join(str(error).split())))
    return reader.document, reader.problems
