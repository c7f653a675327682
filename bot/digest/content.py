"""The content of a digest: what is queried for it, and the digest as composed from that."""

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from bot.decisions.access import MessageRef, ReadScope
from bot.decisions.calibration import Tally
from bot.decisions.comparison import TeamViews
from bot.decisions.model import DecisionSummary, Place, ReviewAnswer
from bot.decisions.trend import Trend
from bot.digest.settings import DigestScope, DigestSection
from bot.playbooks.model import Answer

T = TypeVar("T")

NOTHING = ""
"""In place of an option's id where too little is known to recommend one."""


@dataclass(frozen=True, slots=True)
class DigestItem:
    """A decision, and where it was announced; None if it is not yet."""

    decision: DecisionSummary
    announced: MessageRef | None = None


@dataclass(frozen=True, slots=True)
class Disagreement(DigestItem):
    """An open decision whose people come to different verdicts.

    `verdicts` is the number of people by option or `NOTHING`, including the driver. `flipping` is
    the number of questions they differ on that would flip the verdict.
    """

    verdicts: Mapping[str, int] = field(default_factory=dict)
    flipping: int = 0


@dataclass(frozen=True, slots=True)
class ChangedDecision(DigestItem):
    """A past decision for which the current rules recommend another option: `now`."""

    now: str = ""


@dataclass(frozen=True, slots=True)
class ClosedDecision(DigestItem):
    """A withdrawn or superseded decision; `successor` only if every reader may see it."""

    successor: DigestItem | None = None


@dataclass(frozen=True, slots=True)
class Truncated(Generic[T]):
    """The first items of a list, and how many it has in all."""

    shown: tuple[T, ...] = ()
    count: int = 0

    def __bool__(self) -> bool:
        """Return whether the list has items."""
        return self.count > 0


@dataclass(frozen=True, slots=True)
class SectionCounts:
    """How many decisions each section covers; `new` are those that no other section covers."""

    waiting: int = 0
    disagreements: int = 0
    reviews: int = 0
    new: int = 0
    decided: int = 0
    closed: int = 0

    def __bool__(self) -> bool:
        """Return whether any section has decisions."""
        return any(astuple(self))


@dataclass(frozen=True, slots=True)
class DigestQuery:
    """What to read for a digest.

    Attributes:
        scope: what every reader of the channel may see.
        channel: where it is posted.
        coverage: whether it covers the channel or the workspace.
        sections: which sections to read.
        since: start of the window, exclusive.
        until: end of the window, inclusive.
        before: the local day at `since`; reviews of that day were due at the last digest.
        today: the local day at `until`; reviews of that day are due.
        weeks: start of each week of the trend, oldest first; the last week ends at `until`.
        playbooks: hashes of the current playbooks.
        limit: items to read for each section.
    """

    scope: ReadScope
    channel: str
    coverage: DigestScope
    sections: tuple[DigestSection, ...]
    since: datetime
    until: datetime
    before: date
    today: date
    weeks: tuple[datetime, ...]
    playbooks: tuple[str, ...]
    limit: int


@dataclass(frozen=True, slots=True)
class ReviewedDecision:
    """A reviewed decision: the option recommended or `NOTHING`, the one chosen, the answers."""

    recommended: str
    chosen: str
    reviews: tuple[ReviewAnswer, ...]


@dataclass(frozen=True, slots=True)
class PastAnswers:
    """The answers of a decision made with an older version of a playbook.

    `recommended` is the option that it recommended then, or `NOTHING`.
    """

    number: int
    playbook: str
    answers: Mapping[str, Answer]
    recommended: str
    reviews: tuple[ReviewAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class SplitDecision:
    """An open decision with perspectives that recommend different options."""

    item: DigestItem
    team: TeamViews


@dataclass(frozen=True, slots=True)
class DigestData:
    """What was read for a digest.

    `waiting` and `split` are the oldest first, `reviews` the longest due first, the others the
    newest first. `new` are those opened in the window that no other section covers. `trend` has a
    count per week by option. `newest_only` has the number of decisions
    examined for a section that covers only the newest.
    """

    waiting: Truncated[DigestItem] = Truncated()
    split: Truncated[SplitDecision] = Truncated()
    reviews: Truncated[DigestItem] = Truncated()
    new: Truncated[DigestItem] = Truncated()
    decided: Truncated[DigestItem] = Truncated()
    closed: Truncated[ClosedDecision] = Truncated()
    reviewed: tuple[ReviewedDecision, ...] = ()
    past_answers: tuple[PastAnswers, ...] = ()
    trend: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    private: SectionCounts = SectionCounts()
    newest_only: Mapping[DigestSection, int] = field(default_factory=dict)

    def decisions(self) -> Iterator[DecisionSummary]:
        """Yield every decision that is shown; some may occur twice."""
        for section in (self.waiting, self.reviews, self.new, self.decided, self.closed):
            yield from (each.decision for each in section.shown)
        yield from (each.item.decision for each in self.split.shown)


@dataclass(frozen=True, slots=True)
class Digest:
    """A channel's digest for a window.

    Attributes:
        workspace: Slack's id.
        place: the channel.
        scope: whether it covers the channel or the workspace.
        since: start of the window, exclusive.
        until: end of the window, inclusive.
        zone: the IANA zone in which it is read.
        titles: titles of all options named, by id.
        names: names of people who are named but not mentioned, by user id, as far as known.
        missed: days of missed digests in the window.
        gap_from: see `Window`.
        waiting: open decisions, oldest first.
        disagreements: open decisions whose people come to different verdicts.
        reviews: decisions to be reviewed, longest due first.
        new: decisions opened in the window that no other section covers.
        decided: newest first.
        closed: withdrawn or superseded in the window, newest first.
        calibration: outcomes of past decisions by the option chosen.
        changed: past decisions for which the current rules recommend another option.
        trend: decisions opened per week.
        private: numbers of decisions in other private channels.
        rules_changed: whether the playbooks differ from those at the last digest; only then is
            `changed` news.
        newest_only: the number of decisions examined for a section that covers only the newest.
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
    gap_from: datetime | None = None
    waiting: Truncated[DigestItem] = Truncated()
    disagreements: Truncated[Disagreement] = Truncated()
    reviews: Truncated[DigestItem] = Truncated()
    new: Truncated[DigestItem] = Truncated()
    decided: Truncated[DigestItem] = Truncated()
    closed: Truncated[ClosedDecision] = Truncated()
    calibration: Mapping[str, Tally] = field(default_factory=dict)
    changed: Truncated[ChangedDecision] = Truncated()
    trend: Trend = field(default_factory=Trend)
    private: SectionCounts = SectionCounts()
    rules_changed: bool = True
    newest_only: Mapping[DigestSection, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits for anyone, and nothing happened."""
        sections = (self.waiting, self.disagreements, self.reviews, self.new, self.decided)
        changed = self.changed and self.rules_changed
        return not (any(sections) or self.closed or changed or self.private)
