"""Building blocks of the Block Kit rules.

A `Check` takes a JSON value and its JSON pointer and yields the problems of the value. A
`FieldRule` does the same for the relations between the fields of an object. The tables in
`object_rules` and `block_rules` combine the checks that the functions here return.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.playground.slack_model import Json


@dataclass(frozen=True)
class BlockProblem:
    """One violated rule: JSON pointer, kind of problem, and Slack's message."""

    pointer: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"


Check = Callable[[Any, str], Iterator[BlockProblem]]
FieldRule = Callable[[Json, str], Iterator[BlockProblem]]


def string(most: int, least: int = 1) -> Check:
    """Return a check for a string of `least` to `most` characters."""

    def check(value: Any, pointer: str) -> Iterator[BlockProblem]:
        if not isinstance(value, str):
            yield BlockProblem(pointer, "wrong_type", "must provide a string")
        elif len(value) > most:
            yield BlockProblem(pointer, "too_long", f"must be less than {most + 1} characters")
        elif len(value) < least:
            yield BlockProblem(pointer, "too_short", f"must be more than {least - 1} characters")

    return check


def matching(pattern: str, name: str, most: int = 3000) -> Check:
    """Return a check for a string that fully matches a pattern; the message has the `name`."""

    def check(value: Any, pointer: str) -> Iterator[BlockProblem]:
        yield from (problems := list(string(most)(value, pointer)))
        if not problems and not re.fullmatch(pattern, value):
            yield BlockProblem(pointer, "bad_format", f"must be a valid {name}")

    return check


def url(most: int = 3000) -> Check:
    """Return a check for a link with a scheme and without spaces."""
    return matching(r"(?:https?|slack)://\S+|mailto:\S+", "URL", most)


def integer(least: int, most: int) -> Check:
    """Return a check for an integer in an inclusive range."""

    def check(value: Any, pointer: str) -> Iterator[BlockProblem]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield BlockProblem(pointer, "wrong_type", "must provide a number")
        elif not least <= value <= most:
            yield BlockProblem(pointer, "out_of_range", f"must be between {least} and {most}")

    return check


def anything(_value: Any, _pointer: str) -> Iterator[BlockProblem]:
    """Accept every value."""
    return iter(())


def boolean(value: Any, pointer: str) -> Iterator[BlockProblem]:
    """Check that a value is true or false."""
    if not isinstance(value, bool):
        yield BlockProblem(pointer, "wrong_type", "must provide a boolean")


def any_object(value: Any, pointer: str) -> Iterator[BlockProblem]:
    """Check that a value is an object."""
    if not isinstance(value, dict):
        yield BlockProblem(pointer, "wrong_type", "must provide an object")


def one_of(*allowed: object) -> Check:
    """Return a check for one of these values."""

    def check(value: Any, pointer: str) -> Iterator[BlockProblem]:
        if value not in allowed:
            listed = ", ".join(str(a) for a in allowed)
            yield BlockProblem(pointer, "not_allowed", f"must be one of: {listed}")

    return check


def array(item: Check, least: int = 1, most: int = 100) -> Check:
    """Return a check for a list of `least` to `most` items that each pass a check."""

    def check(value: Any, pointer: str) -> Iterator[BlockProblem]:
        if not isinstance(value, list):
            yield BlockProblem(pointer, "wrong_type", "must provide an array")
            return
        if len(value) > most:
            yield BlockProblem(pointer, "too_many", f"no more than {most} items allowed")
        if len(value) < least:
            yield BlockProblem(pointer, "too_few", f"must have at least {least} items")
        for index, entry in enumerate(value):
            yield from item(entry, f"{pointer}/{index}")

    return check


def json_object(fields: Mapping[str, Check], *rules: FieldRule) -> Check:
    """Return a check for an object with these fields and no others, and rules between them.

    A name that ends in `!` is a required field.
    """
    required = [name[:-1] for name in fields if name.endswith("!")]
    known = {name.removesuffix("!"): check for name, check in fields.items()}

    def check(value: Any, pointer: str) -> Iterator[BlockProblem]:
        if not isinstance(value, dict):
            yield from any_object(value, pointer)
            return
        for name in required:
            if value.get(name) is None:
                yield BlockProblem(pointer, "missing", f"missing required field: {name}")
        for name, entry in value.items():
            if name not in known:
                yield BlockProblem(pointer, "unknown_field", f"invalid additional property: {name}")
            elif entry is not None:
                yield from known[name](entry, f"{pointer}/{name}")
        for rule in rules:
            yield from rule(value, pointer)

    return check


def typed_object(shapes: Mapping[str, Check], *allowed: str) -> Check:
    """Return a check for an object whose `type` selects one of the `shapes`.

    If types are given as `allowed`, only these are.
    """

    def check(value: Any, pointer: str) -> Iterator[BlockProblem]:
        if not isinstance(value, dict):
            yield from any_object(value, pointer)
            return
        kind = value.get("type")
        if kind is None:
            yield BlockProblem(pointer, "missing", "missing required field: type")
        elif not isinstance(kind, str) or kind not in shapes or (allowed and kind not in allowed):
            yield BlockProblem(f"{pointer}/type", "unsupported_type", f"unsupported type: {kind}")
        else:
            yield from shapes[kind](value, pointer)

    return check


def any_of(*names: str) -> FieldRule:
    """Return a rule that at least one of these fields is set."""

    def rule(value: Json, pointer: str) -> Iterator[BlockProblem]:
        if not any(value.get(name) for name in names):
            listed = " or ".join(names)
            yield BlockProblem(pointer, "missing", f"must define either {listed}")

    return rule


def not_both(first: str, second: str) -> FieldRule:
    """Return a rule that at most one of two fields is set."""

    def rule(value: Json, pointer: str) -> Iterator[BlockProblem]:
        if value.get(first) is not None and value.get(second) is not None:
            yield BlockProblem(pointer, "conflict", f"only one of {first} and {second} is allowed")

    return rule
