"""From the command or a message to the recommendation, and on to a later decision."""

from typing import Any

import pytest

from bot.playground.slack_model import SlackMessage
from bot.playground.user_session import UserSession
from tests.scenarios.harness import OTHER_ANSWERS, RULES, Harness
from tests.scenarios.messages import as_seen_by, text_of, text_of_blocks

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_command_becomes_a_recommendation_in_a_thread(harness: Harness) -> None:
    """The command leads to one announcement, one recommendation in its thread, and one row."""
    ada = harness.playground.user("ada")
    announcement, recommendation = await harness.post_decision(ada)

    assert "#1  Answers for support" in text_of(announcement)
    assert "Go with " in text_of(announcement)
    assert "decides  ·  Public" in text_of(announcement)
    assert "Why" in text_of(recommendation)
    assert "Next steps" in text_of(recommendation)
    (row,) = harness.rows("decisions")
    assert (row["workspace"], row["number"], row["driver"]) == ("T0NORTH", 1, ada.id)
    assert row["channel"] == harness.playground.channel("product").id
    assert ada.modal is None


async def test_members_see_the_announcement(harness: Harness) -> None:
    """An announcement in a public channel is visible to its other members."""
    announcement, _ = await harness.post_decision(harness.playground.user("ada"))
    assert harness.playground.user("ben").sees("product")[-1].ts == announcement.ts


async def test_what_is_not_known_becomes_homework(harness: Harness) -> None:
    """All questions but one can be left empty; the decision lists what to find out."""
    ada = harness.playground.user("ada")
    await harness.open_questionnaire(ada)
    every = {question["id"]: None for question in await _question_ids(harness)}
    known = {**every, "need": ("look_up",)}
    view = await harness.fill_questionnaire(ada, answers=known)
    await ada.submit(view)
    await harness.wait_for_post(ada)
    assert "Still open" in text_of_blocks((await harness.show_decision(ada)).blocks)


async def test_a_shortcut_on_a_message_prefills_the_problem(harness: Harness) -> None:
    """A decision started from a message has its text, its first sentence as title, its channel."""
    ada = harness.playground.user("ada")
    source = ada.sees("support-ai")[0]
    await ada.message_shortcut(source, "decide_from_message")
    await harness.wait_for_modal(ada, "questions")
    view = await harness.answer_questions(ada)
    assert _initial_value(view.blocks, "problem") == source.text
    title = _initial_value(view.blocks, "title")
    assert title
    assert source.text.startswith(title)
    await ada.submit(view)
    announcement, _ = await harness.wait_for_post(ada, "support-ai")
    assert f"#1  {title}" in text_of(announcement)
    assert "decides  ·  Public" in text_of(announcement)
    shown = await harness.show_decision(ada, channel="support-ai")
    assert source.text in text_of_blocks(shown.blocks)


async def test_app_home_starts_a_decision_and_asks_where_to_post(harness: Harness) -> None:
    """A decision started in App Home is posted in the channel chosen on the last page."""
    ada = harness.playground.user("ada")
    await ada.open_home()
    await harness.playground.until(lambda: ada.home)
    assert ada.home is not None
    await ada.click(ada.home, "start:ragvsft")
    await harness.wait_for_modal(ada, "questions")
    view = await harness.fill_questionnaire(ada)
    await ada.submit(view, {"channel": "general"})
    announcement, _ = await harness.wait_for_post(ada, "general")
    assert "#1" in text_of(announcement)


async def test_app_home_resumes_a_draft(harness: Harness) -> None:
    """App Home lists a closed questionnaire and resumes it with its answers."""
    ada = harness.playground.user("ada")
    await harness.open_questionnaire(ada)
    ada.fill(await harness.show_result(ada), {"title": "Half done"})
    await ada.close(await harness.press(ada, "go_on", "questions"))
    await ada.open_home()
    await harness.playground.until(lambda: ada.home)
    assert ada.home is not None
    assert "Half done" in str(ada.home.blocks)
    await ada.click(ada.home, "resume")
    await harness.wait_for_modal(ada, "questions")


