"""When whom to ask how a decision went: at nine in the morning, by the clock where they are. Pure.

A review is due on a day of the calendar, which begins at other moments elsewhere: each decider of
a decision is asked by themselves, and the decision is done with when the last one was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from bot.decisions.model import Decision, Person

ASKED_FROM = timedelta(hours=9)
"""The time of day from which a review is asked for."""
EARLIEST = timezone(timedelta(hours=14))
"""Where each day begins first: the Line Islands (Pacific/Kiritimati in the IANA database)."""


@dataclass(frozen=True, slots=True)
class TimeZones:
    """The time zones of people.

    `own` are the zones of people, `of_channels` those of channels' digests, by workspace and
    channel. A person without a known zone has that of the decision's channel, otherwise UTC.
    """

    own: Mapping[Person, tzinfo] = field(default_factory=dict)
    of_channels: Mapping[tuple[str, str], tzinfo] = field(default_factory=dict)

    def of(self, decision: Decision, decider: str) -> tzinfo:
        """Return the zone in which it is to be nine o'clock."""
        channel = (decision.workspace, decision.place.channel)
        fallback = self.of_channels.get(channel, UTC)
        return self.own.get(Person(decision.workspace, decider), fallback)


@dataclass(frozen=True, slots=True)
class ReviewRequests:
    """Whom to ask now; `complete` once all deciders are to be asked, or were."""

    users: tuple[str, ...]
    complete: bool


def latest_review_day(now: datetime, zone: tzinfo = UTC) -> date:
    """Return the last day whose reviews are due: today from nine o'clock on, else yesterday.

    Args:
        now: an aware time.
        zone: where it is nine o'clock.
    """
    return (now.astimezone(zone) - ASKED_FROM).date()


def asking(decision: Decision, now: datetime, clocks: TimeZones) -> ReviewRequests:
    """Return the questions how a decision went, to those for whom it is time and who have not said.

    Deciders who have reported the outcome before the day are not asked.
    """
    said = {each.by for each in decision.reviews}
    deciders = tuple(each for each in dict.fromkeys(decision.deciders) if each not in said)
    due = [
        each
        for each in deciders
        if decision.review_on is not None
        and decision.review_on <= latest_review_day(now, clocks.of(decision, each))
    ]
    return ReviewRequests(tuple(due), due == list(deciders))
