"""Modals and Home tabs: opening, pushing, updating, closing, with Slack's rules.

Sources: docs.slack.dev/surfaces/modals, reference/methods/views.*.
"""

import secrets
from copy import deepcopy
from datetime import timedelta
from typing import Any

from bot.playground.blockkit import Problem, problems_of_view
from bot.playground.blockkit.payloads import is_view_too_large
from bot.playground.blockkit.surfaces import elements_of
from bot.playground.fields import values_of
from bot.playground.model import Json, Trigger, View
from bot.playground.refused import Refused
from bot.playground.team import Team
from bot.playground.world import World

TRIGGER_LIFE = timedelta(seconds=3)
STACK_MAX = 3


def use_trigger(world: World, team: Team, trigger_id: str) -> Trigger:
    """Use a trigger_id up.

    Raises:
        Refused: it is unknown, has been used before, or is older than three seconds.
    """
    trigger = team.triggers.get(trigger_id)
    if trigger is None:
        raise refused_trigger("invalid_trigger_id", "invalid `trigger_id`")
    if trigger.used:
        raise refused_trigger("exchanged_trigger_id", "`trigger_id` already used")
    if trigger.expired or world.now() - trigger.born > TRIGGER_LIFE:
        raise refused_trigger("expired_trigger_id", "`trigger_id` expired")
    trigger.used = True
    return trigger


def refused_trigger(error: str, message: str) -> Refused:
    """The refusal of a trigger_id."""
    return Refused(error, [Problem("/trigger_id", "trigger", message)])


def checked(payload: Any, kind: str) -> Json:
    """The view as Slack keeps it, with ids where the app gave none.

    Raises:
        Refused: it breaks a rule of Block Kit, is too large or of another kind.
    """
    problems = problems_of_view(payload)
    if problems:
        raise Refused("invalid_arguments", problems)
    if payload["type"] != kind:
        problem = Problem("/view/type", "unsupported_type", f"expected a view of type {kind}")
        raise Refused("invalid_arguments", [problem])
    if is_view_too_large(payload):
        raise Refused("view_too_large")
    return with_ids(deepcopy(payload))


def with_ids(payload: Json) -> Json:
    """Give every block a block_id and every element an action_id (in place)."""
    for block in payload.get("blocks") or []:
        block.setdefault("block_id", secrets.token_hex(3))
        for child in block.get("child_blocks", []):
            child.setdefault("block_id", secrets.token_hex(3))
        for element, _ in elements_of(block):
            element.setdefault("action_id", secrets.token_hex(3))
    return payload


def open_modal(world: World, team: Team, person_id: str, payload: Any) -> View:
    """Show a new modal to a person, in place of any other one.

    Raises:
        Refused: the view is not valid.
    """
    view = _make(world, team, person_id, checked(payload, "modal"))
    for other in team.stack(person_id):
        other.is_open = False
    team.stacks[person_id] = [view.id]
    world.changed()
    return view


def push_modal(world: World, team: Team, person_id: str, payload: Any) -> View:
    """Lay a modal over the ones a person has open.

    Raises:
        Refused: three are open already, none is, or the view is not valid.
    """
    kept = checked(payload, "modal")
    stack = team.stack(person_id)
    if not stack:
        raise refused_trigger("invalid_trigger_id", "no modal is open")
    if len(stack) >= STACK_MAX:
        raise Refused("push_limit_reached")
    view = _make(world, team, person_id, kept)
    view.root_view_id = stack[0].id
    view.previous_view_id = stack[-1].id
    team.stacks[person_id].append(view.id)
    world.changed()
    return view


def update_modal(
    world: World, team: Team, view: View, payload: Any, given_hash: str | None = None
) -> View:
    """Put new content into an open view; what was filled in is kept where the ids are the same.

    Raises:
        Refused: the view is closed, the hash is stale, or the new content is not valid.
    """
    kept = checked(payload, view.type)
    if not view.is_open:
        raise Refused("not_found")
    if given_hash and given_hash != view.hash:
        raise Refused("hash_conflict")
    _check_external_id(team, kept, view)
    view.payload = kept
    view.hash = world.ids.hash(world.now())
    view.values = values_of(view.blocks, view.values)
    view.errors, view.trouble = None, None
    world.changed()
    return view


def publish_home(
    world: World, team: Team, person_id: str, payload: Any, given_hash: str | None
) -> View:
    """Publish a person's Home tab.

    Raises:
        Refused: the hash is stale or the view is not valid.
    """
    before = team.homes.get(person_id)
    if before is not None:
        return update_modal(world, team, before, payload, given_hash)
    view = _make(world, team, person_id, checked(payload, "home"))
    team.homes[person_id] = view
    world.changed()
    return view


def close_view(world: World, team: Team, view: View) -> None:
    """Close one modal; the one below it appears again."""
    view.is_open = False
    stack = team.stacks.get(view.person, [])
    if view.id in stack:
        stack.remove(view.id)
    world.changed()


def close_all(world: World, team: Team, person_id: str) -> None:
    """Close every modal a person has open."""
    for view in team.stack(person_id):
        view.is_open = False
    team.stacks[person_id] = []
    world.changed()


def find_view(team: Team, view_id: str | None, external_id: str | None) -> View:
    """The view with this id or external_id.

    Raises:
        Refused: there is none, or it has been closed.
    """
    for view in team.views.values():
        is_meant = view.id == view_id if view_id else view.payload.get("external_id") == external_id
        if is_meant and view.is_open:
            return view
    raise Refused("not_found")


def as_sent(world: World, team: Team, view: View) -> Json:
    """The view as it stands in payloads and answers."""
    given = view.payload
    return {
        "id": view.id,
        "team_id": team.id,
        "type": view.type,
        "blocks": view.blocks,
        "private_metadata": view.private_metadata,
        "callback_id": view.callback_id,
        "state": {"values": view.values},
        "hash": view.hash,
        "title": given.get("title"),
        "clear_on_close": given.get("clear_on_close", False),
        "notify_on_close": given.get("notify_on_close", False),
        "close": given.get("close"),
        "submit": given.get("submit"),
        "previous_view_id": view.previous_view_id,
        "root_view_id": view.root_view_id,
        "app_id": world.app.id,
        "external_id": given.get("external_id") or "",
        "app_installed_team_id": team.id,
        "bot_id": team.installation.bot_id,
    }


def _make(world: World, team: Team, person_id: str, payload: Json) -> View:
    _check_external_id(team, payload, None)
    view_id = world.ids.new("V")
    view = View(view_id, person_id, payload["type"], payload, world.ids.hash(world.now()), view_id)
    view.values = values_of(view.blocks)
    team.views[view_id] = view
    return view


def _check_external_id(team: Team, payload: Json, besides: View | None) -> None:
    external_id = payload.get("external_id")
    if not external_id:
        return
    for view in team.views.values():
        is_other = view is not besides and view.is_open
        if is_other and view.payload.get("external_id") == external_id:
            raise Refused("duplicate_external_id")