async def test_another_public_channel_can_be_chosen(harness: Harness) -> None:
    """The channel chosen on the last page takes precedence over the command's channel."""
    ada = harness.playground.user("ada")
    await harness.open_questionnaire(ada)
    view = await harness.fill_questionnaire(ada)
    await ada.submit(view, {"channel": "general"})
    await harness.wait_for_post(ada, "general")
    here = [message for message in ada.sees("product") if message.by_app]
    assert all(message.ephemeral_to == ada.id for message in here)


async def test_in_direct_messages_only_the_driver_sees_it(harness: Harness) -> None:
    """A decision started in the direct messages with the app is posted there."""
    ada = harness.playground.user("ada")
    await harness.open_questionnaire(ada, ada.im.id)
    view = await harness.fill_questionnaire(ada)
    await ada.submit(view)
    announcement, _ = await harness.wait_for_post(ada, ada.im.id)
    assert "Private: only the people named here" in text_of(announcement)


async def test_help_and_unknown_subcommands(harness: Harness) -> None:
    """`help` lists the subcommands; an unknown one is quoted in a private reply."""
    ada = harness.playground.user("ada")
    await ada.command("product", "/ragvsft", "help")
    assert "/ragvsft start hosting" in text_of(ada.sees("product")[-1])
    await ada.command("product", "/ragvsft", "frobnicate")
    assert "I don't know `/ragvsft frobnicate`" in text_of(ada.sees("product")[-1])
    await ada.command("product", "/ragvsft", "start nonsense")
    assert "no playbook called “nonsense”" in text_of(ada.sees("product")[-1])
    assert all(message.ephemeral_to == ada.id for message in ada.sees("product")[-3:])


async def test_another_playbook_asks_its_own_questions(harness: Harness) -> None:
    """`/ragvsft start hosting` runs another playbook, without any code for it."""
    ada = harness.playground.user("ada")
    await ada.command("product", "/ragvsft", "start hosting")
    await harness.wait_for_modal(ada, "questions")
    view = await harness.fill_questionnaire(ada)
    await ada.submit(view)
    await harness.wait_for_post(ada)
    shown = await harness.show_decision(ada, tab="history")
    assert "playbook hosting" in text_of_blocks(shown.blocks)


async def _question_ids(harness: Harness) -> list[dict[str, Any]]:
    """Return the ids of the default playbook's questions."""
    from bot.playbooks import loader

    playbook = loader.load(RULES / "ragvsft")
    return [{"id": question.id} for question in playbook.questions]


def _initial_value(blocks: list[dict[str, Any]], block_id: str) -> str:
    (block,) = [block for block in blocks if block.get("block_id") == block_id]
    value: str = block["element"].get("initial_value", "")
    return value


WORDS = "From this message"


async def _post_from_message(
    harness: Harness,
    person: UserSession,
    source: SlackMessage,
    channel: str,
    *,
    linked: bool = True,
) -> str:
    """Post a decision made from a message in a channel; return the announcement's text."""
    await person.message_shortcut(source, "decide_from_message")
    await harness.wait_for_modal(person, "questions")
    view = await harness.fill_questionnaire(person)
    if linked:
        await harness.wait_for_row("drafts", lambda row: not row["decision"] and _linked(row))
    elsewhere = {"channel": channel} if channel != "support-ai" else {}
    await person.submit(view, elsewhere)
    announcement, _ = await harness.wait_for_post(person, channel)
    return text_of(announcement)


def _linked(row: dict[str, object]) -> bool:
    return "/archives/" in str(row["source_link"])


async def test_a_message_is_linked_in_its_own_channel_only(harness: Harness) -> None:
    """An announcement links to its source message only in the channel of that message."""
    ada = harness.playground.user("ada")
    source = ada.sees("support-ai")[0]
    link = f"/archives/{source.channel}/p{source.ts.replace('.', '')}"
    here = await _post_from_message(harness, ada, source, "support-ai")
    assert f"{link}|{WORDS}>" in here
    elsewhere = await _post_from_message(harness, ada, source, "general")
    assert link not in elsewhere
    assert WORDS not in elsewhere


