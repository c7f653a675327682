"""What an app says in answer to a command or through a response_url.

Source: docs.slack.dev/interactivity/handling-user-interaction#message_responses.
"""

import json
from datetime import timedelta
from typing import Any

from bot.playground import conversation
from bot.playground.blockkit import Problem
from bot.playground.content import parsed_content
from bot.playground.ledger import Delivery
from bot.playground.model import Channel, Json, Message, Person, ResponseUrl
from bot.playground.refused import Refused
from bot.playground.team import Team
from bot.playground.world import World

USES_MAX = 5
LIFE = timedelta(minutes=30)


def answer_of_ack(delivery: Delivery) -> Json | None:
    """The message in the body of an ack; None if it is empty.

    Raises:
        Refused: the body says it is JSON and is no JSON object.
    """
    if not delivery.body.strip():
        return None
    if delivery.content_type != "application/json":
        return {"text": delivery.body}
    try:
        parsed: Any = json.loads(delivery.body)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise Refused("invalid_command_response")
    return parsed or None


def show_answer(
    world: World, team: Team, person: Person, channel: Channel, answer: Json, typed: str | None
) -> Message:
    """Show an answer: to the person alone, or to the channel if it says `in_channel`.

    Raises:
        Refused: it breaks a rule for messages.
    """
    content = parsed_content(answer, check_length=False)
    thread_ts = answer.get("thread_ts")
    kind = answer.get("response_type", "ephemeral")
    if kind not in {"in_channel", "ephemeral"}:
        problem = Problem("/response_type", "not_allowed", "must be one of: in_channel, ephemeral")
        raise Refused("invalid_command_response", [problem])
    if kind == "in_channel":
        if typed is not None:
            conversation.say(world, team, channel, person.id, typed, None)
        return conversation.post(world, team, channel, content, thread_ts)
    return conversation.post_ephemeral(world, team, channel, person.id, content, thread_ts)


def use_response_url(world: World, team: Team, where: ResponseUrl, answer: Json) -> None:
    """Do what the app asks for through a response_url.

    Raises:
        Refused: the URL is used up or too old, or the answer breaks a rule.
    """
    if world.now() - where.born > LIFE:
        raise Refused("expired_url")
    if where.uses >= USES_MAX:
        raise Refused("used_url")
    where.uses += 1
    original = team.find_message(where.channel, where.message_ts) if where.message_ts else None
    if answer.get("delete_original"):
        conversation.remove(world, team, _original(original))
    elif _replaces(answer, original):
        content = parsed_content(answer, check_length=False)
        conversation.rewrite(world, _original(original), content)
    else:
        person = team.people[where.person]
        show_answer(world, team, person, team.channels[where.channel], answer, None)


def _replaces(answer: Json, original: Message | None) -> bool:
    if "replace_original" in answer:
        return bool(answer["replace_original"])
    # Slack's page on responses warns that a thread_ts alone overwrites the message.
    return original is not None and bool(answer.get("thread_ts"))


def _original(message: Message | None) -> Message:
    if message is None or not message.by_app:
        problem = Problem("", "no_original", "there is no message of the app to replace or delete")
        raise Refused("invalid_response", [problem])
    return message
