"""Which deliveries follow from an event of a decision: what is posted, and what is redrawn.

This is the only place that decides it. Services call `fan_out` in the transaction that stores the
event, so a decision and its deliveries are committed together.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.decisions.events import (
    Event,
    EventKind,
    NotReached,
    Nudged,
    ViewAdded,
    ViewChanged,
    ViewsAsked,
)
from bot.decisions.model import Decision
from bot.outbox import table
from bot.outbox.model import (
    DIRECT_KINDS,
    AllViewsNews,
    DeciderMessage,
    Delivery,
    DeliveryKind,
    RecommendationPost,
    TeamPost,
    ThreadNote,
    UnreachableNotice,
    ViewNews,
    ViewRequestMessage,
    announcement_delivery,
    direct_messages,
    recommendation_key,
    team_key,
    thread_reply,
    unreachable_notice,
    view_news,
)
from bot.storage.connection import Connection

_NOTED_IN_THREAD = frozenset(
    {
        EventKind.ACCEPTED,
        EventKind.EDITED,
        EventKind.HANDED_OVER,
        EventKind.OVERRIDDEN,
        EventKind.REVIEWED,
        EventKind.SUPERSEDED,
        EventKind.WITHDRAWN,
    }
)
_CHANGES_TEAM_POST = frozenset(
    {
        EventKind.NOT_REACHED,
        EventKind.VIEW_ADDED,
        EventKind.VIEW_CHANGED,
        EventKind.VIEWS_ASKED,
    }
)
_VIEW_GIVEN = frozenset({EventKind.VIEW_ADDED, EventKind.VIEW_CHANGED})


@dataclass(frozen=True, slots=True)
class FanOut:
    """The deliveries that follow from an event.

    Attributes:
        posts: new messages.
        redraws: the kinds of existing messages about the decision that are rendered again.
        actor_redraws: the same, for direct messages to the event's actor only.
    """

    posts: tuple[Delivery, ...] = ()
    redraws: frozenset[DeliveryKind] = frozenset()
    actor_redraws: frozenset[DeliveryKind] = frozenset()


def deliveries_for(before: Decision | None, after: Decision, event: Event) -> FanOut:
    """Return what follows from an event. Pure.

    Args:
        before: the decision before the event; None if the event opened it.
        after: the decision after the event.
        event: the event.
    """
    return FanOut(
        tuple(_posts(before, after, event)),
        _redraws(before or after, after, event),
        _actor_redraws(event),
    )


def fan_out(db: Connection, before: Decision | None, after: Decision, event: Event) -> None:
    """Store the deliveries that follow from an event, in the transaction that stores the event.

    Args:
        db: the connection, in a transaction.
        before: the decision before the event; None if the event opened it.
        after: the decision after the event.
        event: the event.
    """
    found = deliveries_for(before, after, event)
    redraw_messages(db, after, found.redraws, event.at)
    table.enqueue(db, found.posts)
    redraw_messages(db, after, found.actor_redraws, event.at, event.actor)


def redraw_messages(
    db: Connection,
    decision: Decision,
    kinds: Collection[DeliveryKind],
    at: datetime,
    recipient: str | None = None,
) -> int:
    """Render existing messages about a decision again; those of one recipient, or all.

    Returns:
        The number of messages of these kinds.
    """
    if not kinds:
        return 0
    messages = table.about_decision(db, decision.workspace, decision.number, kinds)
    found = [each for each in messages if recipient in {None, each.channel}]
    table.enqueue_redraws(db, found, at)
    return len(found)


def _posts(before: Decision | None, after: Decision, event: Event) -> list[Delivery]:
    """Return the new messages. A team post that exists already is dropped by its key.

    The first view makes the team post, which is news enough; each later one is noted below it.
    """
    at, detail = event.at, event.detail
    posts: list[Delivery] = []
    if event.kind == EventKind.OPENED:
        posts.append(announcement_delivery(after))
        posts.append(thread_reply(after, RecommendationPost(), at, recommendation_key(after)))
    late = isinstance(detail, ViewAdded) and not detail.first
    if late or event.kind in _NOTED_IN_THREAD:
        posts.append(thread_reply(after, ThreadNote(event), at))
    if event.kind in {EventKind.OPENED, EventKind.HANDED_OVER}:
        known = {event.actor, *(before.deciders if before else ())}
        new = [user for user in after.deciders if user not in known]
        posts += direct_messages(after, new, DeciderMessage(event.actor), at)
    if isinstance(detail, ViewAdded) and detail.completes:
        posts.append(view_news(after, event.actor, AllViewsNews(), at))
    elif isinstance(detail, ViewAdded | ViewChanged) and detail.matters:
        posts.append(view_news(after, event.actor, ViewNews(event.actor), at))
    if isinstance(detail, ViewsAsked | Nudged):
        request = ViewRequestMessage(nudge=isinstance(detail, Nudged))
        posts += direct_messages(after, detail.users, request, at)
    if isinstance(detail, NotReached):
        notice = UnreachableNotice(detail.user, DeliveryKind.VIEW_REQUEST, detail.error)
        place = (after.workspace, after.number)
        posts.append(unreachable_notice(*place, event.actor, notice, at))
    if event.kind in _CHANGES_TEAM_POST:
        posts.append(thread_reply(after, TeamPost(), at, team_key(after)))
    return posts


def _redraws(before: Decision, after: Decision, event: Event) -> frozenset[DeliveryKind]:
    kinds: set[DeliveryKind] = set()
    if event.kind in _NOTED_IN_THREAD:
        kinds |= {DeliveryKind.ANNOUNCEMENT, DeliveryKind.TEAM}
    if event.kind == EventKind.EDITED:
        kinds.add(DeliveryKind.RECOMMENDATION)
    if event.kind in _CHANGES_TEAM_POST:
        kinds.add(DeliveryKind.TEAM)
    if event.kind in {*_CHANGES_TEAM_POST, EventKind.EDITED}:
        kinds |= {DeliveryKind.VIEW_NEWS, DeliveryKind.ALL_VIEWS}
    if event.kind in _VIEW_GIVEN:
        kinds.add(DeliveryKind.ANNOUNCEMENT)
    if event.kind == EventKind.MOVED:
        kinds |= {DeliveryKind.VIEW_REQUEST, DeliveryKind.DECIDER_MESSAGE}
    if (before.title, before.problem) != (after.title, after.problem):
        kinds |= DIRECT_KINDS
    if before.status is not after.status:
        kinds |= DIRECT_KINDS
    if before.deciders != after.deciders:
        kinds |= {DeliveryKind.DECIDER_MESSAGE, DeliveryKind.ALL_VIEWS}
    return frozenset(kinds)


def _actor_redraws(event: Event) -> frozenset[DeliveryKind]:
    if event.kind in _VIEW_GIVEN:
        return frozenset({DeliveryKind.VIEW_REQUEST})
    if event.kind == EventKind.REVIEWED:
        return frozenset({DeliveryKind.REVIEW_QUESTION})
    return frozenset()
