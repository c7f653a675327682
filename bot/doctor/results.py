"""What the doctor found, and how it reads."""

import shutil
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final


class CheckState(StrEnum):
    """How bad it is. Only a problem keeps the bot from working."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


SYMBOLS: Final = {CheckState.OK: "✓", CheckState.WARNING: "!", CheckState.PROBLEM: "✗"}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One thing looked at: how it is, and what to do where it is not well."""

    subject: str
    state: CheckState
    message: str
    remedy: str = ""


def ok(subject: str, message: str) -> CheckResult:
    """Make a finding that all is well."""
    return CheckResult(subject, CheckState.OK, message)


def warning(subject: str, message: str, remedy: str) -> CheckResult:
    """Make a finding of something that works and should be otherwise."""
    return CheckResult(subject, CheckState.WARNING, message, remedy)


def problem(subject: str, message: str, remedy: str = "") -> CheckResult:
    """Make a finding of something without which the bot does not work."""
    return CheckResult(subject, CheckState.PROBLEM, message, remedy)


def is_well(findings: Iterable[CheckResult]) -> bool:
    """Whether no finding is a problem."""
    return all(finding.state is not CheckState.PROBLEM for finding in findings)


def as_rows(findings: Iterable[CheckResult]) -> list[dict[str, str]]:
    """Give the findings as plain data."""
    return [asdict(finding) for finding in findings]


def _plain(_: CheckState, label: str) -> str:
    return label


def results_as_text(
    findings: Iterable[CheckResult],
    *,
    width: int | None = None,
    paint: Callable[[CheckState, str], str] = _plain,
) -> str:
    """Lay the findings out for a terminal: a heading for each subject, a line for each finding.

    Args:
        findings: in the order to show them.
        width: columns to fit into; those of the terminal, at most 100, if not given.
        paint: colours the words of a state, which say enough without.
    """
    columns = width or min(shutil.get_terminal_size().columns, 100)
    lines: list[str] = []
    heading = ""
    for finding in findings:
        if finding.subject != heading:
            heading = finding.subject
            lines += [*([""] if lines else []), heading]
        lines += _entry(finding, columns, paint)
    return "\n".join(lines)


def summary(findings: Iterable[CheckResult]) -> str:
    """Sum the findings up in one line."""
    states = [finding.state for finding in findings]
    counts = {state: states.count(state) for state in (CheckState.PROBLEM, CheckState.WARNING)}
    told = [
        f"{count} {state}{'s' if count > 1 else ''}" for state, count in counts.items() if count
    ]
    return ", ".join(told) or "All well"


def _entry(
    finding: CheckResult, columns: int, paint: Callable[[CheckState, str], str]
) -> list[str]:
    label = f"{SYMBOLS[finding.state]} {finding.state:<8}"
    first, indent = f"  {label} ", " " * (len(label) + 3)
    lines = _fill(finding.message, first, indent, columns)
    lines[0] = lines[0].replace(label, paint(finding.state, label), 1)
    if finding.remedy:
        lines += _fill(finding.remedy, f"{indent}→ ", f"{indent}  ", columns)
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
