"""Actions of a person in the page, each one call."""

import re

from playwright.async_api import Page, expect

PROGRESS = re.compile(r"^Step \d+ of \d+")

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


async def run_command(page: Page, text: str = "/ragvsft") -> None:
    """Type a command into the channel's composer and run it, after any modal has closed."""
    await expect(page.get_by_role("dialog")).to_have_count(0)
    composer = page.get_by_role("textbox", name="Message #")
    await composer.fill(text)
    await composer.press("Enter")


async def pick(page: Page, label: str, choice: str) -> None:
    """Choose an option of a select in the modal."""
    await page.get_by_role("combobox", name=f"{label} (optional)", exact=True).click()
    await page.get_by_role("option", name=choice).click()


async def answer_page(page: Page, answers: dict[str, str]) -> list[str]:
    """Answer the questions of the current page.

    A question that is not in `answers` gets "Don't know", or stays empty where that is no choice.

    Returns:
        The ids of the questions on screen.
    """
    asked = []
    for block in await page.locator("dialog [data-block-id^='question:']").all():
        block_id = await block.get_attribute("data-block-id") or ""
        question = block_id.removeprefix("question:")
        wanted = block.locator(f"input[value='{answers.get(question, '')}']")
        unknown = block.get_by_label("Don't know")
        for choice in (wanted, unknown):
            if await choice.count():
                await choice.check()
                break
        asked.append(question)
    return asked


async def press_button(page: Page, button: str = "Next") -> str:
    """Press the button, wait for the next page and return its title; "" after the last one."""
    title = page.locator("#modal-title")
    progress = page.get_by_text(PROGRESS)
    before = await progress.inner_text()
    await page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
    await expect(progress.filter(has_text=before)).to_have_count(0)
    return await title.inner_text() if await title.count() else ""
