"""List, search, show and export decisions, and similar ones on the review page."""

import csv
import io
import json

import jsonschema
import pytest
import yaml

from bot.decisions.records.record import record_schema
from bot.playground.user_session import UserSession
from tests.scenarios.harness import Harness
from tests.scenarios.messages import as_seen_by, text_of, text_of_blocks

pytestmark = pytest.mark.usefixtures("bot")


async def post_decisions(harness: Harness, person: UserSession, titles: list[str]) -> None:
    """Post a decision for each title."""
    for number, title in enumerate(titles, start=1):
        await harness.open_questionnaire(person)
        await person.submit(await harness.fill_questionnaire(person, title=title))
        await harness.wait_for_row("decisions", lambda row, at=number: row["number"] == at)


async def test_a_list_is_paged_in_place(harness: Harness) -> None:
    """A list shows the newest decisions; its buttons turn the pages in the same message."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await post_decisions(harness, ada, [f"Question {number}" for number in range(1, 11)])
    answer = await harness.run_command(ben, "list", "support-ai")
    assert "#10  Question 10" in text_of(answer)
    assert "#2  Question 2" not in text_of(answer)
    await ben.click(answer, "page:older")
    await harness.playground.until(lambda: "#2  Question 2" in text_of(ben.sees("support-ai")[-1]))
    turned = ben.sees("support-ai")[-1]
    assert turned.ts == answer.ts
    assert "#10  Question 10" not in text_of(turned)
    await ben.click(turned, "page:newer")
    await harness.playground.until(
        lambda: "#10  Question 10" in text_of(ben.sees("support-ai")[-1])
    )


async def test_filters_and_words_narrow_a_list(harness: Harness) -> None:
    """`list` takes people, statuses, options and words, and repeats them above the result."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await harness.post_decision(ada)
    assert "Answers for support" in text_of(
        await harness.run_command(ada, "list mine open support")
    )
    nobody = text_of(await harness.run_command(ben, "list mine"))
    assert "Your decisions" in nobody
    assert "Nothing found" in nobody
    assert "Nothing found" in text_of(await harness.run_command(ada, "list withdrawn"))


@pytest.mark.parametrize(
    "words", ['"', "AND OR NOT", "a* (b", "title:x ^", "-- ; drop table", "🦆", "NEAR(a b)", "{}:"]
)
async def test_a_search_accepts_any_input(harness: Harness, words: str) -> None:
    """Quotes, operators and emoji in a search are answered with a sentence."""
    ada = harness.playground.user("ada")
    await harness.post_decision(ada)
    assert "Answers for support" not in text_of(await harness.run_command(ada, f"search {words}"))


async def test_a_search_finds_words_in_any_form(harness: Harness) -> None:
    """A search matches words of the title in any case and with any ending, quoted or not."""
    ada = harness.playground.user("ada")
    await harness.post_decision(ada)
    for words in ("answer", '"SUPPORT" answers'):
        assert "Answers for support" in text_of(await harness.run_command(ada, f"search {words}"))
    assert "What are you looking for?" in text_of(await harness.run_command(ada, "search"))


async def test_show_replies_with_all_details(harness: Harness) -> None:
    """`show` opens verdict, reasons, answers, views, history and a link, and posts nothing."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    before = [message.ts for message in ben.sees("support-ai")]
    found = {
        tab: text_of_blocks((await harness.show_decision(ben, 1, "support-ai", tab)).blocks)
        for tab in ("why", "answers", "views", "history")
    }
    assert [message.ts for message in ben.sees("support-ai")] == before
    (reason, *_) = json.loads(harness.rows("decisions")[0]["verdict"])["reasons"]
    for words in ("Go with ", "Next steps", "All reasons", reason["because"]):
        assert words in found["why"]
    assert "The answers" in found["answers"]
    assert "No views yet" in found["views"]
    assert f"<@{ada.id}> asked for a decision" in found["history"]
    link = f"p{announcement.ts.replace('.', '')}|Open the discussion>"
    assert all(link in text for text in found.values())
    assert "There is no decision #2 here" in text_of(
        await harness.run_command(ben, "show 2", "support-ai")
    )
    assert "Which decision?" in text_of(await harness.run_command(ben, "show me", "support-ai"))


async def test_export_sends_the_record_to_the_requester(harness: Harness) -> None:
    """`export 1` sends the record by direct message and confirms it in the channel."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await harness.post_decision(ada)
    answer = await harness.run_command(ben, "export 1")
    assert "I've sent it to you as a file" in text_of(answer)
    file, picture = ben.sees(ben.im.id)[-1].files
    assert file.filename == "0001-answers-for-support.md"
    assert picture.filename == "0001-answers-for-support.svg"
    assert picture.content is not None
    assert picture.content.startswith(b"<?xml")
    assert file.content is not None
    _, front, text = file.content.decode().split("---\n", 2)
    assert "](0001-answers-for-support.svg)" in text
    fields = yaml.safe_load(front)
    assert fields["status"] == "proposed"
    assert ada.id in str(fields["decision-makers"])
    for words in ("# Answers for support", "Look at this again when:", "Good, because: "):
        assert words in text
    assert ada.sees(ada.im.id) == []


