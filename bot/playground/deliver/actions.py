"""Clicks and choices in messages, modals and App Home."""

from typing import Any

from bot.playground.blockkit import Problem
from bot.playground.blockkit.objects import all_options
from bot.playground.blockkit.surfaces import elements_of
from bot.playground.deliver import payloads
from bot.playground.deliver.modals import TROUBLE, check_in_front
from bot.playground.deliver.people import notice
from bot.playground.fields import STATE_KEYS, values_of
from bot.playground.filling import accept
from bot.playground.ledger import Delivery
from bot.playground.model import Json, Message, Person, View
from bot.playground.refused import NotPossible, Refused
from bot.playground.team import Team
from bot.playground.world import World

Place = Message | View


async def act(
    world: World,
    team: Team,
    person: Person,
    place: Place,
    block_id: str,
    action_id: str,
    chosen: Json,
    filled: Json | None = None,
) -> Delivery:
    """Use an element: press a button, choose from a menu.

    Args:
        world: the playground.
        team: the workspace.
        person: who does it.
        place: the message or view with the element.
        block_id: the element's block.
        action_id: the element.
        chosen: what is chosen, as in Slack's state (`{"selected_option": {...}}`); empty for
            buttons.
        filled: what is filled in elsewhere in the place, `{block_id: {action_id: state}}`.

    Raises:
        NotPossible: this person can't do that.
    """
    element = _element(place, block_id, action_id)
    values = _values(team, place, filled or {})
    if element["type"] in STATE_KEYS:
        accept(team, place.blocks, values, {block_id: {action_id: chosen}})
    action = _action(world, element, block_id, values, chosen)
    if isinstance(place, Message):
        _check_sees(team, person, place)
        payload = payloads.message_action(world, team, person, place, action, values)
    else:
        if place.type == "modal":
            check_in_front(team, person, place)
        place.trouble = None
        payload = payloads.view_action(world, team, person, place, action)
    delivery = await world.transport.deliver("interactive", payload)
    _note_outcome(world, team, person, place, delivery)
    return delivery


def _element(place: Place, block_id: str, action_id: str) -> Json:
    for block in place.blocks:
        for element, _ in elements_of(block):
            if block["block_id"] == block_id and element["action_id"] == action_id:
                if block["type"] == "input" and not block.get("dispatch_action"):
                    raise NotPossible("not_dispatched", "Slack sends this field on submit only.")
                return element
    raise NotPossible("no_such_element", f"there is no element {block_id} / {action_id}")


def _values(team: Team, place: Place, filled: Json) -> Json:
    values = place.values if isinstance(place, View) else values_of(place.blocks)
    accept(team, place.blocks, values, filled)
    return values


def _action(world: World, element: Json, block_id: str, values: Json, chosen: Json) -> Json:
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": world.ids.ts(world.now()),
    }
    if element["type"] in STATE_KEYS:
        return {**action, **values[block_id][element["action_id"]]}
    if element["type"] == "overflow":
        return {**action, "selected_option": _overflow_option(element, chosen)}
    if element["type"] == "feedback_buttons":
        return {**action, "value": chosen.get("value")}
    kept: Json = {
        name: element[name] for name in ("text", "value", "style", "url") if name in element
    }
    return {**action, **kept}


def _overflow_option(element: Json, chosen: Json) -> Any:
    wanted = chosen.get("selected_option") or {}
    for option in all_options(element):
        if option.get("value") == wanted.get("value"):
            return option
    raise NotPossible("not_an_option", "The menu does not offer that.")


def _check_sees(team: Team, person: Person, message: Message) -> None:
    channel = team.channels[message.channel]
    if message.ephemeral_to not in {None, person.id} or not team.can_see(person.id, channel):
        raise NotPossible("not_visible", f"{person.real_name} does not see this message.")


def _note_outcome(
    world: World, team: Team, person: Person, place: Place, delivery: Delivery
) -> None:
    if delivery.error is not None:
        if isinstance(place, View) and place.type == "modal":
            place.trouble = TROUBLE
        else:
            notice(world, team, person, f"⚠ {world.app.name} did not respond. Try again.")
    elif delivery.body.strip():
        problem = Problem("", "response", "the ack of block_actions must have an empty body")
        world.refuse("block_actions response", Refused("invalid_response", [problem]))
    world.changed()
