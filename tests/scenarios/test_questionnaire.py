"""The questionnaire's pages: short, never the same twice, and nothing chosen is lost."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import Application
from bot.playground.slack_model import View
from bot.playground.user_session import UserSession
from tests.scenarios.harness import Harness
from tests.scenarios.messages import text_of
from tests.slack.words import texts_in_sight, words_in_sight

PLAYBOOKS = Path(__file__).parent / "playbooks"
HOSTILE = "<!channel> & <@U0> *x* `y` "


@pytest.fixture(autouse=True)
async def bot(harness: Harness) -> AsyncIterator[Application]:
    """The running bot with two small playbooks: a picnic, and one with a single question."""
    async with harness.run_bot(RAGVSFT_RULES=str(PLAYBOOKS)) as running:
        yield running


def blocks_of(view: View, prefix: str = "question:") -> list[str]:
    """Return the ids of a page's blocks that begin with a prefix."""
    return [block["block_id"] for block in view.blocks if block["block_id"].startswith(prefix)]


def words_of(view: View) -> str:
    """Return what a page shows."""
    return "\n".join(texts_in_sight(view.payload))


def selected(view: View, question: str) -> Any:
    """Return the values that are selected in a question, as the modal was sent."""
    (block,) = (each for each in view.blocks if each["block_id"] == f"question:{question}")
    element = block["element"]
    if element["type"] == "checkboxes":
        return [each["value"] for each in element.get("initial_options", [])]
    return element.get("initial_option", {}).get("value")


def _open(person: UserSession) -> View:
    """Return the page that is open."""
    assert person.modal is not None
    return person.modal


async def show_result(harness: Harness, person: UserSession) -> View:
    """Press *Show the result* on the open page."""
    return await harness.press(person, "show_result", "result")


async def test_a_result_takes_at_most_four_pages(harness: Harness) -> None:
    """From command to post there are at most four pages, none twice, all short."""
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    pages, seen = 1, set[str]()
    while view.payload["callback_id"] == "questions":
        asked = blocks_of(view)
        assert 1 <= len(asked) <= 3
        assert seen.isdisjoint(asked)
        assert words_in_sight(view.payload) <= 150
        seen.update(asked)
        given: dict[str, object] = {"question:weather": "sun", "question:wishes": ["swim"]}
        await ada.submit(view, {each: given.get(each) for each in asked})
        assert ada.modal is not None
        view, pages = ada.modal, pages + 1
    assert 3 <= pages <= 4
    assert words_in_sight(view.payload) <= 150
    await ada.submit(view)
    announcement, _ = await harness.wait_for_post(ada)
    assert "The lake" in text_of(announcement)


async def test_a_page_says_where_the_answers_stand(harness: Harness) -> None:
    """The first page explains leaving blanks, once; the next one says what is likely so far."""
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    assert "Leave it empty" in words_of(view)
    await ada.submit(view, {"question:weather": "sun", "question:wishes": ["swim"]})
    assert ada.modal is not None
    assert "Leave it empty" not in words_of(ada.modal)
    assert "So far it's too close to call: *The lake* is a little ahead." in words_of(ada.modal)
    await show_result(harness, ada)
    await harness.change_answer(ada, "cars", "enough")
    page = await harness.press(ada, "go_on", "questions")
    assert re.search(r"So far: \*The lake\*, likely, not certain \(about \d in 10", words_of(page))


async def test_the_result_can_be_seen_from_the_first_page(harness: Harness) -> None:
    """*Show the result* counts what is chosen on the page, though it was not submitted."""
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    ada.fill(view, {"question:weather": "rain"})
    result = await show_result(harness, ada)
    assert "At home" in words_of(result)
    assert "*Weather:* Rain all day" in words_of(result)
    assert blocks_of(result, "navigation") == ["navigation"]


async def test_the_result_without_any_answer(harness: Harness) -> None:
    """Without any answer *Show the result* asks for one: there is nothing to post."""
    ada = harness.playground.user("ada")
    first = await harness.open_questionnaire(ada)
    asked = blocks_of(first)
    assert (await ada.click(first, "show_result")).ok
    await harness.playground.until(lambda: "Answer a question first" in words_of(_open(ada)))
    assert blocks_of(_open(ada))[: len(asked)] == asked
    await ada.submit(_open(ada), {"question:weather": "rain"})
    result = await harness.wait_for_modal(ada, "result")
    assert "*Weather:* Rain all day" in words_of(result)


