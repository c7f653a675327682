"""The results of checks, and their layout for a terminal."""

import shutil
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final


class CheckState(StrEnum):
    """Severity. Only a problem prevents the bot from working."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


SYMBOLS: Final = {CheckState.OK: "✓", CheckState.WARNING: "!", CheckState.PROBLEM: "✗"}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check: what was found, and the remedy if it is not ok."""

    subject: str
    state: CheckState
    message: str
    remedy: str = ""


def ok(subject: str, message: str) -> CheckResult:
    """Return a result without a fault."""
    return CheckResult(subject, CheckState.OK, message)


def warning(subject: str, message: str, remedy: str) -> CheckResult:
    """Return a result for something that works but should be changed."""
    return CheckResult(subject, CheckState.WARNING, message, remedy)


def problem(subject: str, message: str, remedy: str = "") -> CheckResult:
    """Return a result for something that prevents the bot from working."""
    return CheckResult(subject, CheckState.PROBLEM, message, remedy)


def all_ok(results: Iterable[CheckResult]) -> bool:
    """Return whether no result is a problem."""
    return all(result.state is not CheckState.PROBLEM for result in results)


def to_dicts(results: Iterable[CheckResult]) -> list[dict[str, str]]:
    """Return the results as plain data."""
    return [asdict(result) for result in results]


def _plain(_: CheckState, label: str) -> str:
    return label


def results_as_text(
    results: Iterable[CheckResult],
    *,
    width: int | None = None,
    paint: Callable[[CheckState, str], str] = _plain,
) -> str:
    """Return the results for a terminal: a heading for each subject, an entry for each result.

    Args:
        results: in the order to show them.
        width: columns; by default those of the terminal, at most 100.
        paint: colours the label of a state; the label is readable without colour.
    """
    columns = width or min(shutil.get_terminal_size().columns, 100)
    lines: list[str] = []
    heading = ""
    for result in results:
        if result.subject != heading:
            heading = result.subject
            lines += [*([""] if lines else []), heading]
        lines += _entry(result, columns, paint)
    return "\n".join(lines)


def summary(results: Iterable[CheckResult]) -> str:
    """Return the number of problems and warnings in one line."""
    states = [result.state for result in results]
    counts = {state: states.count(state) for state in (CheckState.PROBLEM, CheckState.WARNING)}
    parts = [
        f"{count} {state}{'s' if count > 1 else ''}" for state, count in counts.items() if count
    ]
    return ", ".join(parts) or "No problems"


def _entry(result: CheckResult, columns: int, paint: Callable[[CheckState, str], str]) -> list[str]:
    label = f"{SYMBOLS[result.state]} {result.state:<8}"
    first, indent = f"  {label} ", " " * (len(label) + 3)
    lines = _fill(result.message, first, indent, columns)
    lines[0] = lines[0].replace(label, paint(result.state, label), 1)
    if result.remedy:
        lines += _fill(result.remedy, f"{indent}→ ", f"{indent}  ", columns)
    return lines


def _fill(text: str, first: str, rest: str, columns: int) -> list[str]:
    return textwrap.wrap(
        text,
        columns,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
