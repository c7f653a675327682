"""The playbooks of a folder with their examples, reloaded when their files change.

A broken change is refused. Examples are the sample decisions in samples.yml; only id, title and
answers are read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bot.playbooks import loader, yaml_source
from bot.playbooks.engine import InvalidAnswers, RuleEngine
from bot.playbooks.loader import PlaybookText
from bot.playbooks.model import CaseAnswer, Id, NonEmptyText
from bot.playbooks.yaml_source import PlaybookError, PlaybookProblem

SAMPLES = "samples.yml"


class Example(BaseModel):
    """An answer sheet with a title."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id
    title: NonEmptyText
    answers: Mapping[Id, CaseAnswer]


_EXAMPLES = TypeAdapter(tuple[Example, ...])


class ExamplesError(PlaybookError):
    """The examples of a playbook can't be used; the playbook itself can."""


def read_examples(folder: Path, engine: RuleEngine) -> tuple[Example, ...]:
    """Return the examples in a playbook's folder; none if it has no samples.yml.

    Raises:
        ExamplesError: the file can't be read, is malformed, or does not fit the playbook.
    """
    path = folder / SAMPLES
    if not path.is_file():
        return ()
    try:
        document, problems = yaml_source.read_yaml(SAMPLES, path.read_text(encoding="utf-8"))
        if problems:
            raise ExamplesError(problems)
        examples = _EXAMPLES.validate_python(document.data)
        for example in examples:
            engine.check(example.answers)
    except (OSError, UnicodeDecodeError, InvalidAnswers) as error:
        raise _unusable(str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _unusable(f"{where}: {first['msg']}") from error
    return examples


def _unusable(message: str) -> ExamplesError:
    return ExamplesError([PlaybookProblem(SAMPLES, 1, 1, message)])


@dataclass(frozen=True, slots=True)
class PlaybookVersion:
    """One version of a playbook: its text, the engine compiled from it, and its examples."""

    text: PlaybookText
    engine: RuleEngine
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """What a refresh changed: ids loaded or reloaded, and folders newly refused with the errors.

    `without_examples`: folders whose playbook was loaded without its examples, with the errors.
    """

    taken_up: tuple[str, ...]
    refused: Mapping[Path, PlaybookError]
    without_examples: Mapping[Path, PlaybookError]


class Library:
    """The playbooks of a folder, the last valid state of each.

    Nothing is read before the first `refresh`. A refresh replaces entries and never changes one,
    so callers can keep using an entry.
    """

    def __init__(self, where: Path) -> None:
        self.where = where
        self._entries: dict[Path, PlaybookVersion] = {}
        self._refused: dict[Path, PlaybookError] = {}

    @property
    def entries(self) -> Mapping[str, PlaybookVersion]:
        """The playbooks in use by id, in the order of their folders."""
        return {entry.engine.playbook.id: entry for _, entry in sorted(self._entries.items())}

    @property
    def refused(self) -> Mapping[Path, PlaybookError]:
        """The folders whose current files are invalid; their last valid state stays in use."""
        return dict(sorted(self._refused.items()))

    def refresh(self) -> RefreshResult:
        """Read the folder again. Files that did not change are hashed, not parsed.

        Raises:
            NoPlaybookError: there is no playbook, and there was none before.
        """
        try:
            present = loader.folders(self.where)
        except loader.NoPlaybookError:
            if not self._entries:
                raise
            present = ()
        taken_up, refused = list[str](), dict[Path, PlaybookError]()
        without_examples = dict[Path, PlaybookError]()
        for folder in dict.fromkeys([*present, *sorted(self._entries)]):
            try:
                if (entry := self._changed(folder)) is not None:
                    self._entries[folder] = entry
                    taken_up.append(entry.engine.playbook.id)
                    examples = read_examples(folder, entry.engine)
                    self._entries[folder] = replace(entry, examples=examples)
            except ExamplesError as error:
                without_examples[folder] = error
            except PlaybookError as error:
                if str(self._refused.get(folder)) != str(error):
                    refused[folder] = error
                self._refused[folder] = error
        return RefreshResult(tuple(taken_up), refused, without_examples)

    def _changed(self, folder: Path) -> PlaybookVersion | None:
        """Load the playbook of a folder if its text differs from the one in use.

        Raises:
            PlaybookError: it is invalid.
        """
        text = loader.read(folder)
        known = self._entries.get(folder)
        if known is not None and known.text.hash == text.hash:
            self._refused.pop(folder, None)
            return None
        playbook = loader.parse(text)
        for other, entry in self._entries.items():
            if other != folder and entry.engine.playbook.id == playbook.id:
                message = f"the id `{playbook.id}` is taken by {other}"
                raise PlaybookError([PlaybookProblem(loader.PLAYBOOK, 1, 1, message)])
        self._refused.pop(folder, None)
        engine = RuleEngine(playbook)
        engine.next_questions({})  # draws completions, before a page waits for them
        return PlaybookVersion(text, engine)
