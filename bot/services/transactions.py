"""Changes of decisions: each is stored with its event and its deliveries, in one transaction.

The functions take a connection in a transaction of their caller. What a change raises rolls it
back.
"""

from collections.abc import Callable

from bot.decisions.comparison import TeamViews
from bot.decisions.errors import NoSuchDecision
from bot.decisions.events import Change, Event, EventKind, ViewsChange
from bot.decisions.model import Decision, Draft
from bot.outbox.fanout import fan_out, redraw_messages
from bot.outbox.model import DeliveryKind
from bot.storage.connection import Connection
from bot.storage.decisions import (
    add_event,
    decision_of_draft,
    find_decision,
    number_decision,
    save_decision,
)
from bot.storage.drafts import mark_draft_used, use_draft_once
from bot.storage.perspectives import (
    delete_view_request,
    find_team,
    save_perspective,
    save_view_request,
)


def open_decision(
    db: Connection,
    draft: Draft,
    decision: Decision,
    supersede: Callable[[Decision, Decision], Change],
) -> Decision:
    """Store the decision that a draft becomes, under the next free number.

    Args:
        db: the connection.
        draft: the draft; however often it is posted, it becomes one decision.
        decision: the decision; its number is ignored.
        supersede: returns the change of the decision that it supersedes, if any, from that one
            and the new one.

    Returns:
        The decision as stored.
    """
    known = decision_of_draft(db, draft.driver.workspace, draft.id)
    if known is not None:
        return known
    opened = number_decision(db, decision)
    mark_draft_used(db, draft.id, opened.number)
    _record(db, None, opened, Event(EventKind.OPENED, opened.driver, opened.opened_at))
    if opened.supersedes is not None:
        change_decision(db, opened.workspace, opened.supersedes, lambda old: supersede(old, opened))
    return opened


def change_decision(
    db: Connection, workspace: str, number: int, change: Callable[[Decision], Change]
) -> Decision:
    """Apply a change to a decision as it is now; return the decision after it.

    Raises:
        NoSuchDecision: there is none of that number.
        AlreadyPosted: the draft that the change comes from was used before.
    """
    before = find_decision(db, workspace, number)
    if before is None:
        raise NoSuchDecision(number)
    made = change(before)
    if made.closes is not None:
        use_draft_once(db, made.closes, number)
    if made.event is not None:
        save_decision(db, before, made.decision)
        _record(db, before, made.decision, made.event)
    if made.outdated_at is not None:
        redraw_messages(db, before, {DeliveryKind.ANNOUNCEMENT}, made.outdated_at)
    return made.decision


def change_views(
    db: Connection, workspace: str, number: int, change: Callable[[TeamViews], ViewsChange]
) -> Decision:
    """Apply a change to the perspectives and view requests of a decision; return the decision.

    Raises:
        NoSuchDecision: there is none of that number.
    """
    team = find_team(db, workspace, number)
    if team is None:
        raise NoSuchDecision(number)
    decision, made = team.decision, change(team)
    if made.perspective is not None:
        save_perspective(db, decision, made.perspective)
    for request in made.requests:
        save_view_request(db, decision, request)
    for user in made.withdrawn:
        delete_view_request(db, decision, user)
    if made.closes is not None:
        mark_draft_used(db, made.closes, number)
    if made.event is not None:
        _record(db, decision, decision, made.event)
    return decision


def _record(db: Connection, before: Decision | None, after: Decision, event: Event) -> None:
    """Store an event, and the deliveries that follow from it."""
    add_event(db, after.workspace, after.number, event)
    fan_out(db, before, after, event)