async def test_several_answers(harness: Harness) -> None:
    """A question with several answers has checkboxes; all that are ticked are kept."""
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    await ada.submit(view, {"question:weather": "sun", "question:wishes": ["play", "swim"]})
    result = await show_result(harness, ada)
    assert "*Wishes:* Swim; Play ball" in words_of(result)
    await ada.submit(result)
    announcement, _ = await harness.wait_for_post(ada)
    assert '"wishes":["swim","play"]' in harness.rows("decisions")[0]["answers"]
    assert "The lake" in text_of(announcement)


async def test_an_answer_that_excludes_the_others(harness: Harness) -> None:
    """“None of these” with another answer is an error of that question, and nothing is stored."""
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    await ada.submit(view, {"question:wishes": ["none", "swim"]})
    assert view.errors == {
        "question:wishes": "“None of these” doesn't go with other answers. "
        "Untick it, or the others."
    }
    assert harness.rows("drafts")[0]["answers"] == "{}"
    result = await show_result(harness, ada)
    assert "*Wishes:* Swim" in words_of(result)


async def test_one_answer_is_changed_on_the_last_page(harness: Harness) -> None:
    """*Change* leads to one question and back; what was typed on the last page is kept."""
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    ada.fill(view, {"question:weather": "rain", "question:wishes": ["eat"]})
    result = await show_result(harness, ada)
    ada.fill(result, {"title": "Our day out", "problem": "It may rain.", "deciders": ["ben"]})
    page = await harness.press(ada, "change:weather", "change")
    assert blocks_of(page) == ["question:weather"]
    assert selected(page, "weather") == "rain"
    await ada.submit(page, {"question:weather": "dont_know"})
    result = await harness.wait_for_modal(ada, "result")
    assert "*Weather:* Don't know" in words_of(result)
    result = await harness.change_answer(ada, "weather", "sun")
    assert "Our day out" in words_of(result)
    assert "It may rain." in words_of(result)
    await ada.submit(result)
    announcement, _ = await harness.wait_for_post(ada)
    assert "Our day out" in text_of(announcement)
    assert harness.rows("decision_people")[-1]["user_id"] == harness.playground.user("ben").id


async def test_back_from_a_change_changes_nothing(harness: Harness) -> None:
    """Back on the page of one answer shows the result as it was."""
    ada = harness.playground.user("ada")
    ada.fill(await harness.open_questionnaire(ada), {"question:weather": "rain"})
    await show_result(harness, ada)
    ada.fill(await harness.press(ada, "change:weather", "change"), {"question:weather": "sun"})
    result = await harness.press(ada, "back", "result")
    assert "*Weather:* Rain all day" in words_of(result)


async def test_back_shows_the_page_before_with_its_answers(harness: Harness) -> None:
    """Back keeps what is chosen on both pages; the first page has no Back."""
    ada = harness.playground.user("ada")
    first = await harness.open_questionnaire(ada)
    assert "Back" not in words_of(first)
    asked = blocks_of(first)
    await ada.submit(first, {"question:weather": "sun", "question:wishes": ["swim"]})
    assert ada.modal is not None
    ada.fill(ada.modal, {"question:count": "many"})
    assert (await ada.click(ada.modal, "back")).ok
    await harness.playground.until(lambda: ada.modal and blocks_of(ada.modal) == asked)
    assert ada.modal is not None
    assert selected(ada.modal, "weather") == "sun"
    assert "Back" not in words_of(ada.modal)
    await ada.submit(ada.modal, {"question:wishes": ["play"]})
    result = await harness.wait_for_modal(ada, "result")
    assert "*Wishes:* Play ball" in words_of(result)
    assert "*Count:* More than ten" in words_of(result)


