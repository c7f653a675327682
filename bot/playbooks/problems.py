"""What is wrong with a playbook: said once, with file, line, column and a remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class PlaybookProblem:
    """One thing wrong; line and column count from 1."""

    file: str
    line: int
    column: int
    message: str
    suggestion: str | None = None

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.message}"
        return f"{text}; did you mean `{self.suggestion}`?" if self.suggestion else text


class PlaybookError(Exception):
    """A playbook that can't be used; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: Iterable[PlaybookProblem]) -> None:
        self.problems = tuple(sorted(set(problems), key=_reading_order))
        super().__init__("\n".join(map(str, self.problems)))


def _reading_order(problem: PlaybookProblem) -> tuple[str, int, int, str]:
    return problem.file, problem.line, problem.column, problem.message


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that a mistyped one most likely stands for, if any is near."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None
