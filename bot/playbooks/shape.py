"""A pydantic validation error, said to the person who wrote the file."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.playbooks.playbook import WORDS_OF_CONDITIONS
from bot.playbooks.problems import PlaybookProblem, nearest
from bot.playbooks.strict_yaml import Document, Path


def explain(
    file: str, document: Document, form: TypeAdapter[Any], error: ValidationError
) -> list[PlaybookProblem]:
    """Every error as a problem with its place and, where one is near, a suggestion."""
    return [_problem(file, document, form._type, detail) for detail in error.errors()]  # noqa: SLF001  # pydantic has no public name for it


def _problem(file: str, document: Document, form: Any, detail: ErrorDetails) -> PlaybookProblem:
    path, kind = _path(document, detail["loc"]), detail["type"]
    misspelt = _misspelt_word(path)
    if misspelt:
        place, word = document.key_place(misspelt), str(misspelt[-1])
        return PlaybookProblem(file, *place, f"unknown question `{word}`", word.lower())
    last = str(path[-1]) if path else ""
    suggestion = None
    if kind == "extra_forbidden":
        place, message = document.key_place(path), f"unknown key `{last}`"
        suggestion = nearest(last, _keys(form, path[:-1]))
    elif kind == "missing":
        name = str(detail["loc"][-1])
        place, message = document.place(path), f"`{name}` is missing"
    elif detail["loc"] and detail["loc"][-1] == "[key]":
        place = document.key_place(path)
        message = f"`{last}` is no id: use lower-case letters, digits, - and _, letter first"
    else:
        place, message = document.place(path), f"{_name(path)}{_say(detail)}"
    return PlaybookProblem(file, *place, message, suggestion)


def _misspelt_word(path: Path) -> Path | None:
    """The way to an `All`, `Any` or `Not` in a condition: the words are in lower case."""
    for length, step in enumerate(path, start=1):
        inside = any(word in path[: length - 1] for word in ("when", "ask_when"))
        misspelt = isinstance(step, str) and step != step.lower() in WORDS_OF_CONDITIONS
        if inside and misspelt:
            return path[:length]
    return None


def _path(document: Document, loc: Iterable[str | int]) -> Path:
    """The part of an error's location that is really in the file."""
    path: Path = ()
    for step in loc:
        for longer in ((*path, step), (*path, "cases", step)):
            if longer in document.places:
                path = longer
                break
    if len(path) == 0 and isinstance(document.data, list):
        for step in loc:
            if (*path, step) in document.places:
                path = (*path, step)
    return path


def _name(path: Path) -> str:
    names = [step for step in path if isinstance(step, str)]
    return f"`{names[-1]}` " if names else "this file "


def _say(detail: ErrorDetails) -> str:
    speak = _WORDS.get(detail["type"])
    if speak:
        return speak(detail["input"], detail.get("ctx", {}))
    message = detail["msg"].removeprefix("Value error, ")
    return message if message.startswith("must") else f"is wrong: {message}"


def _text(given: Any, _: Mapping[str, Any]) -> str:
    if isinstance(given, bool):
        return f"must be text: put {str(given).lower()} in quotes"
    if isinstance(given, int):
        return f"must be text: put {given} in quotes"
    return "is empty" if given is None else "must be text"


def _pattern(given: Any, _: Mapping[str, Any]) -> str:
    return f"is `{given}`: use lower-case letters, digits, - and _, letter first"


_WORDS: Mapping[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "string_type": _text,
    "string_pattern_mismatch": _pattern,
    "string_too_long": lambda given, ctx: (
        f"is {len(str(given))} characters long; at most {ctx['max_length']} fit"
    ),
    "string_too_short": lambda _given, _ctx: "is empty",
    "int_type": lambda given, _: f"must be a whole number, not {given!r}",
    "int_from_float": lambda given, _: f"must be a whole number, not {given!r}",
    "int_parsing": lambda given, _: f"must be a whole number, not {given!r}",
    "greater_than_equal": lambda given, ctx: f"is {given}; at least {ctx['ge']} is allowed",
    "less_than_equal": lambda given, ctx: f"is {given}; at most {ctx['le']} is allowed",
    "bool_type": lambda _given, _ctx: "must be true or false",
    "literal_error": lambda given, ctx: f"is `{given}`; it must be {ctx['expected']}",
    "too_short": lambda _given, ctx: f"needs at least {ctx['min_length']}",
    "too_long": lambda given, ctx: f"holds {len(given)}; at most {ctx['max_length']} are allowed",
    "tuple_type": lambda _given, _ctx: "must be a list",
    "mapping_type": lambda _given, _ctx: "must be keys with values",
    "dict_type": lambda _given, _ctx: "must be keys with values",
    "model_type": lambda _given, _ctx: "must be keys with values",
    "model_attributes_type": lambda _given, _ctx: "must be keys with values",
}


def _keys(form: Any, path: Path) -> set[str]:
    """The keys that a form allows at a path."""
    for step in path:
        form = _inside(form, step)
    form = _bare(form)
    if not (isinstance(form, type) and issubclass(form, BaseModel)):
        return set()
    return {field.alias or name for name, field in form.model_fields.items()}


def _inside(form: Any, step: str | int) -> Any:
    form = _bare(form)
    if isinstance(form, type) and issubclass(form, BaseModel):
        if isinstance(step, int) and "cases" in form.model_fields:
            return _inside(form.model_fields["cases"].annotation, step)
        for name, field in form.model_fields.items():
            if step == (field.alias or name):
                return field.annotation
        return None
    arguments = get_args(form)
    if not arguments:
        return None
    return arguments[0] if isinstance(step, int) else arguments[-1]


def _bare(form: Any) -> Any:
    """A type without its annotations and without its None."""
    while True:
        if get_origin(form) is Annotated:
            form = get_args(form)[0]
        elif get_origin(form) in (Union, types.UnionType):
            form = next(part for part in get_args(form) if part is not type(None))
        else:
            return form
