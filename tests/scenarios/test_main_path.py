"""From the command to the recommendation in its thread."""

from typing import Any

import pytest

from tests.scenarios.house import House, questions_of, text_of

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_command_becomes_a_recommendation_in_a_thread(house: House) -> None:
    """The whole way ends with one announcement, one recommendation below it, and one row."""
    ada = house.playground.user("ada")
    announcement, recommendation = await house.decide(ada)

    assert "#1  Answers for support" in text_of(announcement)
    assert "Recommended: " in text_of(announcement)
    assert "Everybody in the workspace can find this" in text_of(announcement)
    assert "Why" in text_of(recommendation)
    assert "First steps" in text_of(recommendation)
    (row,) = house.rows("decisions")
    assert (row["workspace"], row["number"], row["driver"]) == ("T0NORTH", 1, ada.id)
    assert row["channel"] == house.playground.channel("product").id
    assert ada.modal is None


async def test_others_read_what_was_posted(house: House) -> None:
    """What is posted in a public channel is there for its other members too."""
    announcement, _ = await house.decide(house.playground.user("ada"))
    assert house.playground.user("ben").sees("product")[-1].ts == announcement.ts


async def test_back_keeps_every_answer(house: House) -> None:
    """Going back shows the page before with its answers, and going on again keeps them all."""
    ada = house.playground.user("ada")
    view = await house.start(ada)
    await ada.submit(view, {"title": "Which way?", "problem": "It invents refund rules."})
    first_page = ada.modal
    assert first_page is not None
    answers = {block: _last_answer(first_page.blocks, block) for block in questions_of(first_page)}
    await ada.submit(first_page, answers)
    second_page = ada.modal
    assert second_page is not None
    half = dict(list(questions_of(second_page).items())[:1])
    ada.fill(second_page, half)
    await ada.click(second_page, "back")
    await house.playground.until(lambda: questions_of(ada.modal).keys() == answers.keys())
    assert _initial(ada.modal.blocks) == answers
    await ada.submit(ada.modal)
    assert ada.modal is not None
    assert _initial(ada.modal.blocks).items() >= half.items()

    await ada.click(ada.modal, "back")
    await house.playground.until(lambda: questions_of(ada.modal).keys() == answers.keys())
    await ada.click(ada.modal, "back")
    workflow = await house.modal_of(ada, "workflow")
    assert _initial_value(workflow.blocks, "title") == "Which way?"
    assert _initial_value(workflow.blocks, "problem") == "It invents refund rules."


async def test_dont_know_is_offered_everywhere_and_becomes_homework(house: House) -> None:
    """Every question takes "Don't know"; the recommendation says what to find out."""
    ada = house.playground.user("ada")
    await house.start(ada)
    every = {question["id"]: None for question in await _questions(house)}
    view = await house.to_review(ada, answers=every)
    await ada.submit(view)
    announcement, recommendation = await house.posted(ada)
    assert "nothing yet" in text_of(announcement)
    assert "too little is known" in text_of(announcement)
    assert "Still open" in text_of(recommendation)


async def test_a_shortcut_on_a_message_prefills_the_problem(house: House) -> None:
    """Deciding from a message starts with its text as the problem, in its channel."""
    ada = house.playground.user("ada")
    source = ada.sees("support-ai")[0]
    await ada.message_shortcut(source, "decide_from_message")
    view = await house.modal_of(ada, "workflow")
    assert _initial_value(view.blocks, "problem") == source.text
    view = await house.to_review(ada)
    await ada.submit(view)
    announcement, _ = await house.posted(ada, "support-ai")
    assert source.text in text_of(announcement)


async def test_app_home_starts_a_decision_and_asks_where_to_post(house: House) -> None:
    """From App Home there is no "here": the last page asks for a channel and posts there."""
    ada = house.playground.user("ada")
    await ada.open_home()
    await house.playground.until(lambda: ada.home)
    assert ada.home is not None
    await ada.click(ada.home, "start:ragvsft")
    await house.modal_of(ada, "workflow")
    view = await house.to_review(ada)
    await ada.submit(view, {"other_channel": "general"})
    announcement, _ = await house.posted(ada, "general")
    assert "#1" in text_of(announcement)


async def test_app_home_goes_on_with_a_draft(house: House) -> None:
    """A questionnaire that was closed waits in App Home, with what it knew."""
    ada = house.playground.user("ada")
    view = await house.start(ada)
    await ada.submit(view, {"title": "Half done"})
    assert ada.modal is not None
    await ada.close(ada.modal)
    await ada.open_home()
    await house.playground.until(lambda: ada.home)
    assert ada.home is not None
    assert "Half done" in str(ada.home.blocks)
    await ada.click(ada.home, "resume")
    await house.modal_of(ada, "questions")


async def test_another_public_channel_can_be_chosen(house: House) -> None:
    """The last page's other channel wins over the one where the command was typed."""
    ada = house.playground.user("ada")
    await house.start(ada)
    view = await house.to_review(ada)
    await ada.submit(view, {"other_channel": "general"})
    await house.posted(ada, "general")
    assert not any(message.by_app for message in ada.sees("product"))


async def test_in_direct_messages_only_the_driver_sees_it(house: House) -> None:
    """Started in the direct messages with the app, a decision is posted there."""
    ada = house.playground.user("ada")
    await house.start(ada, ada.im.id)
    view = await house.to_review(ada)
    await ada.submit(view)
    announcement, _ = await house.posted(ada, ada.im.id)
    assert "Only the people named here and who gave a view can see this" in text_of(announcement)


async def test_help_and_what_is_not_understood(house: House) -> None:
    """Help lists what there is; a word that is unknown is said back with the way on."""
    ada = house.playground.user("ada")
    await ada.command("product", "/ragvsft", "help")
    assert "/ragvsft start hosting" in text_of(ada.sees("product")[-1])
    await ada.command("product", "/ragvsft", "frobnicate")
    assert "I don't know `/ragvsft frobnicate`" in text_of(ada.sees("product")[-1])
    await ada.command("product", "/ragvsft", "start nonsense")
    assert "no playbook called “nonsense”" in text_of(ada.sees("product")[-1])
    assert all(message.ephemeral_to == ada.id for message in ada.sees("product")[-3:])


async def test_another_playbook_asks_its_own_questions(house: House) -> None:
    """`/ragvsft start hosting` runs a playbook of which the code knows nothing."""
    ada = house.playground.user("ada")
    await ada.command("product", "/ragvsft", "start hosting")
    await house.modal_of(ada, "workflow")
    view = await house.to_review(ada)
    await ada.submit(view)
    _, recommendation = await house.posted(ada)
    assert "playbook hosting" in text_of(recommendation)


async def _questions(house: House) -> list[dict[str, Any]]:
    from bot.playbooks import loader
    from tests.scenarios.house import RULES

    playbook = loader.load(RULES / "ragvsft")
    return [{"id": question.id} for question in playbook.questions]


def _last_answer(blocks: list[dict[str, Any]], block_id: str) -> str:
    (block,) = [block for block in blocks if block.get("block_id") == block_id]
    value: str = block["element"]["options"][1]["value"]
    return value


def _initial(blocks: list[dict[str, Any]]) -> dict[str, str]:
    return {
        block["block_id"]: block["element"]["initial_option"]["value"]
        for block in blocks
        if "initial_option" in block.get("element", {})
    }


def _initial_value(blocks: list[dict[str, Any]], block_id: str) -> str:
    (block,) = [block for block in blocks if block.get("block_id") == block_id]
    value: str = block["element"].get("initial_value", "")
    return value
