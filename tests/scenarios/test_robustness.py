"""Load, hostile input, repeated requests and sudden ends."""

import asyncio
import json
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from bot.playground.request_log import Dispatch
from bot.slack.views.decide import REASON_LENGTH
from bot.slack.views.result import PROBLEM_LENGTH, TITLE_LENGTH
from tests.engines import connected
from tests.scenarios.bot_process import bot_process
from tests.scenarios.harness import TIMEOUT, Harness, calls_of_requests, first_answers
from tests.scenarios.messages import text_of

HOSTILE = {
    "mentions": "<!channel> <!here> <!everyone> <@U0BEN> <!subteam^S1> <#C0GENERAL> @channel ",
    "entities": "&<>&amp;&lt;!channel&gt; <https://evil.example|Slack> ",
    "back-ticks": "``` `code` ```` *bold* _it_ ~gone~ > quote ",
    "right to left": "‮עברית ‏العربية‏ مرحبا بالعالم ",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪 e\u0301 \U0001f9d1\u200d\U0001f4bb ",
    "blanks": "a\u00a0\u2003\u200b\ufeff b ",
    "one letter": "W",
}


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("kind", HOSTILE)
async def test_any_text_at_full_length_is_posted_as_it_is(harness: Harness, kind: str) -> None:
    """Hostile text of maximal length is stored and posted unchanged, and mentions nobody."""
    ada = harness.playground.user("ada")
    filling = HOSTILE[kind] * 3000
    title, problem = filling[:TITLE_LENGTH], filling[:PROBLEM_LENGTH]
    await harness.open_questionnaire(ada)
    view = await harness.fill_questionnaire(ada, title=title, problem=problem)
    await ada.submit(view)
    announcement, _ = await harness.wait_for_post(ada)
    assert announcement.blocks[0]["text"]["text"].startswith("#1  ")
    await ada.open_home()
    await harness.playground.until(lambda: ada.home)
    (row,) = harness.rows("decisions")
    assert row["title"] == " ".join(title.split())
    assert row["problem"] == problem.strip()


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("kind", HOSTILE)
async def test_any_reason_at_full_length_is_posted_as_it_is(harness: Harness, kind: str) -> None:
    """A hostile reason of maximal length reaches the announcement and the thread unchanged."""
    ada = harness.playground.user("ada")
    reason = (HOSTILE[kind] * 3000)[:REASON_LENGTH]
    announcement, _ = await harness.post_decision(ada)
    await ada.click(announcement, "override")
    view = await harness.wait_for_modal(ada, "override")
    option = view.blocks[1]["element"]["options"][0]["value"]
    await ada.submit(view, {"option": option, "reason": reason})
    harness.playground.clock.advance(timedelta(seconds=5))
    await harness.playground.until(
        lambda: any("instead of" in text_of(reply) for reply in ada.thread(announcement)),
    )
    await ada.click(ada.sees("product")[-1], "menu", "withdraw:1")
    await ada.submit(await harness.wait_for_modal(ada, "withdraw"), {"reason": reason})
    reasons = [json.loads(event["detail"]).get("reason") for event in harness.rows("events")]
    assert reasons == [None, reason.strip(), reason.strip()]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("kind", HOSTILE)
async def test_any_words_after_the_command_are_answered(harness: Harness, kind: str) -> None:
    """Any subcommand text gets a private reply and mentions nobody."""
    ada = harness.playground.user("ada")
    sent = await ada.command("product", "/ragvsft", HOSTILE[kind] * 50)
    assert sent.ok
    assert "I don't know" in text_of(ada.sees("product")[-1])


@pytest.mark.usefixtures("bot")
async def test_no_call_to_slack_comes_before_an_ack(harness: Harness) -> None:
    """Commands, submissions and buttons are acked before any Web API call."""
    ada = harness.playground.user("ada")
    sent: list[Dispatch] = [await ada.command("product", "/ragvsft")]
    view = await harness.wait_for_modal(ada, "questions")
    asked = first_answers(view)
    name, value = next(iter(asked.items()))
    sent.append(await ada.click(view, "answer", value, block_id=name))
    sent.append(await ada.submit(view))
    assert ada.modal is not None
    sent.append(await ada.click(ada.modal, "back"))
    await harness.playground.until(lambda: ada.modal and first_answers(ada.modal) == asked)
    sent.append(await ada.click(view, "show_result"))
    view = await harness.wait_for_modal(ada, "result")
    sent.append(await ada.click(view, f"change:{name.removeprefix('question:')}"))
    sent.append(await ada.submit(await harness.wait_for_modal(ada, "change")))
    sent.append(await ada.click(view, "go_on"))
    await harness.wait_for_modal(ada, "questions")
    view = await harness.fill_questionnaire(ada)
    sent.append(await ada.submit(view))
    await harness.wait_for_post(ada)
    log = harness.playground.request_log
    assert [calls_of_requests(log.calls_before_ack(each)) for each in sent] == [[]] * len(sent)


