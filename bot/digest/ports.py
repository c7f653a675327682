"""What the log does for digests: it keeps their settings, and each digest that had its turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.decisions.model import Person
from bot.digest.content import DigestItem
from bot.digest.facts import DigestData, DigestQuery
from bot.digest.posting import Window
from bot.digest.settings import DigestSettings
from bot.outbox.model import Delivery


@dataclass(frozen=True, slots=True)
class DigestRun:
    """A week's digest that had its turn: it was posted, or there was nothing to say.

    Attributes:
        week: the week of the calendar, as ISO 8601 writes it.
        day: when it was due, where it is read.
        until: where its window ended.
        sent: whether a delivery was kept, and not given up.
        missed: the days that it had to name as left out.
        playbooks: the hashes of the playbooks in use then.
    """

    week: str
    day: date
    until: datetime
    sent: bool
    missed: tuple[date, ...] = ()
    playbooks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestState:
    """A channel's settings, and how far its digests have come.

    Attributes:
        settings: as they were saved last.
        begun_at: when settings were saved for the first time.
        counts_from: since when it is on and has its rhythm, or a backup was restored: what was due
            before does not come, and was not missed.
        last: the last digest that had its turn.
        told_until: where the window of the last one ended that was posted, or is to be.
    """

    settings: DigestSettings
    begun_at: datetime
    counts_from: datetime
    last: DigestRun | None = None
    told_until: datetime | None = None


class DigestStore(Protocol):
    """The digests in the log. Each method is one transaction."""

    async def digest_standing(
        self, workspace: str, channel: str, now: datetime
    ) -> DigestState | None:
        """Return how a channel's digest stands, on or off; None if nothing was ever saved.

        The last one that had its turn is that of this week or an earlier one: a clock that was
        wrong for a while may have let weeks have their turn that are yet to come.
        """
        ...

    async def digests_on(self, now: datetime) -> list[DigestState]:
        """Return how every digest stands that is on, in all workspaces."""
        ...

    async def keep_digest_settings(self, settings: DigestSettings) -> None:
        """Keep a channel's settings in the place of its earlier ones."""
        ...

    async def switch_digest_off(self, workspace: str, channel: str) -> bool:
        """Switch a channel's digest off; return whether it was on."""
        ...

    async def keep_shared_channel(self, workspace: str, channel: str) -> str | None:
        """Note that people from outside the workspace read a channel.

        Its digest tells of the channel's own decisions only from then on.

        Returns:
            Who had set it up to tell of the workspace; None if it was off, or did not.
        """
        ...

    async def is_shared(self, workspace: str, channel: str) -> bool:
        """Return whether people from outside the workspace are known to read a channel."""
        ...

    async def digests_known_to(self, person: Person, limit: int) -> list[DigestSettings]:
        """Return the settings of the digests that a person has to do with, first those that are on.

        Those that they saved themselves, on or off, and those that are on of public channels that
        have a decision of which they are the driver, a decider or a contributor.
        """
        ...

    async def make_room_for_digest(self, settings: DigestSettings, week: str, at: datetime) -> bool:
        """Give up a channel's digests before a week's that are not known to have come.

        Those that wait for Slack, and those of which nobody has said whether they arrived: what
        they tell is told by that week's.

        Returns:
            False, and none is given up, if one is being posted at the moment.
        """
        ...

    async def take_turn(
        self, standing: DigestState, turn: DigestRun, delivery: Delivery | None
    ) -> bool:
        """Note that a week's digest had its turn, and keep its delivery if there is one.

        Returns:
            False, and nothing is kept, if it had its turn before, or the settings or what was told
            are not those of `standing` any more.
        """
        ...

    async def posted_by_hand(
        self, settings: DigestSettings, since: datetime, window: Window
    ) -> datetime | None:
        """Return where the window of the last digest ended that somebody had posted since then.

        Only of those that are known to have come, and that told of `window` from where it begins;
        None if there is none.
        """
        ...

    async def put_digests_right(self, now: datetime) -> None:
        """Have what was noted of a time after `now`, by a clock that was wrong, be of `now`.

        So settings count from now, and the next digest begins now: all that there was to be told
        has been told by the one before its time.
        """
        ...

    async def give_up_late_digests(self, now: datetime) -> None:
        """Give up the digests that were not posted and are more than `calendar.LATEST` late.

        A week's digest is one of those left out, then, and what it would have told is told by the
        next one.
        """
        ...

    async def digest_facts(self, question: DigestQuery) -> DigestData:
        """Return what the log knows for a digest."""
        ...

    async def entries(self, workspace: str, numbers: Sequence[int]) -> list[DigestItem]:
        """Return decisions by their numbers, in that order; it asks nobody's permission."""
        ...

    async def oldest_digest_under_way(self) -> datetime | None:
        """Return when the oldest digest was kept that Slack does not have; None if none waits."""
        ...
