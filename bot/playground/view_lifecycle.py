"""Modals and Home tabs: open, push, update, publish, close.

Sources: docs.slack.dev/surfaces/modals, reference/methods/views.*.
"""

import secrets
from copy import deepcopy
from datetime import timedelta
from typing import Any

from bot.playground.blockkit import (
    BlockProblem,
    interactive_elements,
    is_view_too_large,
    problems_of_view,
)
from bot.playground.form_input import view_state
from bot.playground.request_log import RequestRejected
from bot.playground.slack_model import Json, Trigger, View
from bot.playground.workspace import Workspace

TRIGGER_LIFETIME = timedelta(seconds=3)
MODALS_MAX = 3


def consume_trigger(workspace: Workspace, trigger_id: str) -> Trigger:
    """Return the trigger with this id and mark it as used.

    Raises:
        RequestRejected: it is unknown, already used, or older than three seconds.
    """
    trigger = workspace.triggers.get(trigger_id)
    if trigger is None:
        raise invalid_trigger("invalid_trigger_id", "invalid `trigger_id`")
    if trigger.used:
        raise invalid_trigger("exchanged_trigger_id", "`trigger_id` already used")
    if trigger.expired or workspace.slack.now() - trigger.created_at > TRIGGER_LIFETIME:
        raise invalid_trigger("expired_trigger_id", "`trigger_id` expired")
    trigger.used = True
    return trigger


def invalid_trigger(error: str, message: str) -> RequestRejected:
    """Return the rejection of a trigger_id."""
    return RequestRejected(error, [BlockProblem("/trigger_id", "trigger", message)])


def validated_view(payload: Any, kind: str) -> Json:
    """Return a copy of a view with ids assigned where the app gave none.

    Raises:
        RequestRejected: it breaks a rule of Block Kit, is too large, or not of this kind.
    """
    problems = problems_of_view(payload)
    if problems:
        raise RequestRejected("invalid_arguments", problems)
    if payload["type"] != kind:
        problem = BlockProblem("/view/type", "unsupported_type", f"expected a view of type {kind}")
        raise RequestRejected("invalid_arguments", [problem])
    if is_view_too_large(payload):
        raise RequestRejected("view_too_large")
    return assign_ids(deepcopy(payload))


def assign_ids(payload: Json) -> Json:
    """Give every block a block_id and every element an action_id (in place)."""
    for block in payload.get("blocks") or []:
        block.setdefault("block_id", secrets.token_hex(3))
        for child in block.get("child_blocks", []):
            child.setdefault("block_id", secrets.token_hex(3))
        for element, _ in interactive_elements(block):
            element.setdefault("action_id", secrets.token_hex(3))
    return payload


def open_first_modal(workspace: Workspace, user_id: str, payload: Any) -> View:
    """Open a modal for a user and close the modals they have open.

    Raises:
        RequestRejected: the view is invalid.
    """
    view = _new_view(workspace, user_id, validated_view(payload, "modal"))
    for other in workspace.modals(user_id):
        other.is_open = False
    workspace.modal_ids[user_id] = [view.id]
    workspace.slack.mark_changed()
    return view


def push_modal(workspace: Workspace, user_id: str, payload: Any) -> View:
    """Open a modal on top of the ones a user has open.

    Raises:
        RequestRejected: three are open already, none is, or the view is invalid.
    """
    validated = validated_view(payload, "modal")
    modals = workspace.modals(user_id)
    if not modals:
        raise invalid_trigger("invalid_trigger_id", "no modal is open")
    if len(modals) >= MODALS_MAX:
        raise RequestRejected("push_limit_reached")
    view = _new_view(workspace, user_id, validated)
    view.root_view_id = modals[0].id
    view.previous_view_id = modals[-1].id
    workspace.modal_ids[user_id].append(view.id)
    workspace.slack.mark_changed()
    return view


def replace_view(
    workspace: Workspace, view: View, payload: Any, given_hash: str | None = None
) -> View:
    """Replace the content of an open view; inputs with the same ids keep their values.

    Raises:
        RequestRejected: the view is closed, the hash is stale, or the content is invalid.
    """
    validated = validated_view(payload, view.type)
    if not view.is_open:
        raise RequestRejected("not_found")
    if given_hash and given_hash != view.hash:
        raise RequestRejected("hash_conflict")
    _check_external_id(workspace, validated, view)
    view.payload = validated
    view.hash = workspace.slack.ids.hash(workspace.slack.now())
    view.values = view_state(view.blocks, view.values)
    view.errors, view.connection_error = None, None
    workspace.slack.mark_changed()
    return view


def publish_home_view(
    workspace: Workspace, user_id: str, payload: Any, given_hash: str | None
) -> View:
    """Publish the Home tab of a user.

    Raises:
        RequestRejected: the hash is stale or the view is invalid.
    """
    published = workspace.homes.get(user_id)
    if published is not None:
        return replace_view(workspace, published, payload, given_hash)
    view = _new_view(workspace, user_id, validated_view(payload, "home"))
    workspace.homes[user_id] = view
    workspace.slack.mark_changed()
    return view


def close_view(workspace: Workspace, view: View) -> None:
    """Close one modal; the one below it becomes visible."""
    view.is_open = False
    modal_ids = workspace.modal_ids.get(view.user_id, [])
    if view.id in modal_ids:
        modal_ids.remove(view.id)
    workspace.slack.mark_changed()


def close_all_modals(workspace: Workspace, user_id: str) -> None:
    """Close every modal of a user."""
    for view in workspace.modals(user_id):
        view.is_open = False
    workspace.modal_ids[user_id] = []
    workspace.slack.mark_changed()


def find_open_view(workspace: Workspace, view_id: str | None, external_id: str | None) -> View:
    """Return the open view with this id or, without an id, this external_id.

    Raises:
        RequestRejected: there is none.
    """
    for view in workspace.views.values():
        matches = view.id == view_id if view_id else view.payload.get("external_id") == external_id
        if matches and view.is_open:
            return view
    raise RequestRejected("not_found")


def view_payload(workspace: Workspace, view: View) -> Json:
    """Return a view as it appears in payloads and API responses."""
    given = view.payload
    return {
        "id": view.id,
        "team_id": workspace.id,
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
        "app_id": workspace.slack.app.id,
        "external_id": given.get("external_id") or "",
        "app_installed_team_id": workspace.id,
        "bot_id": workspace.installation.bot_id,
    }


def _new_view(workspace: Workspace, user_id: str, payload: Json) -> View:
    _check_external_id(workspace, payload, None)
    ids, now = workspace.slack.ids, workspace.slack.now()
    view_id = ids.new("V")
    view = View(view_id, user_id, payload["type"], payload, ids.hash(now), view_id)
    view.values = view_state(view.blocks)
    workspace.views[view_id] = view
    return view


def _check_external_id(workspace: Workspace, payload: Json, updated: View | None) -> None:
    external_id = payload.get("external_id")
    if not external_id:
        return
    for view in workspace.views.values():
        is_other = view is not updated and view.is_open
        if is_other and view.payload.get("external_id") == external_id:
            raise RequestRejected("duplicate_external_id")
