"""Views on a decision: what a person sees of them, and the wait for it."""

from bot.playground.slack_model import SlackMessage
from bot.playground.user_session import UserSession
from tests.scenarios.house import House, text_of

OTHERWISE: dict[str, str | None] = {"need": "look_up"}
"""Answers that come to another verdict than the first ones."""


def seen_by(person: UserSession, announcement: SlackMessage) -> SlackMessage:
    """Return the announcement as a person sees it now."""
    (found,) = [m for m in person.sees(announcement.channel) if m.ts == announcement.ts]
    return found


def team_message(person: UserSession, announcement: SlackMessage) -> SlackMessage | None:
    """Return the team's message in the thread; None if it is not there."""
    found = [m for m in person.thread(announcement) if m.text.startswith("Views on decision")]
    assert len(found) <= 1
    return found[0] if found else None


async def team_says(
    house: House, person: UserSession, announcement: SlackMessage, words: str
) -> str:
    """Wait until the team's message has these words; return all it says."""

    def says() -> bool:
        message = team_message(person, announcement)
        return message is not None and words in text_of(message)

    await house.playground.until(says)
    message = team_message(person, announcement)
    assert message is not None
    return text_of(message)
