"""The main path in the browser, on `ragvsft demo`."""

import re
import sqlite3
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.browser.actions import REFUNDS, answer_page, press_button, run_command
from tests.browser.launch import demo

TITLE = "Refund answers in support"


async def test_from_the_command_to_the_thread(page: Page, tmp_path: Path) -> None:
    """The questionnaire with Back and Post leads to an announcement, a thread and a row."""
    database = tmp_path / "demo.db"
    async with demo(database) as url:
        await page.goto(f"{url}/?as=U0BEN#C0SUPPORTAI")
        await run_command(page)
        await page.get_by_role("dialog").wait_for()
        asked = await answer_page(page, REFUNDS)
        assert asked
        await press_button(page)
        await check_back_keeps_answers(page, asked)
        await answer_the_rest(page)
        await page.get_by_label("Title").fill(TITLE)
        await expect(page.get_by_role("dialog")).to_contain_text("support-ai")
        await press_button(page, "Post")
        await check_decision(page)
        await expect(page.get_by_role("button", name="Workspace tools", exact=True)).to_be_visible()
        await check_home_tab(page)
        await page.goto("about:blank")
    with sqlite3.connect(database) as log:
        row = log.execute("select number, title, driver, channel from decisions").fetchall()
    log.close()
    assert row == [(1, TITLE, "U0BEN", "C0SUPPORTAI")]


async def test_only_the_decider_accepts(page: Page, tmp_path: Path) -> None:
    """A person who is no decider gets a private reply; the decider's accept closes the decision."""
    async with demo(tmp_path / "demo.db") as url:
        await page.goto(f"{url}/?as=U0BEN#C0SUPPORTAI")
        await run_command(page)
        await page.get_by_role("dialog").wait_for()
        await answer_the_rest(page)
        await page.get_by_label("Title").fill(TITLE)
        await press_button(page, "Post")
        decision = page.get_by_role("main").get_by_role("article").filter(has_text=f"#1 {TITLE}")
        await expect(decision).to_be_visible()
        await page.get_by_role("radio", name="Act as Dev Patel").click()
        await accept(page, decision)
        refusal = page.get_by_role("article").filter(has_text="Only visible to you")
        await expect(refusal).to_contain_text("Ben Okafor")
        await page.get_by_role("radio", name="Act as Ben Okafor").click()
        await accept(page, decision)
        await expect(decision.get_by_role("button", name="Accept")).to_have_count(0)
        await expect(decision).to_contain_text(re.compile("Decided: .* by @Ben Okafor"))
        await page.goto("about:blank")


async def test_another_command(page: Page, tmp_path: Path) -> None:
    """With RAGVSFT_COMMAND the demo's first screen, its list of commands and the bot agree."""
    async with demo(tmp_path / "demo.db", RAGVSFT_COMMAND="/decide") as url:
        await page.goto(url)
        await expect(page.get_by_role("note", name="Pinned")).to_contain_text("/decide")
        await run_command(page, "/decide help")
        await expect(page.get_by_role("article").last).to_contain_text("/decide list")
        await page.goto("about:blank")


async def answer_the_rest(page: Page) -> None:
    """Answer all remaining pages up to the last one."""
    while await page.get_by_role("button", name="Next", exact=True).count():
        await answer_page(page, REFUNDS)
        await press_button(page)


async def accept(page: Page, decision: Locator) -> None:
    """Press Accept on a decision and confirm it."""
    await decision.get_by_role("button", name="Accept").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Accept").click()


async def check_back_keeps_answers(page: Page, asked: list[str]) -> None:
    """Press Back, check that the previous page has its answers, and press Next."""
    await press_button(page, "Back")
    for question in asked:
        block = page.locator(f"[data-block-id='question:{question}']")
        await expect(block.locator(f"input[value='{REFUNDS[question]}']")).to_be_checked()
    await press_button(page)


async def check_decision(page: Page) -> None:
    """Check the announcement in the channel, and the reasons and steps in its thread."""
    message = page.get_by_role("main").get_by_role("article").last
    await expect(message).to_contain_text(TITLE)
    await expect(message).to_contain_text("RAG")
    await message.get_by_role("button", name="View thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_role("article")).to_have_count(2)
    recommendation = re.compile("Why.*“.*”: .*Next steps", re.DOTALL)
    await expect(thread.get_by_role("article").last).to_contain_text(recommendation)


async def check_home_tab(page: Page) -> None:
    """Check that App Home lists the decision."""
    await (
        page.get_by_role("navigation", name="Channels")
        .get_by_role("button", name="ragvsft")
        .click()
    )
    await expect(page.get_by_role("tabpanel", name="Home")).to_contain_text(TITLE)
