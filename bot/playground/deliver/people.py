"""What a person does in a channel: commands, messages, shortcuts, App Home."""

from bot.playground import conversation, modals
from bot.playground.deliver import payloads
from bot.playground.deliver.answers import answer_of_ack, show_answer
from bot.playground.deliver.events import send_event
from bot.playground.ledger import Delivery
from bot.playground.model import Channel, Json, Message, Notice, Person
from bot.playground.refused import NotPossible, Refused
from bot.playground.team import Team
from bot.playground.world import World


def notice(world: World, team: Team, person: Person, text: str) -> None:
    """Show a person a line near the composer."""
    team.notices.append(Notice(world.ids.new("N"), person.id, text))
    world.changed()


async def run_command(
    world: World, team: Team, person: Person, channel: Channel, name: str, text: str
) -> Delivery:
    """Deliver a slash command and show what comes back.

    Raises:
        NotPossible: there is no such command for this person, or they can't write here.
    """
    check_member(person, channel)
    is_known = name in {command.name for command in world.app.commands}
    if not is_known or not team.has_app(person):
        said = f"{name} is not a valid command."
        notice(world, team, person, said)
        raise NotPossible("unknown_command", said)
    # That & < > arrive escaped in the text is observed, not documented.
    payload = payloads.command(world, team, person, channel, name, conversation.escaped(text))
    delivery = await world.transport.deliver("slash_commands", payload)
    if delivery.error is not None:
        notice(world, team, person, f'{name} failed with the error "{delivery.error}"')
        return delivery
    try:
        answer = answer_of_ack(delivery)
        if answer is not None:
            show_answer(world, team, person, channel, answer, f"{name} {text}".strip())
    except Refused as refused:
        world.refuse("slash command response", refused)
        notice(world, team, person, f'{name} failed with the error "invalid_command_response"')
    world.changed()
    return delivery


def say(
    world: World,
    team: Team,
    person: Person,
    channel: Channel,
    text: str,
    thread_ts: str | None = None,
) -> Message:
    """Post what a person has typed.

    Raises:
        NotPossible: they can't write here, or there is nothing to post.
    """
    check_member(person, channel)
    if not text.strip():
        raise NotPossible("no_text", "Write something first.")
    try:
        conversation.check_thread(team, channel, thread_ts)
    except Refused as refused:
        raise NotPossible(refused.error, "There is no such thread.") from refused
    return conversation.say(world, team, channel, person.id, text, thread_ts)


async def use_shortcut(
    world: World, team: Team, person: Person, callback_id: str, message: Message | None = None
) -> Delivery:
    """Deliver a shortcut; with a message if it is one on messages.

    Raises:
        NotPossible: the app has no such shortcut, or this person may not use it.
    """
    kind = "global" if message is None else "message"
    offered = {(s.type, s.callback_id) for s in world.app.shortcuts}
    if not team.has_app(person) or (kind, callback_id) not in offered:
        raise NotPossible("unknown_shortcut", f"there is no {kind} shortcut {callback_id!r}")
    if message is None:
        payload = payloads.shortcut(world, team, person, callback_id)
    else:
        payload = payloads.message_shortcut(world, team, person, message, callback_id)
    delivery = await world.transport.deliver("interactive", payload)
    if delivery.error is not None:
        notice(world, team, person, f'The shortcut failed with the error "{delivery.error}"')
    world.changed()
    return delivery


async def open_home(world: World, team: Team, person: Person, tab: str) -> Delivery:
    """Tell the app that a person opened its Home (or Messages) tab.

    Raises:
        NotPossible: there is no such tab.
    """
    if not team.has_app(person):
        raise NotPossible("no_app", f"{world.app.name} is not installed where {person.name} is.")
    if tab not in {"home", "messages"}:
        raise NotPossible("unknown_tab", f"there is no tab {tab!r}; there are home and messages")
    inner: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": team.im(person.id).id,
        "tab": tab,
    }
    view = team.homes.get(person.id)
    if tab == "home" and view is not None:
        inner["view"] = modals.as_sent(world, team, view)
    return await send_event(world, team, inner)


def check_member(person: Person, channel: Channel) -> None:
    """See that a person can write in a channel.

    Raises:
        NotPossible: they are not in it, or it is archived.
    """
    if channel.is_archived:
        raise NotPossible("is_archived", f"#{channel.name} is archived.")
    if person.id not in channel.members:
        raise NotPossible("not_in_channel", f"{person.real_name} is not in #{channel.name}.")