async def test_a_closed_window_loses_nothing_that_was_chosen(harness: Harness) -> None:
    """Each press is kept; the draft continues where it was, and its offer goes away."""
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    await ada.click(view, "answer", "rain", block_id="question:weather")
    await ada.click(view, "answer", ["swim", "eat"], block_id="question:wishes")
    await ada.close(view)
    await ada.command("product", "/ragvsft")
    offer = await harness.wait_for_message(ada, "Pick up where you left off?", "product")
    assert "2 answers so far" in offer
    await ada.click(ada.sees("product")[-1], "resume")
    page = await harness.wait_for_modal(ada, "questions")
    assert selected(page, "weather") == "rain"
    assert selected(page, "wishes") == ["swim", "eat"]
    await harness.playground.until(lambda: "Pick up" not in str(ada.sees("product")))


async def test_a_draft_of_another_playbook_is_not_offered(harness: Harness) -> None:
    """`/ragvsft start umbrella` opens at once although a picnic is not finished."""
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    await ada.submit(view, {"question:weather": "sun"})
    assert ada.modal is not None
    await ada.close(ada.modal)
    await ada.command("product", "/ragvsft", "start umbrella")
    assert blocks_of(await harness.wait_for_modal(ada, "questions")) == ["question:sky"]


async def test_an_example_fills_in_the_answers(harness: Harness) -> None:
    """An example leads to its result, with its answers to be corrected one by one."""
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    await ada.click(view, "example", "A day at the lake")
    result = await harness.wait_for_modal(ada, "result")
    assert "Filled in from “A day at the lake”" in words_of(result)
    assert "*Go with The lake*" in words_of(result)
    assert "Example: A day at the lake" in words_of(result)
    result = await harness.change_answer(ada, "weather", "rain")
    assert "Filled in" not in words_of(result)
    result = await harness.change_answer(ada, "wishes", ["eat"])
    assert "*Go with At home*" in words_of(result)


async def test_answers_beyond_the_first_are_changed_by_a_menu(harness: Harness) -> None:
    """With many answers the last ones are in a menu, which leads to their questions."""
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    await ada.click(view, "example", "A day at the lake")
    result = await harness.wait_for_modal(ada, "result")
    assert words_in_sight(result.payload) <= 150
    await ada.click(result, "change_other", "music")
    page = await harness.wait_for_modal(ada, "change")
    assert blocks_of(page) == ["question:music"]


async def test_dont_know_is_leaving_a_question_empty(harness: Harness) -> None:
    """Empty questions are not asked again, until there is nothing else to make a result of."""
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    seen = set[str]()
    while "Answer a question first" not in words_of(view):
        assert seen.isdisjoint(blocks_of(view))
        seen.update(blocks_of(view))
        await ada.submit(view)
        assert ada.modal is not None
        view = ada.modal
    assert seen == {
        f"question:{name}"
        for name in ["weather", "wishes", "cars", "count", "grill", "dogs", "music"]
    }
    assert set(blocks_of(view)) <= seen
    await ada.submit(view, {"question:wishes": ["eat"]})
    result = await harness.wait_for_modal(ada, "result")
    assert "*Weather:* Don't know" in words_of(result)


async def test_going_on_is_offered_after_the_result(harness: Harness) -> None:
    """When it is sure enough the result comes; the rest can be answered, a page at a time."""
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    await ada.submit(view, {"question:weather": "rain", "question:wishes": ["eat"]})
    result = await harness.wait_for_modal(ada, "result")
    assert "Answer 3 more" in words_of(result)
    page = await harness.press(ada, "go_on", "questions")
    asked = blocks_of(page)
    await ada.submit(page)
    result = await harness.wait_for_modal(ada, "result")
    page = await harness.press(ada, "go_on", "questions")
    assert not set(blocks_of(page)) <= set(asked)
    await ada.submit(page, dict.fromkeys(blocks_of(page)))
    result = await harness.wait_for_modal(ada, "result")
    assert "skipped" in words_of(result)
    page = await harness.press(ada, "go_on", "questions")
    assert blocks_of(page)


async def test_a_playbook_with_one_question(harness: Harness) -> None:
    """One question, then the result, which has nothing more to ask."""
    ada = harness.playground.user("ada")
    await ada.command("product", "/ragvsft", "start umbrella")
    page = await harness.wait_for_modal(ada, "questions")
    assert "example" not in words_of(page)
    await ada.submit(page, {"question:sky": "grey"})
    result = await harness.wait_for_modal(ada, "result")
    assert "*Go with Take it*" in words_of(result)
    assert blocks_of(result, "navigation") == []
    await ada.submit(result)
    await harness.wait_for_post(ada)