async def test_a_source_message_is_converted_to_plain_text(harness: Harness) -> None:
    """Mentions and links of the source message appear in the problem as people read them."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await _post_from_message(harness, ada, ada.sees("support-ai")[0], "support-ai")
    await harness.wait_for_row("people", lambda row: row["user_id"] == ada.id and row["name"])
    message = ben.say("support-ai", "as Slack puts it")
    message.text = f"<@{ada.id}> and <@U0NOBODY>: &lt;see&gt; <https://x.test/a|this>"
    await ben.message_shortcut(message, "decide_from_message")
    await harness.wait_for_modal(ben, "questions")
    view = await harness.show_result(ben)
    name = next(row["name"] for row in harness.rows("people") if row["user_id"] == ada.id)
    assert f"@{name} and @someone: <see> this (https://x.test/a)" in str(view.blocks)


async def test_a_missing_permalink_does_not_block_posting(harness: Harness) -> None:
    """If Slack returns no permalink, the decision is posted without one."""
    ada = harness.playground.user("ada")
    harness.playground.faults.add("server_error", "chat.getPermalink")
    source = ada.sees("support-ai")[0]
    assert WORDS not in await _post_from_message(harness, ada, source, "support-ai", linked=False)


@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_a_decision_from_its_first_verdict_to_its_successor(harness: Harness) -> None:
    """A decision goes through a view, an edit with another verdict, acceptance and superseding."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    await ben.click(as_seen_by(ben, announcement), "add_view", block_id="@T0NORTH|decision:1")
    await ben.click(await harness.wait_for_modal(ben, "view"), "answer_all")
    await harness.wait_for_modal(ben, "questions")
    await ben.submit(await harness.answer_questions(ben, OTHER_ANSWERS))
    await harness.wait_for_team_message(ada, announcement, "You favour")

    first = text_of(as_seen_by(ada, announcement))
    await ada.click(as_seen_by(ada, announcement), "menu", "edit:1")
    await harness.wait_for_modal(ada, "result")
    before = harness.rows("decisions")[0]["verdict"]
    await ada.submit(await harness.fill_questionnaire(ada, answers=OTHER_ANSWERS))
    await harness.playground.until(
        lambda: any(
            "The recommendation became" in text_of(m) and "; it was" in text_of(m)
            for m in ada.thread(announcement)
        ),
    )
    assert harness.rows("decisions")[0]["verdict"] != before

    await harness.playground.until(lambda: text_of(as_seen_by(ada, announcement)) != first)
    await ada.click(as_seen_by(ada, announcement), "accept")
    await harness.wait_for_row("decisions", lambda row: row["status"] == "accepted")
    option = str(harness.rows("decisions")[0]["recommended"])
    assert "Answers for support" in text_of(await harness.run_command(ben, f"list {option}"))
    assert "Nothing found" in text_of(await harness.run_command(ben, "list elsewhere"))
    window = await harness.show_decision(ada, tab="views")
    seen = text_of_blocks(window.blocks)
    assert f"<@{ada.id}>, who asked: " in seen
    assert f"<@{ben.id}>: " in seen
    await ada.close(window)

    await ada.click(as_seen_by(ada, announcement), "menu", "supersede:1")
    await harness.wait_for_modal(ada, "result")
    await ada.submit(await harness.fill_questionnaire(ada, title="The second thought"))
    await harness.wait_for_row("decisions", lambda row: row["number"] == 2)
    assert [row["status"] for row in harness.rows("decisions")] == ["superseded", "open"]


@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_the_global_shortcut_opens_the_questionnaire(harness: Harness) -> None:
    """The global shortcut starts a decision, posted in the channel that its driver chooses."""
    ada = harness.playground.user("ada")
    assert (await ada.global_shortcut("start_decision")).ok
    await harness.wait_for_modal(ada, "questions")
    review = await harness.fill_questionnaire(ada)
    assert any(block.get("block_id") == "channel" for block in review.blocks)
    await ada.submit(review, {"channel": "support-ai"})
    announcement, recommendation = await harness.wait_for_post(ada, "support-ai")
    assert "Answers for support" in text_of(announcement)
    assert "Next steps" in text_of(recommendation)