@pytest.mark.parametrize("settled", [False, True], ids=["open", "withdrawn"])
async def test_the_menu_exports_the_record(harness: Harness, *, settled: bool) -> None:
    """The window of an open decision exports its record, and the menu of a settled one."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    announcement, _ = await harness.post_decision(ada)
    if settled:
        await ada.click(announcement, "menu", "withdraw:1")
        await ada.submit(await harness.wait_for_modal(ada, "withdraw"), {"reason": "Not needed"})
        await harness.wait_for_row("decisions", lambda row: row["status"] == "withdrawn")
    before = len(ben.sees("product"))
    if settled:
        announcement = as_seen_by(ben, announcement)
        await harness.wait_for_text(ben, announcement, "Withdrawn* by")
        assert (await ben.click(as_seen_by(ben, announcement), "menu", "export:1")).ok
        await harness.playground.until(lambda: len(ben.sees("product")) > before)
        answer = ben.sees("product")[-1]
        assert answer.ephemeral_to == ben.id
        assert "I've sent it to you as a file" in text_of(answer)
    else:
        view = await harness.show_decision(ben)
        assert (await ben.click(view, "export")).ok
        said = "I've sent it to you as a file"
        await harness.playground.until(lambda: said in text_of_blocks(view.blocks))
        assert len(ben.sees("product")) == before, "the window hides the channel"
    file, _ = ben.sees(ben.im.id)[-1].files
    assert file.filename == "0001-answers-for-support.md"


async def test_export_sends_all_readable_decisions(harness: Harness) -> None:
    """`export csv` escapes formulas, and `export json` is valid against its schema."""
    ada = harness.playground.user("ada")
    await post_decisions(harness, ada, ["First", "=1+1"])
    await harness.run_command(ada, "export csv")
    await harness.run_command(ada, "export json")
    files = [file for message in ada.sees(ada.im.id) for file in message.files]
    assert [file.filename for file in files] == ["decisions.csv", "decisions.json"]
    texts = [(file.content or b"").decode() for file in files]
    assert [row["title"] for row in csv.DictReader(io.StringIO(texts[0]))] == ["'=1+1", "First"]
    document = json.loads(texts[1])
    jsonschema.validate(document, record_schema())
    assert [each["number"] for each in document["decisions"]] == [2, 1]
    assert "`/ragvsft export csv`" in text_of(await harness.run_command(ada, "export xml"))


async def test_the_review_and_the_thread_name_similar_decisions(harness: Harness) -> None:
    """The review page and the thread list decisions with similar answers."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    answers = {"need": "look_up", "material": "medium", "freshness": "weekly"}
    await harness.open_questionnaire(ada)
    assert (await ada.submit(await harness.fill_questionnaire(ada, answers=answers))).ok
    await harness.wait_for_post(ada)
    await harness.open_questionnaire(ben)
    view = await harness.fill_questionnaire(ben, answers=answers)
    words = json.dumps(view.blocks)
    assert "Similar decisions" in words
    assert "Answers for support" in words
    assert "answers the same" in words
    assert (await ben.submit(view)).ok
    await harness.playground.until(lambda: "#2" in ben.sees("product")[-1].text)
    _, recommendation = await harness.wait_for_post(ben)
    assert "#1 “Answers for support”: " in json.dumps(recommendation.blocks, ensure_ascii=False)
