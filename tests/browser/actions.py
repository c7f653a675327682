"""Actions of a person in the page, each one call."""

from playwright.async_api import Page, expect

from tests.browser.launch import TIMEOUT

REFUNDS = {
    "job": "answer",
    "need": "look_up",
    "failure": "lacks",
    "material": "medium",
    "documents": "good",
    "freshness": "weekly",
    "sources": "trust",
    "access": "free",
    "language": "terms",
    "standard": "written",
    "examples": "tens",
    "training": "vendor",
    "volume": "medium",
    "tried": "prompt",
    "result": "unmeasured",
    "harm": "annoyed",
}
"""Northwind's answers about its support assistant, by question."""


BLOCKS_SHOWN = """() => [...document.querySelectorAll("dialog [data-block-id]")]
  .map(each => each.dataset.blockId).join()"""
"""JavaScript that returns the ids of the open modal's blocks; empty without a modal."""


async def run_command(page: Page, text: str = "/ragvsft") -> None:
    """Type a command into the channel's composer and run it, after any modal has closed."""
    await expect(page.get_by_role("dialog")).to_have_count(0)
    composer = page.get_by_role("textbox", name="Message #")
    await composer.fill(text)
    await composer.press("Enter")


async def answer_page(page: Page, answers: dict[str, str]) -> list[str]:
    """Answer the questions of the current page.

    A question that is not in `answers` stays empty.

    Returns:
        The ids of the questions on screen.
    """
    asked = []
    for block in await page.locator("dialog [data-block-id^='question:']").all():
        block_id = await block.get_attribute("data-block-id") or ""
        question = block_id.removeprefix("question:")
        wanted = block.locator(f"input[value='{answers.get(question, '')}']")
        if await wanted.count():
            await wanted.check()
        asked.append(question)
    return asked


async def press_button(page: Page, button: str = "Next") -> str:
    """Press the button, wait for the next page and return its title; "" after the last one."""
    title = page.locator("#modal-title")
    before = await page.evaluate(f"({BLOCKS_SHOWN})()")
    await page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
    another = f"before => ({BLOCKS_SHOWN})() !== before"
    await page.wait_for_function(another, arg=before, timeout=TIMEOUT * 1000)
    return await title.inner_text() if await title.count() else ""
