"""JSON Schemas of the files of a playbook, for editors."""

from __future__ import annotations

from typing import Any

from bot.playbooks.loader import FORMATS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = ".schema"
"""Where the schemas lie beside the playbooks; the first line of each YAML file names its own."""


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of each file, by the file's name without its ending."""
    return {file.removesuffix(".yml"): _schema(file) for file in FORMATS}


def _schema(file: str) -> dict[str, Any]:
    made = FORMATS[file].json_schema(by_alias=True)
    if file == "cases.yml":
        plain_list = {"type": "array", "items": {"$ref": "#/$defs/Case"}}
        definitions = made.pop("$defs")
        made = {"anyOf": [made, plain_list], "$defs": definitions}
    return {"$schema": DIALECT, "title": file, **{k: v for k, v in made.items() if k != "title"}}
