"""What a team adds to a decision: what is logged of it, and the messages that follow from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.decisions.comparison import TeamViews
from bot.decisions.events import Event, answer_changes
from bot.decisions.model import Decision, Person, Perspective, ViewRequest


@dataclass(frozen=True, slots=True)
class TeamChange:
    """What is added to a decision: an event, and what follows from it.

    `perspective` takes the place of that person's earlier one, `asked` that of earlier entries.
    `unasked` are no longer among those asked. `draft` is the id of the draft that has done its
    work. Without an event nothing is logged but that.
    """

    event: Event | None
    perspective: Perspective | None = None
    asked: tuple[ViewRequest, ...] = ()
    unasked: tuple[str, ...] = ()
    draft: str | None = None


class TeamStore(Protocol):
    """The perspectives of decisions in the log. Each method is one transaction."""

    async def team(self, workspace: str, number: int) -> TeamViews | None:
        """Return a decision with its perspectives; None if there is none of that number."""
        ...

    async def asked_of(self, person: Person) -> list[Decision]:
        """Return the open decisions on which a person was asked for a perspective and gave none.

        Oldest first, and no more than anybody would look through.
        """
        ...

    async def change_team(
        self, workspace: str, number: int, change: Callable[[TeamViews], TeamChange]
    ) -> Decision | None:
        """Log what is added to a decision, with its event and deliveries.

        What `change` raises is passed on, and nothing is changed. Deliveries are left out where
        they would be needless, as with `Store.change_decision`; one with a known key is.

        Returns:
            The decision; None if there is none.
        """
        ...


def perspective_event(before: Perspective | None, after: Perspective) -> Event | None:
    """Return the event of a perspective that was added or changed; None if it is as it was."""
    if before is None:
        detail = {"answers": answer_changes({}, after.answers), "option": after.option or ""}
        return Event("view_added", after.user, after.changed_at, detail)
    if before.answers == after.answers:
        return None
    detail = {
        "answers": answer_changes(before.answers, after.answers),
        "was": before.option or "",
        "option": after.option or "",
    }
    return Event("view_changed", after.user, after.changed_at, detail)
