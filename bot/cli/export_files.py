"""The files of an export: what they hold, and bringing a folder up to date with them."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import yaml

from bot.decisions.records.madr import as_markdown, filename
from bot.decisions.records.record import Record, record_as_json, record_schema
from bot.decisions.records.spreadsheet import as_csv

_OURS = re.compile(r"\A---\n(.*?)^---$", re.DOTALL | re.MULTILINE)


def files_of(records: Sequence[Record], form: str) -> dict[str, str]:
    """Return the content of each file by its name.

    Args:
        records: the decisions, in order.
        form: `adr`, `csv` or `json`.
    """
    match form:
        case "csv":
            return {"decisions.csv": as_csv(records)}
        case "json":
            described = json.dumps(record_schema(), indent=2) + "\n"
            return {"decisions.json": record_as_json(records), "decisions.schema.json": described}
        case _:
            return {filename(record): as_markdown(record) for record in records}


def bring_up_to_date(folder: Path, files: Mapping[str, str], renamed: Iterable[Record]) -> int:
    """Write files where they differ from what is there; return how many were written.

    Args:
        folder: made if need be.
        files: content by name.
        renamed: the decisions whose files of another title go, if they are records of theirs.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for record in renamed:
        for path in folder.glob(f"{record.number:04}-*.md"):
            if path.name not in files and _is_of(path, record):
                path.unlink()
    written = 0
    for name, content in files.items():
        path, data = folder / name, content.encode()
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)
            written += 1
    return written


def files_about(folder: Path, records: Iterable[Record]) -> list[str]:
    """Return the names of the files that hold records of these decisions, from whichever run."""
    found = (
        path.name
        for record in records
        for path in folder.glob(f"{record.number:04}-*.md")
        if path.is_file() and _is_of(path, record)
    )
    return sorted(found)


def _is_of(path: Path, record: Record) -> bool:
    """Whether a file is the record of this decision; what somebody wrote by hand is not."""
    found = _OURS.match(path.read_text(encoding="utf-8", errors="replace"))
    try:
        front = yaml.safe_load(found.group(1)) if found else None
    except yaml.YAMLError:
        return False
    own = {"workspace": record.workspace, "number": record.number}
    return isinstance(front, dict) and front.get("ragvsft") == own
