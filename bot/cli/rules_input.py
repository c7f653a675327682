"""Read the playbooks and answers of the `rules` commands; each error is one line."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from bot.cli.common import UsageError, partial_settings
from bot.playbooks import loader, yaml_source
from bot.playbooks.model import Answer, CasesFile, Playbook
from bot.playbooks.verdict import Answers


def default_folder() -> str:
    """Return the default folder of playbooks: RAGVSFT_RULES, or the one that ships.

    Raises:
        UsageError: `.env` exists and cannot be read.
    """
    return str(partial_settings("RAGVSFT_RULES").rules)


def playbook_folders(where: Path) -> tuple[Path, ...]:
    """Return the folders of the playbooks in a folder.

    Raises:
        UsageError: there are none.
    """
    try:
        return loader.folders(where)
    except loader.NoPlaybookError as error:
        raise UsageError(str(error)) from None


def read_playbook(folder: Path) -> Playbook:
    """Return the playbook in a folder.

    Raises:
        UsageError: it is broken; names the first error.
    """
    try:
        return loader.load(folder)
    except loader.PlaybookError as error:
        _fail(folder, error.problems)


def read_cases(folder: Path, playbook: Playbook) -> CasesFile:
    """Return the cases of a playbook.

    Raises:
        UsageError: they are broken; names the first error.
    """
    try:
        return loader.parse_cases(loader.read(folder), playbook)
    except loader.PlaybookError as error:
        _fail(folder, error.problems)


def _fail(folder: Path, problems: Sequence[object]) -> NoReturn:
    more = f" (and {len(problems) - 1} more: `ragvsft rules check {folder}` lists them)"
    raise UsageError(f"{folder}/{problems[0]}{more if len(problems) > 1 else ''}")


def choose_playbook(where: Path, wanted: str | None) -> Playbook:
    """Return the playbook with an id; without one `ragvsft` if it exists, otherwise the first.

    Raises:
        UsageError: there is none, or it is broken.
    """
    found = playbook_folders(where)
    named = [folder for folder in found if folder.name == (wanted or "ragvsft")]
    if wanted is None:
        return read_playbook((named or list(found))[0])
    for folder in (*named, *(other for other in found if other not in named)):
        playbook = read_playbook(folder)
        if playbook.id == wanted:
            return playbook
    names = ", ".join(folder.name for folder in found)
    raise UsageError(f"{where}: no playbook `{wanted}`; there are {names}")


def read_answers(path: Path) -> tuple[str, Any]:
    """Return the name of an answers file for messages, and its data; - is stdin.

    Raises:
        UsageError: it cannot be read, or is not YAML.
    """
    name = "stdin" if str(path) == "-" else str(path)
    try:
        raw = sys.stdin.buffer.read() if name == "stdin" else path.read_bytes()
        text = raw.decode()
    except UnicodeDecodeError:
        raise UsageError(f"{name}: not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise UsageError(
            f"{name}: cannot be read ({error.strerror}); name an answers file"
        ) from None
    document, problems = yaml_source.read_yaml(name, text)
    if problems:
        raise UsageError(str(problems[0]))
    return name, document.data


def answer_sheet(where: str, data: Any) -> Answers:
    """Return an answer sheet from the data of an answers file.

    Raises:
        UsageError: it is not a mapping of questions to answers.
    """
    if not isinstance(data, dict):
        raise UsageError(f"{where}: must map questions to answers, like `freshness: weekly`")
    found: dict[str, Answer] = {}
    for question, answer in data.items():
        if isinstance(answer, list) and all(isinstance(each, str) for each in answer):
            found[question] = tuple(answer)
        elif answer is None or isinstance(answer, str):
            found[question] = answer
        else:
            raise UsageError(
                f"{where}: the answer to `{question}` must be an answer id, a list of them or null"
            )
    return found
