"""The trend of a digest. A module of its own: the chart subprocess imports nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Trend:
    """Number of decisions opened per week, by the option chosen, else the one recommended.

    `weeks` are the first days of the weeks, oldest first; each option has one count per week.
    `options` lists all options of the current playbooks in their order, then those no longer in
    any playbook, so that an option keeps its place whichever others occur.
    """

    weeks: tuple[date, ...] = ()
    options: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def busy_weeks(self) -> int:
        """The number of weeks in which any decision was opened."""
        return sum(any(counts) for counts in zip(*self.options.values(), strict=True))

    def __bool__(self) -> bool:
        """Return whether any decision was opened."""
        return any(any(counts) for counts in self.options.values())