@pytest.mark.usefixtures("bot")
async def test_twenty_equal_submissions_make_one_decision(harness: Harness) -> None:
    """Twenty parallel copies of a submission make one decision and one post."""
    ada = harness.playground.user("ada")
    await harness.open_questionnaire(ada)
    view = await harness.fill_questionnaire(ada)
    sent = await asyncio.gather(*(ada.submit(view) for _ in range(20)))
    assert {delivery.status for delivery in sent} == {200}
    await harness.wait_for_post(ada)
    assert len(harness.rows("decisions")) == 1
    assert sum(message.by_app for message in harness.playground.messages("product")) == 2


@pytest.mark.usefixtures("bot")
async def test_twenty_equal_edits_make_one_change(harness: Harness) -> None:
    """Twenty parallel copies of an edit make one event and one thread note."""
    ada = harness.playground.user("ada")
    announcement, _ = await harness.post_decision(ada)
    await ada.click(announcement, "menu", "edit:1")
    await harness.wait_for_modal(ada, "result")
    view = await harness.fill_questionnaire(ada, title="A better title")
    sent = await asyncio.gather(*(ada.submit(view) for _ in range(20)))
    assert {delivery.status for delivery in sent} == {200}
    kinds = [event["kind"] for event in harness.rows("events")]
    assert kinds == ["opened", "edited"]
    assert [row["kind"] for row in harness.rows("deliveries")].count("thread_note") == 1


@pytest.mark.usefixtures("bot")
async def test_simultaneous_decisions_get_consecutive_numbers(harness: Harness) -> None:
    """Decisions posted at the same time are numbered without gaps or duplicates."""
    people = [harness.playground.user(name) for name in ("ada", "ben", "chloe", "dev")] * 5
    for person in people[:4]:
        await harness.open_questionnaire(person)
    views = [await harness.fill_questionnaire(person) for person in people[:4]]
    await asyncio.gather(*(p.submit(v) for p, v in zip(people[:4], views, strict=True)))
    assert sorted(row["number"] for row in harness.rows("decisions")) == [1, 2, 3, 4]


async def test_sigterm_after_the_ack_loses_nothing(harness: Harness, tmp_path: Path) -> None:
    """A bot stopped right after the ack exits in time, and both messages are posted once."""
    ada = harness.playground.user("ada")
    async with bot_process(harness, tmp_path) as bot:
        await harness.open_questionnaire(ada)
        view = await harness.fill_questionnaire(ada)
        sent = await ada.submit(view)
        assert sent.ok
        bot.send_signal(signal.SIGTERM)
        async with asyncio.timeout(TIMEOUT):
            assert await bot.wait() == 0
    async with bot_process(harness, tmp_path):
        await harness.wait_for_post(ada)
    by_app = [message for message in harness.playground.messages("product") if message.by_app]
    assert len(by_app) == 2


async def test_kill_9_after_the_ack_loses_nothing(harness: Harness, tmp_path: Path) -> None:
    """A bot killed right after the ack posts after a restart, at most once."""
    ada = harness.playground.user("ada")
    async with bot_process(harness, tmp_path) as bot:
        await harness.open_questionnaire(ada)
        view = await harness.fill_questionnaire(ada)
        await ada.submit(view)
        bot.send_signal(signal.SIGKILL)
        await bot.wait()
    assert len(harness.rows("decisions")) == 1
    async with bot_process(harness, tmp_path):
        await harness.wait_for_row("deliveries", lambda row: row["state"] in {"sent", "sending"})
    by_app = [message for message in harness.playground.messages("product") if message.by_app]
    assert len(by_app) <= 2


async def test_a_post_that_a_crash_interrupted_is_left_to_the_driver(harness: Harness) -> None:
    """A post interrupted by a crash is asked about; after "It's there" its thread follows."""
    ada = harness.playground.user("ada")
    harness.playground.faults.add("server_error", method="chat.postMessage")
    async with harness.run_bot():
        await harness.open_questionnaire(ada)
        await ada.submit(await harness.fill_questionnaire(ada))
    harness.playground.faults.clear()
    taken = harness.playground.clock.now().isoformat()
    with connected(harness.database) as db:
        db.update("deliveries", {"state": "sending", "claimed_at": taken}, id=1)
    harness.playground.clock.advance(timedelta(seconds=61))
    async with harness.run_bot():
        await harness.playground.until(lambda: ada.sees(ada.im.id))
        notice = ada.sees(ada.im.id)[-1]
        assert "Slack didn't answer" in text_of(notice)
        await ada.click(notice, "dismiss")
        await harness.playground.until(
            lambda: any("Next steps" in text_of(m) for m in ada.sees("product"))
        )
    (announcement, *_) = harness.rows("deliveries")
    assert announcement["state"] == "dismissed"
