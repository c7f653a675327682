"""What a channel's week amounts to: the content of a digest, before anybody puts it into words."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from bot.decisions.access import MessageRef
from bot.decisions.calibration import Tally
from bot.decisions.model import Decision, Place
from bot.decisions.trend import Trend
from bot.digest.settings import DigestScope, DigestSection

T = TypeVar("T")


NOTHING = ""
"""Stands for an option where too little is known for any."""


@dataclass(frozen=True, slots=True)
class DigestItem:
    """A decision, and where it was announced; None as long as it was not."""

    decision: Decision
    announced: MessageRef | None = None


@dataclass(frozen=True, slots=True)
class Disagreement(DigestItem):
    """An open decision whose people come to different verdicts.

    `verdicts` has the number of people by option or `NOTHING`, the driver counted. `flipping` is
    how many of the questions they differ on would flip it.
    """

    verdicts: Mapping[str, int] = field(default_factory=dict)
    flipping: int = 0


@dataclass(frozen=True, slots=True)
class ChangedDecision(DigestItem):
    """A past decision that today's rules would make otherwise: an option, or `NOTHING`, `now`."""

    now: str = ""


@dataclass(frozen=True, slots=True)
class ClosedDecision(DigestItem):
    """A decision that was withdrawn or superseded.

    `successor` is what took its place, where whoever reads the digest may read that as well.
    """

    successor: DigestItem | None = None


@dataclass(frozen=True, slots=True)
class Truncated(Generic[T]):
    """The first of something, and how many there are in all."""

    shown: tuple[T, ...] = ()
    count: int = 0

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.count > 0

    @property
    def rest(self) -> int:
        """How many are not shown."""
        return self.count - len(self.shown)


@dataclass(frozen=True, slots=True)
class PrivateCounts:
    """How much goes on in private channels that a digest may only count."""

    waiting: int = 0
    disagreements: int = 0
    reviews: int = 0
    new: int = 0
    decided: int = 0
    ended: int = 0

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return any(astuple(self))


@dataclass(frozen=True, slots=True)
class Digest:
    """A channel's digest: what happened from `since` to `until`, and what is to be done.

    `titles` has the option's title by its id, for every option named; `names` what those are
    called, by user id, who are named and not mentioned, as far as that is known. `missed` are the
    days of digests that did not come. What happened from `untold_from`, if set, to `since` is told
    by no digest. Parts that are not wanted are empty; `ended` belongs to what was decided.
    `waiting` is ordered by age, the oldest first; `new`, `decided` and `ended` the newest first;
    `new` counts all that was opened, and shows what no other part does. `calibration` counts the
    outcomes of past decisions by the option that was chosen. `looked_at` says of how many decisions
    a part tells, where it is only the newest. `rules_changed` says whether the playbooks are others
    than at the last digest: what they alter is news only then.
    """

    workspace: str
    place: Place
    scope: DigestScope
    since: datetime
    until: datetime
    zone: str
    titles: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    missed: tuple[date, ...] = ()
    untold_from: datetime | None = None
    waiting: Truncated[DigestItem] = Truncated()
    disagreements: Truncated[Disagreement] = Truncated()
    reviews: Truncated[DigestItem] = Truncated()
    new: Truncated[DigestItem] = Truncated()
    decided: Truncated[DigestItem] = Truncated()
    ended: Truncated[ClosedDecision] = Truncated()
    calibration: Mapping[str, Tally] = field(default_factory=dict)
    altered: Truncated[ChangedDecision] = Truncated()
    trend: Trend = field(default_factory=Trend)
    hidden: PrivateCounts = PrivateCounts()
    rules_changed: bool = True
    looked_at: Mapping[DigestSection, int] = field(default_factory=dict)

    @property
    def has_news(self) -> bool:
        """Whether anything happened in its window."""
        hidden = (self.hidden.new, self.hidden.decided, self.hidden.ended)
        return bool(self.new or self.decided or self.ended) or any(hidden)

    @property
    def quiet(self) -> bool:
        """Whether nothing waits for anybody, and nothing happened."""
        return not (
            self.waiting
            or self.disagreements
            or self.reviews
            or self.new
            or self.decided
            or self.ended
            or (self.altered and self.rules_changed)
            or self.hidden
        )
