"""Playbooks and answers as the `rules` commands are given them; each refusal is one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from bot.cli.common import UsageError

if TYPE_CHECKING:
    from bot.playbooks.model import CasesFile, Playbook
    from bot.playbooks.verdict import Answers


def default_folder() -> str:
    """The folder of playbooks when none is given: RAGVSFT_RULES, here or in `.env`, else `rules`.

    Raises:
        BadInput: `.env` is there and can't be read.
    """
    from bot.settings import SettingsError, read_values

    try:
        return read_values(os.environ, Path(".env")).get("RAGVSFT_RULES", "rules")
    except SettingsError as error:
        raise UsageError(*error.problems) from None


def folders(where: Path) -> tuple[Path, ...]:
    """The playbook folders at a place.

    Raises:
        BadInput: there are none.
    """
    from bot.playbooks import loader

    try:
        return loader.folders(where)
    except loader.NoPlaybookError as error:
        raise UsageError(str(error)) from None


def load(folder: Path) -> Playbook:
    """The playbook in a folder.

    Raises:
        BadInput: it is broken; says the first thing that is wrong.
    """
    from bot.playbooks import loader

    try:
        return loader.load(folder)
    except loader.PlaybookError as error:
        _refuse(folder, error.problems)


def load_cases(folder: Path, playbook: Playbook) -> CasesFile:
    """The cases beside a playbook.

    Raises:
        BadInput: they are broken; says the first thing that is wrong.
    """
    from bot.playbooks import loader

    try:
        return loader.parse_cases(loader.read(folder), playbook)
    except loader.PlaybookError as error:
        _refuse(folder, error.problems)


def _refuse(folder: Path, problems: Sequence[object]) -> NoReturn:
    more = f" (and {len(problems) - 1} more: `ragvsft rules check {folder}` lists them)"
    raise UsageError(f"{folder}/{problems[0]}{more if len(problems) > 1 else ''}")


def choose(where: Path, wanted: str | None) -> Playbook:
    """The playbook with the id asked for; without one `ragvsft` if there, else the first.

    Raises:
        BadInput: there is none, or it is broken.
    """
    found = folders(where)
    named = [folder for folder in found if folder.name == (wanted or "ragvsft")]
    if wanted is None:
        return load((named or list(found))[0])
    for folder in (*named, *(other for other in found if other not in named)):
        playbook = load(folder)
        if playbook.id == wanted:
            return playbook
    names = ", ".join(folder.name for folder in found)
    raise UsageError(f"{where}: no playbook `{wanted}`; there are {names}")


def read_answers(path: Path) -> tuple[str, Any]:
    """What an answers file holds, and its name for messages; - is stdin.

    Raises:
        BadInput: it can't be read, or is no YAML.
    """
    from bot.playbooks import yaml_source

    name = "stdin" if str(path) == "-" else str(path)
    try:
        raw = sys.stdin.buffer.read() if name == "stdin" else path.read_bytes()
        text = raw.decode()
    except UnicodeDecodeError:
        raise UsageError(f"{name}: not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise UsageError(
            f"{name}: can't be read ({error.strerror}); name an answers file"
        ) from None
    document, problems = yaml_source.read(name, text)
    if problems:
        raise UsageError(str(problems[0]))
    return name, document.data


def sheet(where: str, data: Any) -> Answers:
    """An answer sheet out of an answers file.

    Raises:
        BadInput: it is not a mapping of questions to answers.
    """
    if not isinstance(data, dict):
        raise UsageError(f"{where}: must map questions to answers, like `freshness: weekly`")
    for question, answer in data.items():
        if answer is not None and not isinstance(answer, str):
            raise UsageError(f"{where}: the answer to `{question}` must be an answer id or null")
    return data
