"""What a digest is made of, as the log tells it: a question, and the facts in answer to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.decisions.access import ReadScope
from bot.decisions.comparison import TeamViews
from bot.decisions.model import Decision, ReviewAnswer
from bot.digest.content import ClosedDecision, DigestItem, PrivateCounts, Truncated
from bot.digest.settings import DigestScope, DigestSection


@dataclass(frozen=True, slots=True)
class DigestQuery:
    """What the log is asked for a digest.

    Attributes:
        sight: what everybody may read who reads the digest.
        channel: where it is posted.
        scope: whether only decisions of that channel are meant.
        parts: what is wanted of it; all else stays empty.
        since: where its window begins, that moment left out.
        until: where its window ends, that moment included.
        today: the day where it is read: reviews of that day are due.
        weeks: where the weeks of the trend begin, the oldest first; the last one ends at `until`.
        playbooks: the hashes of the playbooks in use.
        shown: how many of each part are wanted in full.
    """

    sight: ReadScope
    channel: str
    scope: DigestScope
    parts: tuple[DigestSection, ...]
    since: datetime
    until: datetime
    today: date
    weeks: tuple[datetime, ...]
    playbooks: tuple[str, ...]
    shown: int


@dataclass(frozen=True, slots=True)
class ReviewedDecision:
    """A decision that was reviewed: what was chosen, and how it went.

    `recommended` is an option or `NOTHING`.
    """

    recommended: str
    chosen: str
    reviews: tuple[ReviewAnswer, ...]


@dataclass(frozen=True, slots=True)
class PastAnswers:
    """The answers of a past decision by an older edition of a playbook, and what it came to.

    `recommended` is an option or `NOTHING`; `reviews` are what deciders have said, if anything.
    """

    number: int
    playbook: str
    answers: Mapping[str, str | None]
    recommended: str
    reviews: tuple[ReviewAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class SplitDecision:
    """An open decision on which people come to different options, with its views."""

    entry: DigestItem
    team: TeamViews


@dataclass(frozen=True, slots=True)
class DigestData:
    """What the log knows for a digest.

    `waiting` and `split` are the oldest first, `reviews` what is longest due first, all else the
    newest first. `opened` counts what was opened in the window and not taken back, and shows what
    of it no other part shows; `settled` has what was accepted or decided differently in it, `ended`
    what was withdrawn or superseded. `trend` has a count for each week by option.
    `looked_at` says how many decisions were looked at for a part, where that was only the newest.
    """

    waiting: Truncated[DigestItem] = field(default_factory=Truncated)
    split: Truncated[SplitDecision] = field(default_factory=Truncated)
    reviews: Truncated[DigestItem] = field(default_factory=Truncated)
    opened: Truncated[DigestItem] = field(default_factory=Truncated)
    settled: Truncated[DigestItem] = field(default_factory=Truncated)
    ended: Truncated[ClosedDecision] = field(default_factory=Truncated)
    reviewed: tuple[ReviewedDecision, ...] = ()
    sheets: tuple[PastAnswers, ...] = ()
    trend: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    hidden: PrivateCounts = field(default_factory=PrivateCounts)
    looked_at: Mapping[DigestSection, int] = field(default_factory=dict)

    def decisions(self) -> tuple[Decision, ...]:
        """Return every decision that is there in full; some may come twice."""
        shares = (self.waiting, self.reviews, self.opened, self.settled)
        split = (each.entry.decision for each in self.split.shown)
        ended = (each.decision for each in self.ended.shown)
        return (*(each.decision for share in shares for each in share.shown), *split, *ended)
