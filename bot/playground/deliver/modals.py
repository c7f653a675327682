"""What a person does in a modal: submit it, close it; and what the app's answer does to it."""

import json
from typing import Any

from bot.playground import modals
from bot.playground.blockkit import Problem
from bot.playground.deliver import payloads
from bot.playground.filling import complaints
from bot.playground.ledger import Delivery
from bot.playground.model import Json, Person, View
from bot.playground.refused import NotPossible, Refused
from bot.playground.team import Team
from bot.playground.world import World

TROUBLE = "We had some trouble connecting. Try again?"


async def submit(world: World, team: Team, person: Person, view: View) -> Delivery:
    """Submit the modal in front with what is filled in.

    Raises:
        NotPossible: it is not in front, has no submit button, or a field is not filled in well
            (which then stands at the field).
    """
    check_in_front(team, person, view)
    if not view.payload.get("submit"):
        raise NotPossible("no_submit", "This modal has nothing to submit.")
    view.errors, view.trouble = complaints(view) or None, None
    world.changed()
    if view.errors:
        where = ", ".join(view.errors)
        raise NotPossible("invalid_fields", f"{next(iter(view.errors.values()))} ({where})")
    payload = payloads.view_submission(world, team, person, view)
    delivery = await world.transport.deliver("interactive", payload)
    if not view.is_open:
        return delivery
    if delivery.error is not None:
        view.trouble = TROUBLE
        world.changed()
        return delivery
    try:
        _obey(world, team, view, delivery)
    except Refused as refused:
        world.refuse("view_submission response", refused)
        view.trouble = TROUBLE
    world.changed()
    return delivery


def _obey(world: World, team: Team, view: View, delivery: Delivery) -> None:
    if not delivery.body:
        modals.close_view(world, team, view)
        return
    answer = _parsed(delivery.body)
    action = answer.get("response_action")
    if action == "clear":
        modals.close_all(world, team, view.person)
    elif action == "update":
        modals.update_modal(world, team, view, answer.get("view"))
    elif action == "push":
        modals.push_modal(world, team, view.person, answer.get("view"))
    elif action == "errors":
        view.errors = _checked_errors(view, answer.get("errors"))
    else:
        raise _refused("/response_action", f"unknown response_action: {action}")


def _parsed(body: str) -> Json:
    try:
        parsed: Any = json.loads(body)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise _refused("", "the body must be empty or a JSON object")
    return parsed


def _checked_errors(view: View, errors: Any) -> dict[str, str]:
    if not isinstance(errors, dict) or not errors:
        raise _refused("/errors", "must provide an object with at least one error")
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    for block_id, text in errors.items():
        if block_id not in inputs:
            raise _refused(f"/errors/{block_id}", f"no input block has the block_id {block_id}")
        if not isinstance(text, str) or not text:
            raise _refused(f"/errors/{block_id}", "must provide a string")
    return dict(errors)


def _refused(pointer: str, message: str) -> Refused:
    return Refused("invalid_response", [Problem(pointer, "response", message)])


async def close(
    world: World, team: Team, person: Person, view: View, *, everything: bool = False
) -> Delivery | None:
    """Close the modal in front (Cancel), or all of them (the x); tells the app if it wants that.

    Raises:
        NotPossible: it is not in front.
    """
    check_in_front(team, person, view)
    root = team.stack(person.id)[0]
    is_cleared = everything or bool(view.payload.get("clear_on_close"))
    told = root if everything else view
    if is_cleared:
        modals.close_all(world, team, person.id)
    else:
        modals.close_view(world, team, view)
    if not told.payload.get("notify_on_close"):
        return None
    payload = payloads.view_closed(world, team, person, told, is_cleared=is_cleared)
    return await world.transport.deliver("interactive", payload)


def check_in_front(team: Team, person: Person, view: View) -> None:
    """See that a modal is the one in front of a person.

    Raises:
        NotPossible: it isn't.
    """
    stack = team.stack(person.id)
    if not stack or stack[-1] is not view:
        raise NotPossible("not_in_front", "This modal is not in front any more.")
