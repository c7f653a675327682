"""What a team adds to a decision: what is logged of it, and the messages that follow from it."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.decisions.comparison import TeamViews
from bot.decisions.events import Event, answer_changes
from bot.decisions.model import Decision, Person, Perspective, ViewRequest
from bot.outbox.model import Delivery, DeliveryKind, announcement_key, direct_messages, team_key


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
    deliveries: tuple[Delivery, ...] = ()


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


def team_refresh(decision: Decision, at: datetime) -> tuple[Delivery, ...]:
    """Return the team's message: posted where it is not yet there, redrawn where it is."""
    key = team_key(decision)
    post = _in_thread(decision, DeliveryKind.TEAM, key, announcement_key(decision), at)
    update = _in_thread(decision, DeliveryKind.UPDATE, f"{key}/{uuid.uuid4().hex}", key, at)
    return post, update


def requests(
    decision: Decision, users: Sequence[str], at: datetime, *, nudge: bool
) -> tuple[Delivery, ...]:
    """Return the direct messages that ask people for their perspective, or remind them of it."""
    detail: Mapping[str, str] = {"nudge": "yes"} if nudge else {}
    return direct_messages(decision, DeliveryKind.ASKED, users, at, detail)


def person_not_reached(
    decision: Decision, asked: ViewRequest, words: str, at: datetime
) -> tuple[Delivery, ...]:
    """Return what tells whoever asked somebody that they cannot be reached, and the team."""
    told = Delivery(
        key=f"{decision.workspace}/{decision.number}/not_reached/{asked.user}/{at.isoformat()}",
        workspace=decision.workspace,
        kind=DeliveryKind.NOTICE,
        channel=asked.by,
        due_at=at,
        detail={"text": words},
    )
    return told, *team_refresh(decision, at)


def _in_thread(
    decision: Decision, kind: DeliveryKind, key: str, after: str, at: datetime
) -> Delivery:
    return Delivery(
        key=key,
        workspace=decision.workspace,
        kind=kind,
        channel=decision.place.channel,
        due_at=at,
        decision=decision.number,
        after=after,
    )
