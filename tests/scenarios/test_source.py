"""A decision made from a message leads back to it, where its readers know of that message."""

import pytest

from bot.playground.slack_model import SlackMessage
from bot.playground.user_session import UserSession
from tests.scenarios.house import House, text_of

pytestmark = pytest.mark.usefixtures("bot")
WORDS = "From this message"


async def _made_from(
    house: House, person: UserSession, source: SlackMessage, channel: str, *, linked: bool = True
) -> str:
    """What the announcement says of a decision made from a message and posted in a channel."""
    await person.message_shortcut(source, "decide_from_message")
    await house.modal_of(person, "workflow")
    view = await house.to_review(person)
    if linked:
        await house.until_logged("drafts", lambda row: not row["decision"] and _linked(row))
    elsewhere = {"other_channel": channel} if channel != "support-ai" else {}
    await person.submit(view, elsewhere)
    announcement, _ = await house.posted(person, channel)
    return text_of(announcement)


def _linked(row: dict[str, object]) -> bool:
    return "/archives/" in str(row["source_link"])


async def test_a_message_is_linked_in_its_own_channel_only(house: House) -> None:
    """The announcement and the record link to the message; posted elsewhere neither does."""
    ada = house.playground.user("ada")
    source = ada.sees("support-ai")[0]
    link = f"/archives/{source.channel}/p{source.ts.replace('.', '')}"
    here = await _made_from(house, ada, source, "support-ai")
    assert f"{link}|{WORDS}>" in here
    elsewhere = await _made_from(house, ada, source, "general")
    assert link not in elsewhere
    assert WORDS not in elsewhere


async def test_a_message_is_taken_over_as_it_was_read(house: House) -> None:
    """Whom a message mentions and what it links to stand in the problem as people read them."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    await _made_from(house, ada, ada.sees("support-ai")[0], "support-ai")
    await house.until_logged("people", lambda row: row["user_id"] == ada.id and row["name"])
    said = ben.say("support-ai", "as Slack puts it")
    said.text = f"<@{ada.id}> and <@U0NOBODY>: &lt;see&gt; <https://x.test/a|this>"
    await ben.message_shortcut(said, "decide_from_message")
    view = await house.modal_of(ben, "workflow")
    name = next(row["name"] for row in house.rows("people") if row["user_id"] == ada.id)
    assert f"@{name} and @someone: <see> this (https://x.test/a)" in str(view.blocks)


async def test_without_a_link_it_goes_on(house: House) -> None:
    """Where Slack tells no link, the decision is posted without one."""
    ada = house.playground.user("ada")
    house.playground.faults.add("server_error", "chat.getPermalink")
    source = ada.sees("support-ai")[0]
    assert WORDS not in await _made_from(house, ada, source, "support-ai", linked=False)
