"""Take the pictures of the README: `python -m tests.browser.screenshots [FOLDER]`.

It starts the demo on a free port, walks through it as Ben, and writes one PNG for each thing
that the README shows.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser import digest_screenshots
from tests.browser.actions import HANDBOOK, REFUNDS, answer_step, go_on
from tests.browser.chromium import launch
from tests.browser.demo import demo

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = {"width": 1440, "height": 900}
TITLE = "Support answers with last year's refund rules"
SOURCE = "last year's refund rules"


async def take(folder: Path) -> list[Path]:
    """Walk through the demo and write the pictures into `folder`.

    Raises:
        FileNotFoundError: chromium is not installed.
    """
    with tempfile.TemporaryDirectory() as scratch:
        async with async_playwright() as driver, demo(Path(scratch) / "demo.db") as url:
            browser = await launch(driver)
            page = await browser.new_page(viewport=SIZE)
            await page.goto(f"{url}/?as=U0BEN#C0SUPPORTAI")
            written = [
                await _questionnaire(page, folder),
                await _review(page, folder),
                await _decision(page, folder),
                await _tools(page, folder),
                await _home(page, folder),
                *await _team(browser, url, folder),
            ]
            await browser.close()
    return written


async def _picture(page: Page, folder: Path, name: str) -> Path:
    path = folder / f"{name}.png"
    await page.mouse.move(0, 0)
    await page.screenshot(path=path, animations="disabled", caret="hide")
    return path


async def _questionnaire(page: Page, folder: Path) -> Path:
    message = page.get_by_role("article").filter(has_text=SOURCE)
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem").filter(has_text="ragvsft").first.click()
    await page.get_by_label("What do you want to decide?").fill(TITLE)
    await go_on(page)
    await answer_step(page, REFUNDS)
    await page.locator(".modal-body").evaluate("body => body.scrollTop = 0")
    return await _picture(page, folder, "questionnaire")


async def _review(page: Page, folder: Path) -> Path:
    while await page.get_by_role("button", name="Next", exact=True).count():
        await answer_step(page, REFUNDS)
        await go_on(page)
    return await _picture(page, folder, "review")


async def _decision(page: Page, folder: Path) -> Path:
    await go_on(page, "Post")
    message = page.get_by_role("main").get_by_role("article").last
    await message.get_by_role("button", name="View thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("1 reply")
    await thread.locator(".thread-rule").evaluate("rule => rule.scrollIntoView(true)")
    return await _picture(page, folder, "decision")


async def _tools(page: Page, folder: Path) -> Path:
    await page.get_by_role("button", name="Close thread").click()
    await page.get_by_role("button", name="Workspace tools").click()
    await page.get_by_role("complementary", name="Workspace tools").wait_for()
    path = await _picture(page, folder, "tools")
    await page.get_by_role("button", name="Close tools").click()
    return path


async def _home(page: Page, folder: Path) -> Path:
    sidebar = page.get_by_role("navigation", name="Channels")
    await sidebar.get_by_role("button", name="ragvsft").click()
    await expect(page.get_by_role("tabpanel", name="Home")).to_contain_text(TITLE)
    return await _picture(page, folder, "home")


async def _team(browser: Browser, url: str, folder: Path) -> list[Path]:
    """Chloe adds her view, and Ben decides: the team's message and the settled announcement."""
    page = await browser.new_page(viewport=SIZE)
    await page.goto(f"{url}/?as=U0CHLOE#C0SUPPORTAI")
    await page.get_by_role("button", name="Add my view").first.click()
    await page.get_by_role("dialog").wait_for()
    while await page.get_by_role("button", name="Next", exact=True).count():
        await answer_step(page, HANDBOOK)
        await go_on(page)
    await go_on(page, "Save my view")
    await page.close()
    page = await browser.new_page(viewport=SIZE)
    await page.goto(f"{url}/?as=U0BEN#C0SUPPORTAI")
    message = page.get_by_role("main").get_by_role("article").last
    await message.get_by_role("button", name="View thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("2 replies")
    await thread.get_by_role("article").last.evaluate("each => each.scrollIntoView(true)")
    team = await _picture(page, folder, "team")
    await message.get_by_role("button", name="Accept the").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Accept").click()
    await expect(message).to_contain_text("Accepted by")
    await page.get_by_role("button", name="Close thread").click()
    decided = await _picture(page, folder, "decided")
    await page.close()
    return [team, decided]


def main() -> None:
    """Take the pictures, and say where they are."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    try:
        written = asyncio.run(take(folder)) + asyncio.run(digest_screenshots.take(folder))
    except FileNotFoundError as missing:
        sys.exit(str(missing))
    for path in written:
        print(path)


if __name__ == "__main__":
    main()
