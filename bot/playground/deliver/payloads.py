"""The payloads of interactions, field for field as Slack documents them.

Source: docs.slack.dev/reference/interaction-payloads, interactivity/implementing-slash-commands.
"""

from bot.playground import conversation, modals
from bot.playground.model import Channel, Json, Message, Person, View
from bot.playground.team import Team
from bot.playground.world import World


def _common(world: World, team: Team, person: Person, kind: str) -> Json:
    return {
        "type": kind,
        "team": None if team.installation.is_org_wide else _named(team),
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": person.team_id,
        },
        "api_app_id": world.app.id,
        "token": world.app.verification_token,
        "enterprise": team.enterprise,
        "is_enterprise_install": team.installation.is_org_wide,
    }


def _named(team: Team) -> Json:
    named: Json = {"id": team.id, "domain": team.domain}
    if team.enterprise is not None:
        named |= {f"enterprise_{key}": value for key, value in team.enterprise.items()}
    return named


def _place(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.name_in_payloads}


def command(
    world: World, team: Team, person: Person, channel: Channel, name: str, text: str
) -> Json:
    """The form fields of a slash command; the organisation's only where there is one."""
    organisation = {f"enterprise_{key}": value for key, value in (team.enterprise or {}).items()}
    return organisation | {
        "token": world.app.verification_token,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": channel.name_in_payloads,
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": world.app.id,
        "is_enterprise_install": str(team.installation.is_org_wide).lower(),
        "response_url": world.new_response_url(team, person, channel),
        "trigger_id": world.new_trigger(team, person),
    }


def message_action(
    world: World, team: Team, person: Person, message: Message, action: Json, state: Json
) -> Json:
    """block_actions of an element in a message."""
    channel = team.channels[message.channel]
    is_ephemeral = message.ephemeral_to is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": is_ephemeral,
    }
    if message.is_reply:
        container["thread_ts"] = message.thread_ts
    payload = {
        **_common(world, team, person, "block_actions"),
        "container": container,
        "trigger_id": world.new_trigger(team, person),
        "channel": _place(channel),
        "state": {"values": state},
        "response_url": world.new_response_url(team, person, channel, message),
        "actions": [action],
    }
    if not is_ephemeral:
        payload["message"] = conversation.as_sent(team, message)
    return payload


def view_action(world: World, team: Team, person: Person, view: View, action: Json) -> Json:
    """block_actions of an element in a modal or Home tab: no channel, message, response_url."""
    trigger_from = view.id if view.type == "modal" else None
    return {
        **_common(world, team, person, "block_actions"),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": world.new_trigger(team, person, trigger_from),
        "view": modals.as_sent(world, team, view),
        "actions": [action],
    }


def view_submission(world: World, team: Team, person: Person, view: View) -> Json:
    """view_submission, with a response_url for each select that asks for one."""
    return {
        **_common(world, team, person, "view_submission"),
        "trigger_id": world.new_trigger(team, person, view.id),
        "view": modals.as_sent(world, team, view),
        "response_urls": _response_urls(world, team, person, view),
    }


def _response_urls(world: World, team: Team, person: Person, view: View) -> list[Json]:
    urls = []
    for block in view.blocks:
        element = block.get("element") or {}
        if block["type"] != "input" or not element.get("response_url_enabled"):
            continue
        state = view.values[block["block_id"]][element["action_id"]]
        chosen = state.get("selected_conversation") or state.get("selected_channel")
        if chosen:
            channel = team.channels[chosen]
            url = world.new_response_url(team, person, channel)
            urls.append(
                {
                    "block_id": block["block_id"],
                    "action_id": element["action_id"],
                    "channel_id": chosen,
                    "response_url": url,
                }
            )
    return urls


def view_closed(world: World, team: Team, person: Person, view: View, *, is_cleared: bool) -> Json:
    """view_closed; what was filled in is not part of it."""
    sent = {**modals.as_sent(world, team, view), "state": {"values": {}}}
    return {
        **_common(world, team, person, "view_closed"),
        "view": sent,
        "is_cleared": is_cleared,
    }


def shortcut(world: World, team: Team, person: Person, callback_id: str) -> Json:
    """A global shortcut: neither channel nor response_url."""
    return {
        **_common(world, team, person, "shortcut"),
        "callback_id": callback_id,
        "trigger_id": world.new_trigger(team, person),
        "action_ts": world.ids.ts(world.now()),
    }


def message_shortcut(
    world: World, team: Team, person: Person, message: Message, callback_id: str
) -> Json:
    """A shortcut on a message."""
    channel = team.channels[message.channel]
    return {
        **_common(world, team, person, "message_action"),
        "callback_id": callback_id,
        "trigger_id": world.new_trigger(team, person),
        "action_ts": world.ids.ts(world.now()),
        "response_url": world.new_response_url(team, person, channel, message),
        "message_ts": message.ts,
        "channel": _place(channel),
        "message": conversation.as_sent(team, message),
    }


def event(world: World, team: Team, inner: Json) -> Json:
    """An event in its envelope."""
    return {
        "token": world.app.verification_token,
        "team_id": team.id,
        "api_app_id": world.app.id,
        "event": {**inner, "event_ts": world.ids.ts(world.now())},
        "type": "event_callback",
        "event_id": world.ids.new("Ev"),
        "event_time": int(world.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": team.enterprise_id,
                "team_id": None if team.installation.is_org_wide else team.id,
                "user_id": team.installation.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": team.installation.is_org_wide,
            }
        ],
        "is_ext_shared_channel": False,
    }
