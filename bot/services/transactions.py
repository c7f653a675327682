"""Store changes of decisions together with their events and deliveries.

The functions run in the transaction of their caller; an exception of a change rolls it back.
"""

from collections.abc import Callable
from dataclasses import replace

from bot.decisions.access import ReadScope
from bot.decisions.comparison import TeamViews, judged
from bot.decisions.errors import NoSuchDecision, NotTheirs
from bot.decisions.events import Change, Event, Opened, ViewsChange
from bot.decisions.model import Decision, Draft
from bot.outbox.fanout import fan_out, redraw_messages
from bot.outbox.model import DeliveryKind
from bot.playbooks.engine import RuleEngine
from bot.storage.channels import place_now
from bot.storage.connection import Connection
from bot.storage.decisions import (
    add_event,
    decision_of_draft,
    find_decision,
    number_decision,
    save_decision,
)
from bot.storage.drafts import mark_draft_used, use_draft_once
from bot.storage.people import find_profiles
from bot.storage.perspectives import (
    delete_view_request,
    find_team,
    save_perspective,
    save_view_request,
)
from bot.storage.search import read_decision


def open_decision(
    db: Connection,
    draft: Draft,
    decision: Decision,
    supersede: Callable[[Decision, Decision], Change],
) -> Decision:
    """Store the decision that a draft becomes, under the next free number.

    Args:
        db: the connection.
        draft: the draft; it becomes one decision, however often it is posted.
        decision: the decision; its number is ignored.
        supersede: returns the change of the superseded decision, given that one and the new one.

    Returns:
        The decision as stored.
    """
    known = decision_of_draft(db, draft.driver.workspace, draft.id)
    if known is not None:
        return known
    place = place_now(db, decision.workspace, decision.place)
    opened = number_decision(db, replace(decision, place=place))
    mark_draft_used(db, draft.id, opened.number)
    _record(db, None, opened, Event(Opened(), opened.driver, opened.opened_at))
    if opened.supersedes is not None:
        change_decision(db, opened.workspace, opened.supersedes, lambda old: supersede(old, opened))
    return opened


def change_decision(
    db: Connection, workspace: str, number: int, change: Callable[[Decision], Change]
) -> Decision:
    """Apply a change to the current state of a decision; return the new state.

    Raises:
        NoSuchDecision: there is none with that number.
        AlreadyPosted: the draft that the change comes from was used before.
    """
    before = find_decision(db, workspace, number)
    if before is None:
        raise NoSuchDecision(number)
    result = change(before)
    if result.closes is not None:
        use_draft_once(db, result.closes, number)
    if result.event is not None:
        save_decision(db, before, result.decision)
        _record(db, before, result.decision, result.event)
    if result.outdated_at is not None:
        redraw_messages(db, before, {DeliveryKind.ANNOUNCEMENT}, result.outdated_at)
    return result.decision


def change_views(
    db: Connection, workspace: str, number: int, change: Callable[[TeamViews], ViewsChange]
) -> Decision:
    """Apply a change to the perspectives and view requests of a decision; return the decision.

    Raises:
        NoSuchDecision: there is none with that number.
    """
    team = find_team(db, workspace, number)
    if team is None:
        raise NoSuchDecision(number)
    decision, result = team.decision, change(team)
    if result.perspective is not None:
        save_perspective(db, decision, result.perspective)
    for request in result.requests:
        save_view_request(db, decision, request)
    for user in result.withdrawn:
        delete_view_request(db, decision, user)
    if result.closes is not None:
        mark_draft_used(db, result.closes, number)
    if result.event is not None:
        _record(db, decision, decision, result.event)
    return decision


def for_reader(
    db: Connection, work: Callable[[Connection], Decision], scope: ReadScope, number: int
) -> Decision:
    """Return the result of `work`; say who may act only to people who may read the decision.

    Args:
        db: the connection.
        work: acts on the decision.
        scope: what the actor may read.
        number: the decision's.

    Raises:
        NoSuchDecision: the actor may neither act nor read: a number tells nothing.
        NotTheirs: they may read it; `left` says whether those who may act have left.
    """
    try:
        return work(db)
    except NotTheirs as error:
        decision = read_decision(db, scope, number)
        if decision is None:
            raise NoSuchDecision(number) from error
        left = who_left(db, decision)
        raise NotTheirs(error.allowed, left=set(error.allowed) <= left) from error


def who_left(db: Connection, decision: Decision) -> set[str]:
    """Return the driver and the deciders whose accounts were deactivated."""
    people = {decision.driver, *decision.deciders}
    found = find_profiles(db, decision.workspace, people)
    return {user for user, profile in found.items() if profile.known.gone}


def rejudge_views(db: Connection, decision: Decision, engine: RuleEngine) -> None:
    """Store what the perspectives lead to after the driver has edited the decision's answers."""
    team = find_team(db, decision.workspace, decision.number)
    for each in team.perspectives if team else ():
        view = judged(each, decision, engine)
        if view != each:
            save_perspective(db, decision, view)


def _record(db: Connection, before: Decision | None, after: Decision, event: Event) -> None:
    """Store an event and its deliveries."""
    add_event(db, after.workspace, after.number, event)
    fan_out(db, before, after, event)
