"""Read the files of a folder into a `Playbook`, or report everything that is wrong with them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from bot.playbooks import validation, yaml_source
from bot.playbooks.model import (
    CasesFile,
    Option,
    Playbook,
    PlaybookFile,
    Question,
    RulesFile,
)
from bot.playbooks.schema import CASES, FORMATS, PLAYBOOK, QUESTIONS, RULES, explain_errors
from bot.playbooks.yaml_source import PlaybookError, PlaybookProblem

__all__ = [
    "CASES",
    "PLAYBOOK",
    "QUESTIONS",
    "RULES",
    "SHIPPED",
    "Examination",
    "NoPlaybookError",
    "PlaybookError",
    "PlaybookProblem",
    "PlaybookText",
    "examine",
    "folders",
    "load",
    "parse",
    "parse_cases",
    "read",
]

NEEDED = (PLAYBOOK, QUESTIONS, RULES)
_PACKAGE: Final = Path(__file__).parents[1]
SHIPPED: Final = next(
    (folder for folder in (_PACKAGE / "rules", _PACKAGE.parent / "rules") if folder.is_dir()),
    _PACKAGE / "rules",
)
"""The folder of the playbooks that ship with ragvsft; in a checkout it is beside the package."""


@dataclass(frozen=True, slots=True)
class PlaybookText:
    """The text of a playbook's files by name; `folder` is where they were found."""

    folder: str
    files: Mapping[str, str]

    @property
    def hash(self) -> str:
        """The content hash of all files: verdicts rest on the rules, confidence on the cases."""
        digest = hashlib.sha256()
        for name in (*NEEDED, CASES):
            content = self.files.get(name, "").encode("utf-8", "surrogatepass")
            digest.update(f"{name}:{len(content)}\n".encode())
            digest.update(content)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Examination:
    """The result of checking a playbook; `playbook` is None where there are problems.

    `warnings` are facts to look up again; they do not make a playbook unusable.
    """

    playbook: Playbook | None
    cases: int
    problems: tuple[PlaybookProblem, ...]
    warnings: tuple[PlaybookProblem, ...]


class NoPlaybookError(LookupError):
    """No playbook was found; the message says what to do."""


def folders(where: Path) -> tuple[Path, ...]:
    """Return the playbook folders in a folder, by name; the folder itself if it is one.

    Raises:
        NoPlaybookError: there is none.
    """
    if (where / PLAYBOOK).is_file():
        return (where,)
    if not where.is_dir():
        raise NoPlaybookError(f"{where}: no such folder; name a folder of playbooks")
    found = tuple(sorted(path.parent for path in where.glob(f"*/{PLAYBOOK}")))
    if not found:
        raise NoPlaybookError(f"{where}: no playbook here (a folder with a {PLAYBOOK} in it)")
    return found


def read(folder: Path) -> PlaybookText:
    """Read the files of a playbook.

    Raises:
        PlaybookError: the folder or a file is missing or can't be read as UTF-8 text.
    """
    files: dict[str, str] = {}
    problems = []
    for name in (*NEEDED, CASES):
        path = folder / name
        try:
            if path.stat().st_size > yaml_source.MAX_BYTES:
                problems.append(PlaybookProblem(name, 1, 1, yaml_source.TOO_LARGE))
                continue
            files[name] = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            if name in NEEDED:
                problems.append(PlaybookProblem(name, 1, 1, f"not found in {folder}"))
        except UnicodeDecodeError as error:
            problems.append(PlaybookProblem(name, 1, 1, f"not UTF-8 text (byte {error.start})"))
        except OSError as error:
            problems.append(PlaybookProblem(name, 1, 1, f"can't be read: {error.strerror}"))
    if problems:
        raise PlaybookError(problems)
    return PlaybookText(str(folder), files)


def parse(text: PlaybookText) -> Playbook:
    """Check the text of a playbook and build it.

    Raises:
        PlaybookError: something is wrong; it lists every problem, not only the first.
    """
    parts = _Parts(text)
    if parts.problems or parts.head is None or parts.questions is None or parts.rules is None:
        raise PlaybookError(parts.problems)
    return _build(parts.head, parts.questions, parts.rules, text)