async def test_an_edit_begins_with_the_result(harness: Harness) -> None:
    """An edit shows the result with *Change* beside each answer, and saves what was changed."""
    ada = harness.playground.user("ada")
    view = await harness.open_questionnaire(ada)
    ada.fill(view, {"question:weather": "rain"})
    await ada.submit(await show_result(harness, ada), {"title": "Our day out"})
    announcement, _ = await harness.wait_for_post(ada)
    await ada.click(announcement, "menu", "edit:1")
    result = await harness.wait_for_modal(ada, "result")
    assert result.payload["title"]["text"] == "Edit decision #1"
    assert "Our day out" in words_of(result)
    assert blocks_of(result, "channel") == []
    result = await harness.change_answer(ada, "weather", "sun")
    await ada.submit(result)
    await harness.wait_for_row("events", lambda row: row["kind"] == "edited")


async def test_the_date_field_comes_after_pick_a_date(harness: Harness) -> None:
    """The date field appears for “Pick a date…” only, and a date is required then."""
    ada = harness.playground.user("ada")
    ada.fill(await harness.open_questionnaire(ada), {"question:weather": "rain"})
    result = await show_result(harness, ada)
    assert blocks_of(result, "review_day") == []
    ada.fill(result, {"title": "Our day out"})
    await ada.click(result, "answer", "date", block_id="review_choice")
    await harness.playground.until(lambda: ada.modal and blocks_of(ada.modal, "review_day"))
    assert ada.modal is not None
    assert "Our day out" in words_of(ada.modal)
    await ada.submit(ada.modal)
    assert ada.modal.errors == {"review_day": "Pick the date, or choose a number of days."}
    today = harness.playground.clock.now().date().isoformat()
    await ada.submit(ada.modal, {"review_day": today})
    assert ada.modal.errors == {"review_day": "Pick a day after today."}
    await ada.click(ada.modal, "answer", "never", block_id="review_choice")
    await harness.playground.until(lambda: ada.modal and not blocks_of(ada.modal, "review_day"))
    await ada.submit(ada.modal)
    await harness.wait_for_post(ada)


async def test_hostile_and_full_length_text(harness: Harness) -> None:
    """Titles and problems of full length go through each page, and mention nobody."""
    ada = harness.playground.user("ada")
    ada.fill(await harness.open_questionnaire(ada), {"question:weather": "rain"})
    result = await show_result(harness, ada)
    title, problem = (HOSTILE * 200)[:120], (HOSTILE * 200)[:3000]
    ada.fill(result, {"title": title, "problem": problem})
    result = await harness.press(ada, "go_on", "questions")
    await ada.submit(result)
    result = await show_result(harness, ada) if ada.modal and blocks_of(ada.modal) else result
    assert ada.modal is not None
    await ada.submit(ada.modal)
    announcement, _ = await harness.wait_for_post(ada)
    assert "&lt;!channel&gt;" in text_of(announcement)
    assert harness.rows("decisions")[0]["problem"] == problem.strip()


async def test_posting_elsewhere_is_said_where_one_is(harness: Harness) -> None:
    """A decision posted in another channel is announced to its driver where it was started."""
    ada = harness.playground.user("ada")
    ada.fill(await harness.open_questionnaire(ada, "general"), {"question:weather": "rain"})
    await ada.submit(await show_result(harness, ada), {"channel": "product"})
    said = await harness.wait_for_message(ada, "I'm posting decision #1 in <#", "general")
    assert harness.playground.channel("product").id in said


async def test_posting_where_one_is_says_nothing_more(harness: Harness) -> None:
    """The announcement is enough where the questionnaire was started."""
    ada = harness.playground.user("ada")
    ada.fill(await harness.open_questionnaire(ada), {"question:weather": "rain"})
    await ada.submit(await show_result(harness, ada))
    await harness.wait_for_post(ada)
    assert "I'm posting" not in str(ada.sees("product"))
