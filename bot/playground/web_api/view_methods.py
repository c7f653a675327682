"""views.*: modals and Home tabs."""

from bot.playground.request_log import RequestRejected, json_argument, missing_argument
from bot.playground.slack_model import Json, View
from bot.playground.view_lifecycle import (
    consume_trigger,
    invalid_trigger,
    open_first_modal,
    publish_home_view,
    push_modal,
    replace_view,
    validated_view,
    view_payload,
)
from bot.playground.web_api.api_method import ApiMethod, MethodCall


def _view_argument(call: MethodCall) -> Json:
    view: Json | None = json_argument(call.args, "view", dict, "invalid_arguments")
    if view is None:
        raise missing_argument("view")
    return view


def _response(call: MethodCall, view: View) -> Json:
    return {"view": view_payload(call.workspace, view)}


def _views_open(call: MethodCall) -> Json:
    validated = validated_view(_view_argument(call), "modal")
    trigger = consume_trigger(call.workspace, call.required("trigger_id"))
    return _response(call, open_first_modal(call.workspace, trigger.user_id, validated))


def _views_push(call: MethodCall) -> Json:
    validated = validated_view(_view_argument(call), "modal")
    trigger = consume_trigger(call.workspace, call.required("trigger_id"))
    if trigger.view_id not in call.workspace.modal_ids.get(trigger.user_id, []):
        raise invalid_trigger("invalid_trigger_id", "trigger is not from a modal")
    return _response(call, push_modal(call.workspace, trigger.user_id, validated))


def _views_update(call: MethodCall) -> Json:
    payload = _view_argument(call)
    view = call.workspace.views.get(call.required("view_id"))
    if view is None or not view.is_open:
        raise RequestRejected("not_found")
    replace_view(call.workspace, view, payload, call.optional("hash"))
    return _response(call, view)


def _views_publish(call: MethodCall) -> Json:
    if not call.slack.app.home_enabled:
        raise RequestRejected("not_enabled")
    user_id, payload = call.required("user_id"), _view_argument(call)
    if user_id not in call.workspace.users:
        raise RequestRejected("invalid_arguments")
    view = publish_home_view(call.workspace, user_id, payload, call.optional("hash"))
    return _response(call, view)


METHODS = {
    "views.open": ApiMethod(_views_open),
    "views.push": ApiMethod(_views_push),
    "views.update": ApiMethod(_views_update),
    "views.publish": ApiMethod(_views_publish),
}
