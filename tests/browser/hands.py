"""What a person does with mouse and keyboard, in one call each."""

from playwright.async_api import Page


async def run_command(page: Page, text: str = "/ragvsft") -> None:
    """Type a command into the composer of the channel and run it."""
    await page.get_by_role("textbox", name="Message #").fill(text)
    await page.keyboard.press("Enter")


async def pick(page: Page, label: str, choice: str) -> None:
    """Choose an option of a select in the modal."""
    await page.get_by_role("combobox", name=f"{label} (optional)", exact=True).click()
    await page.get_by_role("option", name=choice).click()
