"""Interactions with blocks and modals, and what the app's response does to the view.

The functions raise `ClientError` if Slack's client would not allow the action to this user.
"""

from typing import Any

from bot.playground.blockkit import interactive_elements
from bot.playground.events import interaction_payloads as payloads
from bot.playground.form_input import (
    STATE_KEYS,
    apply_states,
    find_option,
    validation_errors,
    view_state,
)
from bot.playground.request_log import ClientError, Dispatch, RequestRejected, rejection
from bot.playground.slack_model import Json, SlackMessage, SlackUser, View, parse_json_object
from bot.playground.view_lifecycle import (
    close_all_modals,
    close_view,
    push_modal,
    replace_view,
    validated_view,
)
from bot.playground.workspace import Workspace

CONNECTION_ERROR = "We had some trouble connecting. Try again?"

Container = SlackMessage | View


async def use_element(
    workspace: Workspace,
    user: SlackUser,
    container: Container,
    block_id: str,
    action_id: str,
    chosen: Json,
    states: Json | None = None,
) -> Dispatch:
    """Press a button or choose from a menu in a message, modal or Home tab.

    `chosen` is the choice as in Slack's state (`{"selected_option": {...}}`), empty for buttons;
    `states` are the other inputs in the container, `{block_id: {action_id: state}}`.
    """
    element = _find_element(container, block_id, action_id)
    values = container.values if isinstance(container, View) else view_state(container.blocks)
    apply_states(workspace, container.blocks, values, states or {})
    if element["type"] in STATE_KEYS:
        apply_states(workspace, container.blocks, values, {block_id: {action_id: chosen}})
    action = _action(workspace, element, block_id, values, chosen)
    if isinstance(container, SlackMessage):
        _check_visible(workspace, user, container)
        payload = payloads.message_action_payload(workspace, user, container, action, values)
    else:
        if container.type == "modal":
            _check_topmost(workspace, user, container)
        container.connection_error = None
        payload = payloads.view_action_payload(workspace, user, container, action)
    dispatch = await workspace.slack.transport.send("interactive", payload)
    _handle_ack(workspace, user, container, dispatch)
    return dispatch


def _find_element(container: Container, block_id: str, action_id: str) -> Json:
    for block in container.blocks:
        for element, _ in interactive_elements(block):
            if block["block_id"] == block_id and element["action_id"] == action_id:
                if block["type"] == "input" and not block.get("dispatch_action"):
                    raise ClientError("not_dispatched", "Slack sends this field on submit only.")
                return element
    raise ClientError("no_such_element", f"there is no element {block_id} / {action_id}")


def _action(workspace: Workspace, element: Json, block_id: str, values: Json, chosen: Json) -> Json:
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": workspace.slack.ids.ts(workspace.slack.now()),
    }
    if element["type"] in STATE_KEYS:
        return {**action, **values[block_id][element["action_id"]]}
    if element["type"] == "overflow":
        value = (chosen.get("selected_option") or {}).get("value")
        return {**action, "selected_option": find_option(element, str(value))}
    if element["type"] == "feedback_buttons":
        return {**action, "value": chosen.get("value")}
    fields = ("text", "value", "style", "url")
    return {**action, **{name: element[name] for name in fields if name in element}}


def _check_visible(workspace: Workspace, user: SlackUser, message: SlackMessage) -> None:
    channel = workspace.channels[message.channel]
    if message.ephemeral_to not in {None, user.id} or not workspace.can_see(user.id, channel):
        raise ClientError("not_visible", f"{user.real_name} does not see this message.")


def _handle_ack(
    workspace: Workspace, user: SlackUser, container: Container, dispatch: Dispatch
) -> None:
    if dispatch.error is not None:
        if isinstance(container, View) and container.type == "modal":
            container.connection_error = CONNECTION_ERROR
        else:
            app_name = workspace.slack.app.name
            workspace.add_notice(user, f"⚠ {app_name} did not respond. Try again.")
    elif dispatch.body.strip():
        rejected = _invalid_response("", "the ack of block_actions must have an empty body")
        workspace.slack.log_rejection("block_actions response", rejected)
    workspace.slack.mark_changed()


async def submit_modal(workspace: Workspace, user: SlackUser, view: View) -> Dispatch:
    """Submit the topmost modal with its current values."""
    _check_topmost(workspace, user, view)
    if not view.payload.get("submit"):
        raise ClientError("no_submit", "This modal has nothing to submit.")
    view.errors, view.connection_error = validation_errors(view) or None, None
    workspace.slack.mark_changed()
    if view.errors:
        block_ids = ", ".join(view.errors)
        raise ClientError("invalid_fields", f"{next(iter(view.errors.values()))} ({block_ids})")
    payload = payloads.view_submission_payload(workspace, user, view)
    dispatch = await workspace.slack.transport.send("interactive", payload)
    if not view.is_open:
        return dispatch
    if dispatch.error is not None:
        view.connection_error = CONNECTION_ERROR
    else:
        try:
            _apply_response(workspace, view, dispatch.body)
        except RequestRejected as rejected:
            workspace.slack.log_rejection("view_submission response", rejected)
            view.connection_error = CONNECTION_ERROR
    workspace.slack.mark_changed()
    return dispatch


def _apply_response(workspace: Workspace, view: View, body: str) -> None:
    if not body:
        close_view(workspace, view)
        return
    response = parse_json_object(body)
    if response is None:
        raise _invalid_response("", "the body must be empty or a JSON object")
    action = response.get("response_action")
    if action == "clear":
        close_all_modals(workspace, view.user_id)
    elif action == "update":
        replace_view(workspace, view, response.get("view"))
    elif action == "push":
        push_modal(workspace, view.user_id, validated_view(response.get("view"), "modal"))
    elif action == "errors":
        view.errors = _checked_errors(view, response.get("errors"))
    else:
        raise _invalid_response("/response_action", f"unknown response_action: {action}")


def _checked_errors(view: View, errors: Any) -> dict[str, str]:
    if not isinstance(errors, dict) or not errors:
        raise _invalid_response("/errors", "must provide an object with at least one error")
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    for block_id, text in errors.items():
        pointer = f"/errors/{block_id}"
        if block_id not in inputs:
            raise _invalid_response(pointer, f"no input block has the block_id {block_id}")
        if not isinstance(text, str) or not text:
            raise _invalid_response(pointer, "must provide a string")
    return dict(errors)


def _invalid_response(pointer: str, message: str) -> RequestRejected:
    return rejection("invalid_response", pointer, message)


async def close_modal(
    workspace: Workspace, user: SlackUser, view: View, *, everything: bool = False
) -> Dispatch | None:
    """Cancel the topmost modal, or close all of them (the x).

    Returns the dispatch of view_closed; None if the view has no `notify_on_close`.
    """
    _check_topmost(workspace, user, view)
    closed = workspace.modals(user.id)[0] if everything else view
    is_cleared = everything or bool(view.payload.get("clear_on_close"))
    if is_cleared:
        close_all_modals(workspace, user.id)
    else:
        close_view(workspace, view)
    if not closed.payload.get("notify_on_close"):
        return None
    payload = payloads.view_closed_payload(workspace, user, closed, is_cleared=is_cleared)
    return await workspace.slack.transport.send("interactive", payload)


def _check_topmost(workspace: Workspace, user: SlackUser, view: View) -> None:
    modals = workspace.modals(user.id)
    if not modals or modals[-1] is not view:
        raise ClientError("not_in_front", "This modal is not in front any more.")
