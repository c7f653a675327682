"""Take the screenshots of the documentation: `python -m tests.browser.screenshots [FOLDER]`.

Some are of the demo on a free port, used by Ben; others are of digests, posted by the bot on the
due day after twelve weeks with 0 to 500 decisions. 500 decisions take some minutes. Each picture is
taken in light and, as `…-dark.png`, in dark; the main ones also in narrow windows, `…-390.png`.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.browser.actions import REFUNDS, answer_page, press_button, run_command
from tests.browser.launch import demo, launch
from tests.browser.team_history import TeamHistory, team_history

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = ViewportSize(width=1440, height=900)
NARROW = (800, 390)
THEMES: dict[Any, str] = {"light": "", "dark": "-dark"}
"""Ends of the names of pictures, by theme."""
TITLE = "Support answers with last year's refund rules"
MISSED = "Legal wants to read each answer first"
SOURCE = "last year's refund rules"
DIGEST_SIZE = ViewportSize(width=1180, height=820)
DIGEST_COUNTS = (0, 1, 30, 500)
"""Numbers of decisions, each with a digest of its own."""
MIN_HEIGHT = 540
_ABOVE, _BELOW = 60, 130
"""Pixels of the page above and below its messages."""


async def take(folder: Path) -> list[Path]:
    """Use the demo and write its screenshots into `folder`.

    Raises:
        FileNotFoundError: chromium is not installed.
    """
    with tempfile.TemporaryDirectory() as scratch:
        async with async_playwright() as driver, demo(Path(scratch) / "demo.db") as url:
            browser = await launch(driver)
            page = await browser.new_page(viewport=SIZE)
            await page.goto(f"{url}/?as=U0BEN#C0SUPPORTAI")
            written = [
                *await _questionnaire(page, folder),
                *await _result(page, folder),
                *await _decision(page, folder),
                *await _tools(page, folder),
                *await _home(page, folder),
                *await _team(browser, url, folder),
            ]
            await browser.close()
    return written


async def _screenshot(page: Page, path: Path) -> list[Path]:
    """Take a picture in light, and beside it one in dark."""
    await page.mouse.move(0, 0)
    written = []
    for theme, suffix in THEMES.items():
        await page.emulate_media(color_scheme=theme)
        taken = path.with_stem(path.stem + suffix)
        await page.screenshot(path=taken, animations="disabled", caret="hide")
        written.append(taken)
    await page.emulate_media(color_scheme="light")
    return written


async def _at_every_width(page: Page, path: Path) -> list[Path]:
    """Take pictures in the wide window and in narrow ones, whose width is in their names."""
    written = await _screenshot(page, path)
    for width in NARROW:
        await page.set_viewport_size({"width": width, "height": SIZE["height"]})
        written += await _screenshot(page, path.with_stem(f"{path.stem}-{width}"))
    await page.set_viewport_size(SIZE)
    return written


async def _questionnaire(page: Page, folder: Path) -> list[Path]:
    message = page.get_by_role("article").filter(has_text=SOURCE)
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem").filter(has_text="ragvsft").first.click()
    await page.get_by_role("dialog").wait_for()
    await answer_page(page, REFUNDS)
    await page.locator(".modal-body").evaluate("body => body.scrollTop = 0")
    return await _at_every_width(page, folder / "questionnaire.png")


async def _result(page: Page, folder: Path) -> list[Path]:
    while await page.get_by_role("button", name="Next", exact=True).count():
        await answer_page(page, REFUNDS)
        await press_button(page)
    await page.get_by_label("Title").fill(TITLE)
    return await _at_every_width(page, folder / "result.png")


async def _decision(page: Page, folder: Path) -> list[Path]:
    await press_button(page, "Post")
    message = page.get_by_role("main").get_by_role("article").last
    await message.get_by_role("button", name="View thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("1 reply")
    await thread.locator(".thread-rule").evaluate("rule => rule.scrollIntoView(true)")
    return await _at_every_width(page, folder / "decision.png")


async def _tools(page: Page, folder: Path) -> list[Path]:
    await page.get_by_role("button", name="Close thread").click()
    await page.get_by_role("button", name="Workspace tools").click()
    await page.get_by_role("complementary", name="Workspace tools").wait_for()
    written = await _screenshot(page, folder / "tools.png")
    await page.get_by_role("button", name="Close tools").click()
    return written


async def _home(page: Page, folder: Path) -> list[Path]:
    sidebar = page.get_by_role("navigation", name="Channels")
    await sidebar.get_by_role("button", name="ragvsft").click()
    await expect(page.get_by_role("tabpanel", name="Home")).to_contain_text(TITLE)
    return await _at_every_width(page, folder / "home.png")


async def _team(browser: Browser, url: str, folder: Path) -> list[Path]:
    """Chloe adds her view and Ben decides: the team's message and the closed announcement."""
    page = await browser.new_page(viewport=SIZE)
    await page.goto(f"{url}/?as=U0CHLOE#C0SUPPORTAI")
    await page.get_by_role("button", name="Add my view").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.wait_for()
    await dialog.get_by_role("radio").nth(1).check()
    await dialog.get_by_role("textbox").fill(MISSED)
    view = await _screenshot(page, folder / "view.png")
    await page.get_by_role("button", name="Save my view").click()
    await dialog.wait_for(state="hidden")
    await page.close()
    page = await browser.new_page(viewport=SIZE)
    await page.goto(f"{url}/?as=U0BEN#C0SUPPORTAI")
    message = page.get_by_role("main").get_by_role("article").last
    await message.get_by_role("button", name="View thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("2 replies")
    await thread.get_by_role("article").last.evaluate("each => each.scrollIntoView(true)")
    team = await _screenshot(page, folder / "team.png")
    await message.get_by_role("button", name="Accept the").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Accept").click()
    await expect(message).to_contain_text("Decided: ")
    await page.get_by_role("button", name="Close thread").click()
    decided = await _screenshot(page, folder / "decided.png")
    await page.close()
    return view + team + decided


async def take_digests(folder: Path, counts: tuple[int, ...] = DIGEST_COUNTS) -> list[Path]:
    """Write screenshots of digests of so many decisions into `folder`.

    Raises:
        FileNotFoundError: chromium is not installed.
    """
    written = []
    async with async_playwright() as driver:
        browser = await launch(driver)
        for count in counts:
            with tempfile.TemporaryDirectory() as scratch:
                async with team_history(Path(scratch) / "history.db") as history:
                    await history.make_decisions(count)
                    written += await _digest(browser, history, folder / f"digest-{count}.png")
                    if count == 30:
                        written += await _settings_and_record(browser, history, folder)
        await browser.close()
    return written


async def _digest(browser: Browser, history: TeamHistory, path: Path) -> list[Path]:
    page = await _open_channel(browser, history, "C0PRODUCT")
    digest = page.get_by_role("main").get_by_role("article").last
    await expect(digest).to_contain_text("The weekly digest")
    box = await digest.bounding_box()
    assert box is not None
    height = round(max(MIN_HEIGHT, box["height"] + _ABOVE + _BELOW))
    await page.set_viewport_size({"width": DIGEST_SIZE["width"], "height": height})
    await digest.evaluate("each => each.scrollIntoView(false)")
    return await _screenshot(page, path)


async def _settings_and_record(browser: Browser, history: TeamHistory, folder: Path) -> list[Path]:
    page = await _open_channel(browser, history, "C0PRODUCT")
    await run_command(page, "/ragvsft digest settings")
    await page.get_by_role("dialog").wait_for()
    await page.set_viewport_size({"width": DIGEST_SIZE["width"], "height": 920})
    settings = await _screenshot(page, folder / "digest-settings.png")
    page = await _open_channel(browser, history, "C0PRODUCT")
    await page.keyboard.press("Escape")
    await run_command(page, "/ragvsft export 1")
    sidebar = page.get_by_role("navigation", name="Channels")
    await sidebar.get_by_role("button", name="ragvsft").click()
    await page.get_by_role("tab", name="Messages").click()
    await expect(page.get_by_role("main")).to_contain_text(".md")
    return settings + await _screenshot(page, folder / "record.png")


async def _open_channel(browser: Browser, history: TeamHistory, channel: str) -> Page:
    page = await browser.new_page(viewport=DIGEST_SIZE)
    await page.goto(f"{history.playground.slack.base_url}/?as=U0ADA#{channel}")
    await page.get_by_role("main").wait_for()
    return page


def main() -> None:
    """Take all screenshots and print their paths."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    try:
        written = asyncio.run(take(folder)) + asyncio.run(take_digests(folder))
    except FileNotFoundError as missing:
        sys.exit(str(missing))
    for path in written:
        print(path)


if __name__ == "__main__":
    main()
