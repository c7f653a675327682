"""What a digest is made of, as the log tells it: a question, and the facts in answer to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.decisions.digest.settings import Part, Scope
from bot.decisions.digest.week import Ended, Entry, Hidden, Share
from bot.decisions.model import Decision, ReviewAnswer
from bot.decisions.reading import Sight
from bot.decisions.team import Team


@dataclass(frozen=True, slots=True)
class Question:
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
        editions: the hashes of the playbooks in use.
        shown: how many of each part are wanted in full.
    """

    sight: Sight
    channel: str
    scope: Scope
    parts: tuple[Part, ...]
    since: datetime
    until: datetime
    today: date
    weeks: tuple[datetime, ...]
    editions: tuple[str, ...]
    shown: int


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A decision that was reviewed: what was chosen, and how it went.

    `recommended` is an option or `NOTHING`.
    """

    recommended: str
    chosen: str
    reviews: tuple[ReviewAnswer, ...]


@dataclass(frozen=True, slots=True)
class OldSheet:
    """The answers of a past decision by an older edition of a playbook, and what it came to.

    `recommended` is an option or `NOTHING`; `reviews` are what deciders have said, if anything.
    """

    number: int
    playbook: str
    answers: Mapping[str, str | None]
    recommended: str
    reviews: tuple[ReviewAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """An open decision on which people come to different options, with its views."""

    entry: Entry
    team: Team


@dataclass(frozen=True, slots=True)
class Facts:
    """What the log knows for a digest.

    `waiting` and `split` are the oldest first, `reviews` what is longest due first, all else the
    newest first. `opened` counts what was opened in the window and not taken back, and shows what
    of it no other part shows; `settled` has what was accepted or decided differently in it, `ended`
    what was withdrawn or superseded. `trend` has a count for each week by option.
    `looked_at` says how many decisions were looked at for a part, where that was only the newest.
    """

    waiting: Share[Entry] = field(default_factory=Share)
    split: Share[Split] = field(default_factory=Share)
    reviews: Share[Entry] = field(default_factory=Share)
    opened: Share[Entry] = field(default_factory=Share)
    settled: Share[Entry] = field(default_factory=Share)
    ended: Share[Ended] = field(default_factory=Share)
    reviewed: tuple[Reviewed, ...] = ()
    sheets: tuple[OldSheet, ...] = ()
    trend: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    hidden: Hidden = field(default_factory=Hidden)
    looked_at: Mapping[Part, int] = field(default_factory=dict)

    def decisions(self) -> tuple[Decision, ...]:
        """Return every decision that is there in full; some may come twice."""
        shares = (self.waiting, self.reviews, self.opened, self.settled)
        split = (each.entry.decision for each in self.split.shown)
        ended = (each.decision for each in self.ended.shown)
        return (*(each.decision for share in shares for each in share.shown), *split, *ended)
