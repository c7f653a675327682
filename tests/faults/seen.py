"""What a person reads off a message of the bot: its buttons, its decision, what it asks."""

from collections.abc import Iterator

from bot.playground.slack_model import Json, SlackMessage
from bot.slackkit.ids import DELIVERY_PREFIX, Action


def key_of(message: SlackMessage) -> str | None:
    """The key of the delivery that a message is."""
    payload = (message.metadata or {}).get("event_payload", {})
    return payload.get("key")


def actions_of(message: SlackMessage) -> list[str]:
    """The buttons of a message."""
    return [element["action_id"] for _, element in buttons_of(message)]


def number_of(message: SlackMessage) -> int:
    """The number of the decision that a message announces."""
    return int(message.blocks[0]["text"]["text"].partition("  ")[0].removeprefix("#"))


def title_of(message: SlackMessage) -> str:
    """The title of the decision that a message announces."""
    return str(message.blocks[0]["text"]["text"].partition("  ")[2])


def buttons_of(message: SlackMessage) -> Iterator[tuple[Json, Json]]:
    """The buttons of a message, each with its block."""
    for block in message.blocks:
        for element in block.get("elements", []) if block["type"] == "actions" else []:
            yield block, element


def button_of(message: SlackMessage, action: str) -> Json:
    return next(element for _, element in buttons_of(message) if element["action_id"] == action)


def asks_about(message: SlackMessage) -> str | None:
    """The key of the delivery that a message asks about; None if it does not ask."""
    for block, element in buttons_of(message):
        if element["action_id"] == Action.DISMISS:
            return str(block["block_id"]).removeprefix(DELIVERY_PREFIX)
    return None