class _Parts:
    """The parts of a playbook that could be read, and every problem in and between them."""

    def __init__(self, text: PlaybookText) -> None:
        self.problems = [
            PlaybookProblem(name, 1, 1, "missing")
            for name in NEEDED
            if text.files.get(name) is None
        ]
        self.documents: dict[str, yaml_source.Document] = {}
        read: dict[str, Any] = {}
        for name in NEEDED:
            if name in text.files:
                self.documents[name], read[name], found = _read_file(name, text.files[name])
                self.problems += found
        self.head: PlaybookFile | None = read.get(PLAYBOOK)
        self.questions: tuple[Question, ...] | None = read.get(QUESTIONS)
        self.rules: RulesFile | None = read.get(RULES)
        self.problems += validation.check_playbook(
            self.head, self.questions, self.rules, self.documents
        )


def examine(text: PlaybookText, today: date) -> Examination:
    """Report everything that is wrong with a playbook and its cases, and outdated facts.

    The cases are checked against the questions and options even where rules.yml is broken.
    """
    parts = _Parts(text)
    problems = list(parts.problems)
    cases = 0
    if CASES in text.files:
        document, data, found = _read_file(CASES, text.files[CASES])
        problems += found
        if data is not None and parts.questions is not None and parts.head is not None:
            options = parts.head.options
            problems += validation.check_cases(data, parts.questions, options, document)
            cases = len(data.cases)
    future, warnings = validation.check_dates(parts.head, parts.rules, parts.documents, today)
    problems += future
    playbook = None if problems else parse(text)
    ordered = PlaybookError(problems).problems
    return Examination(playbook, cases, ordered, tuple(warnings))


def load(folder: Path) -> Playbook:
    """Read and parse the playbook in a folder.

    Raises:
        PlaybookError: as `read` and `parse`.
    """
    return parse(read(folder))


def parse_cases(text: PlaybookText, playbook: Playbook) -> CasesFile:
    """Return the published cases that come with a playbook; none if it has no cases.yml.

    Raises:
        PlaybookError: cases.yml is malformed or names what the playbook does not have.
    """
    if CASES not in text.files:
        return CasesFile()
    document, data, problems = _read_file(CASES, text.files[CASES])
    cases: CasesFile | None = data
    if cases is not None:
        problems += validation.check_cases(cases, playbook.questions, playbook.options, document)
    if problems or cases is None:
        raise PlaybookError(problems)
    return cases


def _read_file(name: str, content: str) -> tuple[yaml_source.Document, Any, list[PlaybookProblem]]:
    document, problems = yaml_source.read_yaml(name, content)
    if problems:
        return document, None, problems
    try:
        return document, FORMATS[name].validate_python(document.data), []
    except ValidationError as error:
        return document, None, explain_errors(name, document, FORMATS[name], error)


def _build(
    head: PlaybookFile, questions: Sequence[Question], rules: RulesFile, text: PlaybookText
) -> Playbook:
    order = {step.id: position for position, step in enumerate(head.steps)}
    fields = {name: getattr(head, name) for name in PlaybookFile.model_fields}
    fields["options"] = {
        name: Option(id=name, **dict(option)) for name, option in head.options.items()
    }
    return Playbook(
        **fields,
        hash=text.hash,
        questions=tuple(sorted(questions, key=lambda question: order[question.step])),
        rules=rules.rules,
        vetoes=rules.vetoes,
        gates=rules.gates,
        **_usual_answers(questions, text),
    )


def _usual_answers(questions: Sequence[Question], text: PlaybookText) -> dict[str, Any]:
    """Count the answers of the cases that are not held out; a broken cases.yml counts as none.

    `examine` and `parse_cases` report what is wrong with it.
    """
    if CASES not in text.files:
        return {}
    _, file, _ = _read_file(CASES, text.files[CASES])
    given = Counter[tuple[str, str]]()
    answered = Counter[str]()
    for case in file.cases if file else ():
        if case.held_out:
            continue
        for name, answer in case.answers.items():
            answers = [answer] if isinstance(answer, str) else answer or []
            given.update((name, each) for each in answers)
            answered[name] += bool(answers)
    return {
        "usual_answers": {
            question.id: {answer: given[question.id, answer] for answer in question.answers}
            for question in questions
        },
        "usually_answered": {question.id: answered[question.id] for question in questions},
    }
