"""views.*: modals and Home tabs."""

import json
from typing import Any

from bot.playground import modals
from bot.playground.model import Json, View
from bot.playground.refused import Refused, missing_argument
from bot.playground.web_api.call import Call, Method


def _payload(call: Call) -> Any:
    view = call.args.get("view")
    if view in (None, ""):
        raise missing_argument("view")
    if isinstance(view, str):
        try:
            return json.loads(view)
        except ValueError:
            raise Refused("invalid_arguments") from None
    return view


def _answer(call: Call, view: View) -> Json:
    return {"view": modals.as_sent(call.world, call.team, view)}


def _open(call: Call) -> Json:
    payload = modals.checked(_payload(call), "modal")
    trigger = modals.use_trigger(call.world, call.team, call.need("trigger_id"))
    return _answer(call, modals.open_modal(call.world, call.team, trigger.person, payload))


def _push(call: Call) -> Json:
    payload = modals.checked(_payload(call), "modal")
    trigger = modals.use_trigger(call.world, call.team, call.need("trigger_id"))
    if trigger.view_id not in call.team.stacks.get(trigger.person, []):
        raise modals.refused_trigger("invalid_trigger_id", "trigger is not from a modal")
    return _answer(call, modals.push_modal(call.world, call.team, trigger.person, payload))


def _update(call: Call) -> Json:
    payload = _payload(call)
    view_id, external_id = call.maybe("view_id"), call.maybe("external_id")
    if view_id is None and external_id is None:
        raise missing_argument("view_id")
    modals.checked(payload, str(payload.get("type")) if isinstance(payload, dict) else "")
    view = modals.find_view(call.team, view_id, external_id)
    modals.update_modal(call.world, call.team, view, payload, call.maybe("hash"))
    return _answer(call, view)


def _publish(call: Call) -> Json:
    if not call.world.app.home_enabled:
        raise Refused("not_enabled")
    person_id = call.need("user_id")
    payload = _payload(call)
    if person_id not in call.team.people:
        raise Refused("invalid_arguments")
    view = modals.publish_home(call.world, call.team, person_id, payload, call.maybe("hash"))
    return _answer(call, view)


METHODS = {
    "views.open": Method(_open),
    "views.push": Method(_push),
    "views.update": Method(_update),
    "views.publish": Method(_publish),
}
