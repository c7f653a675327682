"""The trend of a digest. It stands alone so that whoever only draws it loads nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Trend:
    """How many decisions were opened in each week, by the option chosen, else recommended.

    `weeks` are the first days of the weeks, oldest first; each option has a count for each week.
    `options` are all of the playbooks in use, in their order, and then those of none any more: an
    option's place does not depend on which others were decided for.
    """

    weeks: tuple[date, ...] = ()
    options: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything was opened."""
        return any(any(counts) for counts in self.options.values())
