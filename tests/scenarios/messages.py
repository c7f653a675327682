"""Reading messages of the local workspace: their text, their buttons, and who sees what."""

from typing import Any

from bot.playground.slack_model import SlackMessage
from bot.playground.user_session import UserSession


def text_of(message: SlackMessage) -> str:
    """Return the text of a message and of all its blocks."""
    return f"{message.text}\n{text_of_blocks(message.blocks)}"


def text_of_blocks(node: Any) -> str:
    """Return the text of blocks, joined by line breaks."""
    if isinstance(node, dict):
        own = node["text"] if isinstance(node.get("text"), str) else ""
        return own + "\n".join(text_of_blocks(value) for value in node.values())
    if isinstance(node, list):
        return "\n".join(text_of_blocks(item) for item in node)
    return ""


def button_ids(message: SlackMessage) -> list[str]:
    """Return the action ids of a message's buttons and menus."""
    return [
        element["action_id"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def delivery_key(message: SlackMessage) -> str | None:
    """Return the key of the delivery that posted a message, from its metadata."""
    key: str | None = (message.metadata or {}).get("event_payload", {}).get("key")
    return key


def as_seen_by(person: UserSession, announcement: SlackMessage) -> SlackMessage:
    """Return the current version of a message as a person sees it."""
    (found,) = [m for m in person.sees(announcement.channel) if m.ts == announcement.ts]
    return found


def team_message(person: UserSession, announcement: SlackMessage) -> SlackMessage | None:
    """Return the team's message in the announcement's thread; None if there is none."""
    found = [m for m in person.thread(announcement) if m.text.startswith("Views on decision")]
    assert len(found) <= 1
    return found[0] if found else None
