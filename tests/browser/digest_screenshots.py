"""Takes the pictures of digests: `python -m tests.browser.digest_screenshots [FOLDER]`.

Each is posted by the bot, on its day, in a workspace in which a team has made that many decisions
in twelve weeks; 500 of them take some minutes. The settings and a record are taken beside them.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.browser.actions import run_command
from tests.browser.chromium import launch
from tests.browser.year import Year, year

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = ViewportSize(width=1180, height=820)
COUNTS = (0, 1, 30, 500)
SHORTEST = 540
_ABOVE = 60
_BELOW = 130
"""Pixels of the page around its messages."""


async def take(folder: Path, counts: tuple[int, ...] = COUNTS) -> list[Path]:
    """Write the pictures into `folder`.

    Raises:
        FileNotFoundError: chromium is not installed.
    """
    written = []
    async with async_playwright() as driver:
        browser = await launch(driver)
        for count in counts:
            with tempfile.TemporaryDirectory() as scratch:
                async with year(Path(scratch) / "year.db") as made:
                    await made.work(count)
                    written.append(await _digest(browser, made, folder / f"digest-{count}.png"))
                    if count == 30:
                        written += await _settings_and_record(browser, made, folder)
        await browser.close()
    return written


async def _digest(browser: Browser, made: Year, path: Path) -> Path:
    page = await _opened(browser, made, "C0PRODUCT")
    digest = page.get_by_role("main").get_by_role("article").last
    await expect(digest).to_contain_text("The weekly digest")
    box = await digest.bounding_box()
    assert box is not None
    height = round(max(SHORTEST, box["height"] + _ABOVE + _BELOW))
    await page.set_viewport_size({"width": SIZE["width"], "height": height})
    await digest.evaluate("each => each.scrollIntoView(false)")
    return await _picture(page, path)


async def _settings_and_record(browser: Browser, made: Year, folder: Path) -> list[Path]:
    page = await _opened(browser, made, "C0PRODUCT")
    await run_command(page, "/ragvsft digest settings")
    await page.get_by_role("dialog").wait_for()
    await page.set_viewport_size({"width": SIZE["width"], "height": 920})
    settings = await _picture(page, folder / "digest-settings.png")
    page = await _opened(browser, made, "C0PRODUCT")
    await page.keyboard.press("Escape")
    await run_command(page, "/ragvsft export 1")
    sidebar = page.get_by_role("navigation", name="Channels")
    await sidebar.get_by_role("button", name="ragvsft").click()
    await page.get_by_role("tab", name="Messages").click()
    await expect(page.get_by_role("main")).to_contain_text(".md")
    return [settings, await _picture(page, folder / "record.png")]


async def _opened(browser: Browser, made: Year, channel: str) -> Page:
    page = await browser.new_page(viewport=SIZE)
    await page.goto(f"{made.playground.slack.base_url}/?as=U0ADA#{channel}")
    await page.get_by_role("main").wait_for()
    return page


async def _picture(page: Page, path: Path) -> Path:
    await page.mouse.move(0, 0)
    await page.screenshot(path=path, animations="disabled", caret="hide")
    return path


def main() -> None:
    """Take the pictures, and say where they are."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    try:
        written = asyncio.run(take(folder))
    except FileNotFoundError as missing:
        sys.exit(str(missing))
    for path in written:
        print(path)


if __name__ == "__main__":
    main()
