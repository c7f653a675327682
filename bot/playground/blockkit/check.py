"""The small language in which Slack's rules for Block Kit are written down.

A `Check` looks at one JSON value at one place and yields what is wrong with it. The functions
here make checks; the tables in `objects`, `elements` and `blocks` are made of them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.playground.model import Json


@dataclass(frozen=True)
class Problem:
    """One broken rule: where (JSON pointer), which kind, and Slack's way of saying it."""

    pointer: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"


Check = Callable[[Any, str], Iterator[Problem]]
Rule = Callable[[Json, str], Iterator[Problem]]


def string(most: int, least: int = 1) -> Check:
    """A string of `least` to `most` characters."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(at, "wrong_type", "must provide a string")
        elif len(value) > most:
            yield Problem(at, "too_long", f"must be less than {most + 1} characters")
        elif len(value) < least:
            yield Problem(at, "too_short", f"must be more than {least - 1} characters")

    return check


def matching(pattern: str, called: str, most: int = 3000) -> Check:
    """A string that matches the pattern as a whole; `called` names it in the message."""
    compiled = re.compile(pattern)
    is_string = string(most)

    def check(value: Any, at: str) -> Iterator[Problem]:
        problems = list(is_string(value, at))
        yield from problems
        if not problems and not compiled.fullmatch(value):
            yield Problem(at, "bad_format", f"must be a valid {called}")

    return check


def url(most: int = 3000) -> Check:
    """A link with a scheme and without spaces."""
    return matching(r"(?:https?|slack)://\S+|mailto:\S+", "URL", most)


def integer(least: int, most: int) -> Check:
    """A whole number between two others, both included."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Problem(at, "wrong_type", "must provide a number")
        elif not least <= value <= most:
            yield Problem(at, "out_of_range", f"must be between {least} and {most}")

    return check


def boolean(value: Any, at: str) -> Iterator[Problem]:
    """Either true or false."""
    if not isinstance(value, bool):
        yield Problem(at, "wrong_type", "must provide a boolean")


def one_of(*allowed: object) -> Check:
    """One of these values."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if value not in allowed:
            listed = ", ".join(str(a) for a in allowed)
            yield Problem(at, "not_allowed", f"must be one of: {listed}")

    return check


def array(item: Check, least: int = 1, most: int = 100) -> Check:
    """A list of `least` to `most` items that each pass a check."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(at, "wrong_type", "must provide an array")
            return
        if len(value) > most:
            yield Problem(at, "too_many", f"no more than {most} items allowed")
        if len(value) < least:
            yield Problem(at, "too_few", f"must have at least {least} items")
        for index, entry in enumerate(value):
            yield from item(entry, f"{at}/{index}")

    return check


def record(required: Mapping[str, Check], optional: Mapping[str, Check], *rules: Rule) -> Check:
    """An object with these fields and no others; rules hold between its fields."""
    known = {**required, **optional}

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(at, "wrong_type", "must provide an object")
            return
        for name in required:
            if value.get(name) is None:
                yield Problem(at, "missing", f"missing required field: {name}")
        for name, entry in value.items():
            if name not in known:
                yield Problem(at, "unknown_field", f"invalid additional property: {name}")
            elif entry is not None:
                yield from known[name](entry, f"{at}/{name}")
        for rule in rules:
            yield from rule(value, at)

    return check


def tagged(shapes: Mapping[str, Check], *allowed: str) -> Check:
    """An object whose `type` picks its shape; `allowed` narrows which types may stand here."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(at, "wrong_type", "must provide an object")
            return
        kind = value.get("type")
        if kind is None:
            yield Problem(at, "missing", "missing required field: type")
        elif not isinstance(kind, str) or kind not in shapes or (allowed and kind not in allowed):
            yield Problem(f"{at}/type", "unsupported_type", f"unsupported type: {kind}")
        else:
            yield from shapes[kind](value, at)

    return check


def any_of(*names: str) -> Rule:
    """At least one of these fields is there."""

    def rule(value: Json, at: str) -> Iterator[Problem]:
        if not any(value.get(name) for name in names):
            listed = " or ".join(names)
            yield Problem(at, "missing", f"must define either {listed}")

    return rule


def not_both(first: str, second: str) -> Rule:
    """At most one of two fields is there."""

    def rule(value: Json, at: str) -> Iterator[Problem]:
        if value.get(first) is not None and value.get(second) is not None:
            yield Problem(at, "conflict", f"only one of {first} and {second} is allowed")

    return rule
