"""JSON Schemas of a playbook's files for editors, and validation errors in an author's words."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.playbooks.model import (
    ARM_ID,
    CONDITION_KEYWORDS,
    CasesFile,
    PlaybookFile,
    QuestionsFile,
    RulesFile,
)
from bot.playbooks.yaml_source import Document, Path, PlaybookProblem, nearest

PLAYBOOK, QUESTIONS, RULES, CASES = "playbook.yml", "questions.yml", "rules.yml", "cases.yml"
FORMATS: Mapping[str, TypeAdapter[Any]] = {
    PLAYBOOK: TypeAdapter(PlaybookFile),
    QUESTIONS: TypeAdapter(QuestionsFile),
    RULES: TypeAdapter(RulesFile),
    CASES: TypeAdapter(CasesFile),
}
"""The model of each file."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_FOLDER = ".schema"
"""Folder of the schemas beside the playbooks; the first line of each YAML file names its own."""


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each file, by the file's name without its ending."""
    return {file.removesuffix(".yml"): _schema(file) for file in FORMATS}


def _schema(file: str) -> dict[str, Any]:
    made = FORMATS[file].json_schema(by_alias=True)
    if file == CASES:
        plain_list = {"type": "array", "items": {"$ref": "#/$defs/Case"}}
        definitions = made.pop("$defs")
        made = {"anyOf": [made, plain_list], "$defs": definitions}
    return {"$schema": DIALECT, "title": file, **{k: v for k, v in made.items() if k != "title"}}


def explain_errors(
    file: str, document: Document, form: TypeAdapter[Any], error: ValidationError
) -> list[PlaybookProblem]:
    """Translate pydantic errors into problems with position and, if one is near, a suggestion."""
    return [_problem(file, document, form._type, detail) for detail in error.errors()]  # noqa: SLF001  # pydantic has no public name for it


def _problem(file: str, document: Document, form: Any, detail: ErrorDetails) -> PlaybookProblem:
    path, kind = _path(document, detail["loc"]), detail["type"]
    misspelt = _misspelt_keyword(path)
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
        place, message = document.place(path), f"{_name(path)}{_message(detail)}"
    return PlaybookProblem(file, *place, message, suggestion)


def _misspelt_keyword(path: Path) -> Path | None:
    """Return the path of an `All`, `Any` or `Not` in a condition; keywords are in lower case."""
    for length, step in enumerate(path, start=1):
        inside = any(word in path[: length - 1] for word in ("when", "ask_when"))
        miscased = isinstance(step, str) and step != step.lower() in CONDITION_KEYWORDS
        if inside and miscased:
            return path[:length]
    return None


def _path(document: Document, loc: Iterable[str | int]) -> Path:
    """Return the part of an error's location that exists in the file."""
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


def _message(detail: ErrorDetails) -> str:
    describe = _MESSAGES.get(detail["type"])
    if describe:
        return describe(detail["input"], detail.get("ctx", {}))
    message = detail["msg"].removeprefix("Value error, ")
    return message if message.startswith("must") else f"is wrong: {message}"


def _not_text(given: Any, _: Mapping[str, Any]) -> str:
    if isinstance(given, bool):
        return f"must be text: put {str(given).lower()} in quotes"
    if isinstance(given, int):
        return f"must be text: put {given} in quotes"
    return "is empty" if given is None else "must be text"


def _not_an_id(given: Any, ctx: Mapping[str, Any]) -> str:
    if ctx["pattern"] == ARM_ID:
        return f"is `{given}`: use a capital letter, and a digit if you like"
    return f"is `{given}`: use lower-case letters, digits, - and _, letter first"


_MESSAGES: Mapping[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "string_type": _not_text,
    "string_pattern_mismatch": _not_an_id,
    "string_too_long": lambda given, ctx: (
        f"is {len(str(given))} characters long; at most {ctx['max_length']} fit"
    ),
    "string_too_short": lambda _given, _ctx: "is empty",
    "int_type": lambda given, _: f"must be a whole number, not {given!r}",
    "int_from_float": lambda given, _: f"must be a whole number, not {given!r}",
    "int_parsing": lambda given, _: f"must be a whole number, not {given!r}",
    "float_type": lambda given, _: f"must be a number, not {given!r}",
    "float_parsing": lambda given, _: f"must be a number, not {given!r}",
    "finite_number": lambda given, _: f"must be a number, not {given!r}",
    "greater_than": lambda given, ctx: f"is {given}; it must be more than {ctx['gt']:g}",
    "greater_than_equal": lambda given, ctx: f"is {given}; at least {ctx['ge']:g} is allowed",
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
    """Return the keys that a form allows at a path."""
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
    """Strip annotations and None from a type."""
    while True:
        if get_origin(form) is Annotated:
            form = get_args(form)[0]
        elif get_origin(form) in (Union, types.UnionType):
            form = next(part for part in get_args(form) if part is not type(None))
        else:
            return form
