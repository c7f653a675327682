"""What the log holds beside a decision: perspectives, events, and who people are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.decisions.events import Event
from bot.decisions.model import Decision, Perspective

PEOPLE_IN_EVENTS = ("to", "users")
"""Where the details of events name people, by ids with spaces between them."""


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """Perspectives and events, oldest first; what people, by user id, and the channel are called.

    A name that is not known is left out.
    """

    perspectives: tuple[Perspective, ...] = ()
    events: tuple[Event, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    channel_name: str | None = None


def people_in(
    decision: Decision, perspectives: Sequence[Perspective], events: Sequence[Event]
) -> frozenset[str]:
    """Return the user ids of everybody who appears in the record of a decision."""
    settled_by = {each.by for each in (decision.resolution, decision.closure) if each}
    named = (
        user
        for each in events
        for key in PEOPLE_IN_EVENTS
        for user in each.detail.get(key, "").split()
    )
    return frozenset(
        {
            decision.driver,
            *decision.deciders,
            *settled_by,
            *(each.by for each in decision.reviews),
            *(each.user for each in perspectives),
            *(each.actor for each in events),
            *named,
        }
    )
