"""The whole way in the browser, through `ragvsft demo` as a person starts it."""

import re
import sqlite3
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.browser.actions import REFUNDS, answer_step, go_on, run_command
from tests.browser.demo import demo

TITLE = "Refund answers in support"


async def test_from_the_command_to_the_thread(page: Page, tmp_path: Path) -> None:
    """`/ragvsft`, the steps with Back, Post: the announcement, its thread, and a row in SQLite."""
    database = tmp_path / "demo.db"
    async with demo(database) as url:
        await page.goto(f"{url}/?as=U0BEN#C0SUPPORTAI")
        await run_command(page)
        await page.get_by_label("What do you want to decide?").fill(TITLE)
        second = await go_on(page)
        asked = await answer_step(page, REFUNDS)
        assert asked
        await go_on(page)
        await go_back_and_find_the_answers(page, second, asked)
        await answer_the_rest(page)
        await expect(page.get_by_role("dialog")).to_contain_text("#support-ai")
        await go_on(page, "Post")
        await read_the_decision(page)
        await expect(page.get_by_role("button", name="Workspace tools", exact=True)).to_be_visible()
        await read_the_home_tab(page)
        await page.goto("about:blank")
    with sqlite3.connect(database) as log:
        row = log.execute("select number, title, driver, channel from decisions").fetchall()
    log.close()
    assert row == [(1, TITLE, "U0BEN", "C0SUPPORTAI")]


async def test_only_the_decider_accepts(page: Page, tmp_path: Path) -> None:
    """Somebody else is told in private who decides; the decider accepts, and the message locks."""
    async with demo(tmp_path / "demo.db") as url:
        await page.goto(f"{url}/?as=U0BEN#C0SUPPORTAI")
        await run_command(page)
        await page.get_by_label("What do you want to decide?").fill(TITLE)
        await go_on(page)
        await answer_the_rest(page)
        await go_on(page, "Post")
        decision = page.get_by_role("main").get_by_role("article").filter(has_text=f"#1 {TITLE}")
        await expect(decision).to_be_visible()
        await page.get_by_role("radio", name="Act as Dev Patel").click()
        await accept(page, decision)
        refusal = page.get_by_role("article").filter(has_text="Only visible to you")
        await expect(refusal).to_contain_text("Ben Okafor")
        await page.get_by_role("radio", name="Act as Ben Okafor").click()
        await accept(page, decision)
        await expect(decision.get_by_role("button", name="Accept")).to_have_count(0)
        await expect(decision).to_contain_text(re.compile("accepted", re.IGNORECASE))
        await page.goto("about:blank")


async def answer_the_rest(page: Page) -> None:
    """Answer every step that is left, up to the last page."""
    while await page.get_by_role("button", name="Next", exact=True).count():
        await answer_step(page, REFUNDS)
        await go_on(page)


async def accept(page: Page, decision: Locator) -> None:
    """Press Accept on a decision, and again where it asks whether one is sure."""
    await decision.get_by_role("button", name="Accept").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Accept").click()


async def go_back_and_find_the_answers(page: Page, title: str, asked: list[str]) -> None:
    """Press Back: the step before has its answers; go on again."""
    assert await go_on(page, "Back") == title
    for question in asked:
        block = page.locator(f"[data-block-id='question:{question}']")
        await expect(block.locator(f"input[value='{REFUNDS[question]}']")).to_be_checked()
    await go_on(page)


async def read_the_decision(page: Page) -> None:
    """The announcement stands in the channel, the recommendation in its thread."""
    message = page.get_by_role("main").get_by_role("article").last
    await expect(message).to_contain_text(TITLE)
    await expect(message).to_contain_text("RAG")
    await message.get_by_role("button", name="View thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_role("article")).to_have_count(2)
    await expect(thread.get_by_role("article").last).to_contain_text("RAG")


async def read_the_home_tab(page: Page) -> None:
    """App Home lists the decision."""
    await (
        page.get_by_role("navigation", name="Channels")
        .get_by_role("button", name="ragvsft")
        .click()
    )
    await expect(page.get_by_role("tabpanel", name="Home")).to_contain_text(TITLE)
