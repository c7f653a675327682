"""When to ask deciders how a decision went: on the review date, at nine in their zone. Pure.

A date begins at different times in different zones, so each decider is asked separately.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from bot.decisions.model import DecisionSummary, Person

ASKED_FROM = timedelta(hours=9)
"""The time of day from which a review is due."""
EARLIEST = timezone(timedelta(hours=14))
"""The zone where each day begins first: Pacific/Kiritimati in the IANA database."""


@dataclass(frozen=True, slots=True)
class TimeZones:
    """The time zones of people.

    `own` are the zones of people, `of_channels` those of channels' digests, by workspace and
    channel. A person without a known zone has that of the decision's channel, otherwise UTC.
    """

    own: Mapping[Person, tzinfo] = field(default_factory=dict)
    of_channels: Mapping[tuple[str, str], tzinfo] = field(default_factory=dict)

    def of(self, decision: DecisionSummary, decider: str) -> tzinfo:
        """Return the zone of a decider."""
        channel = (decision.workspace, decision.place.channel)
        fallback = self.of_channels.get(channel, UTC)
        return self.own.get(Person(decision.workspace, decider), fallback)


@dataclass(frozen=True, slots=True)
class ReviewRequests:
    """The user ids to ask now; `complete` if no decider is left to ask later."""

    users: tuple[str, ...]
    complete: bool


def latest_review_day(now: datetime, zone: tzinfo = UTC) -> date:
    """Return the last review date that is due: today from nine o'clock on, else yesterday."""
    return (now.astimezone(zone) - ASKED_FROM).date()


def review_requests(decision: DecisionSummary, now: datetime, zones: TimeZones) -> ReviewRequests:
    """Return which deciders to ask now how a decision went; those with a review are not asked."""
    reviewed = {each.by for each in decision.reviews}
    deciders = tuple(each for each in dict.fromkeys(decision.deciders) if each not in reviewed)
    due = [
        each
        for each in deciders
        if decision.review_on is not None
        and decision.review_on <= latest_review_day(now, zones.of(decision, each))
    ]
    return ReviewRequests(tuple(due), due == list(deciders))
