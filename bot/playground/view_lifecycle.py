"""Modals and Home tabs: open, push, update, publish, close.

The functions raise `RequestRejected` for what Slack refuses. Sources:
docs.slack.dev/surfaces/modals, reference/methods/views.*.
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
from bot.playground.request_log import RequestRejected, rejection
from bot.playground.slack_model import Json, Trigger, View, fields_of
from bot.playground.workspace import Workspace

TRIGGER_LIFETIME = timedelta(seconds=3)
MODALS_MAX = 3


def consume_trigger(workspace: Workspace, trigger_id: str) -> Trigger:
    """Return the trigger with this id, which works once and for three seconds."""
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
    return rejection(error, "/trigger_id", message)


def validated_view(payload: Any, kind: str) -> Json:
    """Return a copy of a view of this kind, with ids assigned where the app gave none."""
    problems = problems_of_view(payload)
    if not problems and payload["type"] != kind:
        message = f"expected a view of type {kind}"
        problems.append(BlockProblem("/view/type", "unsupported_type", message))
    if problems:
        raise RequestRejected("invalid_arguments", problems)
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


def open_first_modal(workspace: Workspace, user_id: str, validated: Json) -> View:
    """Open a modal for a user and close the modals they have open."""
    close_all_modals(workspace, user_id)
    view = _new_view(workspace, user_id, validated)
    workspace.modal_ids[user_id] = [view.id]
    return view


def push_modal(workspace: Workspace, user_id: str, validated: Json) -> View:
    """Open a modal on top of the ones a user has open, at most three."""
    modals = workspace.modals(user_id)
    if not modals:
        raise invalid_trigger("invalid_trigger_id", "no modal is open")
    if len(modals) >= MODALS_MAX:
        raise RequestRejected("push_limit_reached")
    view = _new_view(workspace, user_id, validated)
    view.root_view_id, view.previous_view_id = modals[0].id, modals[-1].id
    workspace.modal_ids[user_id].append(view.id)
    return view


def replace_view(
    workspace: Workspace, view: View, payload: Any, given_hash: str | None = None
) -> None:
    """Replace the content of a view; inputs with the same ids keep their values."""
    validated = validated_view(payload, view.type)
    if given_hash and given_hash != view.hash:
        raise RequestRejected("hash_conflict")
    view.payload = validated
    view.hash = workspace.slack.ids.hash(workspace.slack.now())
    view.values = view_state(view.blocks, view.values)
    view.errors, view.connection_error = None, None
    workspace.slack.mark_changed()


def publish_home_view(
    workspace: Workspace, user_id: str, payload: Any, given_hash: str | None
) -> View:
    """Publish the Home tab of a user."""
    if user_id in workspace.homes:
        replace_view(workspace, workspace.homes[user_id], payload, given_hash)
    else:
        validated = validated_view(payload, "home")
        workspace.homes[user_id] = _new_view(workspace, user_id, validated)
    return workspace.homes[user_id]


def close_view(workspace: Workspace, view: View) -> None:
    """Close one modal; the one below it becomes visible."""
    view.is_open = False
    workspace.modal_ids[view.user_id].remove(view.id)
    workspace.slack.mark_changed()


def close_all_modals(workspace: Workspace, user_id: str) -> None:
    """Close every modal of a user."""
    for view in workspace.modals(user_id):
        close_view(workspace, view)


def view_payload(workspace: Workspace, view: View) -> Json:
    """Return a view as it appears in payloads and API responses."""
    given = view.payload
    return {
        **fields_of(view, "id", "type", "blocks", "private_metadata", "callback_id", "hash"),
        **fields_of(view, "previous_view_id", "root_view_id"),
        **{name: given.get(name) for name in ("title", "close", "submit")},
        **{name: given.get(name, False) for name in ("clear_on_close", "notify_on_close")},
        "state": {"values": view.values},
        "external_id": "",
        "team_id": workspace.id,
        "app_installed_team_id": workspace.id,
        "app_id": workspace.slack.app.id,
        "bot_id": workspace.installation.bot_id,
    }


def _new_view(workspace: Workspace, user_id: str, payload: Json) -> View:
    ids, now = workspace.slack.ids, workspace.slack.now()
    view_id = ids.new("V")
    view = View(view_id, user_id, payload["type"], payload, ids.hash(now), view_id)
    view.values = view_state(view.blocks)
    workspace.views[view_id] = view
    workspace.slack.mark_changed()
    return view
