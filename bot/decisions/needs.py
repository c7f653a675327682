"""Where a decision lies between two needs: one across, one up. Pure."""

from dataclasses import dataclass

from bot.playbooks.model import Playbook
from bot.playbooks.verdict import Verdict

_LONGEST = 22
"""Characters of a corner's titles."""


@dataclass(frozen=True, slots=True)
class NeedAxis:
    """A need: its title, how many points it has, and from how many on it is large."""

    title: str
    points: int
    bar: int

    @property
    def large(self) -> bool:
        """Whether the need is large."""
        return self.points >= self.bar


@dataclass(frozen=True, slots=True)
class NeedsPlot:
    """A decision between two needs.

    `corners` has the titles of the options that meet neither need, the one across, the one up, and
    both.
    """

    across: NeedAxis
    up: NeedAxis
    corners: tuple[str, str, str, str]

    @property
    def alt(self) -> str:
        """The plot in words."""
        found = {True: "large", False: "small"}
        across, up = self.across, self.up
        corner = self.corners[across.large + 2 * up.large]
        leads = f" That is the corner of {corner}." if corner else ""
        return (
            f"Two needs: {across.title} is {found[across.large]}, {up.title} is {found[up.large]}."
            f"{leads}"
        )


def needs_plot(playbook: Playbook, verdict: Verdict) -> NeedsPlot | None:
    """Return where a verdict lies; None if the playbook has not exactly two needs."""
    needs = list(playbook.needs.items())
    if len(needs) != 2 or not verdict.anything_known or set(playbook.needs) - set(verdict.needs):
        return None
    first, second = (
        NeedAxis(need.title, verdict.needs[name].points, verdict.needs[name].bar)
        for name, need in needs
    )
    across, up = playbook.needs
    met: tuple[set[str], ...] = (set(), {across}, {up}, {across, up})
    neither, one, other, both = (_titles(playbook, each) for each in met)
    return NeedsPlot(first, second, (neither, one, other, both))


def _titles(playbook: Playbook, needs: set[str]) -> str:
    """Return the titles of the options that meet exactly these needs, as many as a corner takes."""
    found = [each.title for each in playbook.options.values() if set(each.meets) == needs]
    both = " or ".join(found[:2])
    return both if len(both) <= _LONGEST else found[0]
