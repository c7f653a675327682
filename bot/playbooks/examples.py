"""Examples that come with a playbook: typical answer sheets to start from.

They are the sample decisions in samples.yml; only id, title and answers are read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bot.playbooks import yaml_source
from bot.playbooks.engine import InvalidAnswers, RuleEngine
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
