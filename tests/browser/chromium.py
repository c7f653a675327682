"""Debian's chromium, where it is installed."""

import shutil

from playwright.async_api import Browser, Playwright, expect

MISSING = "Chromium is not installed: apt-get install chromium fonts-noto-color-emoji"
WITHIN = 60.0
"""Seconds within which a page shows what is expected of it, on a machine that does much else."""
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def path_of_chromium() -> str | None:
    """Where chromium is, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


async def launch(driver: Playwright) -> Browser:
    """Start it without a window; from then on what is expected of a page is waited for patiently.

    Raises:
        FileNotFoundError: it is not installed; the message says how to install it.
    """
    path = path_of_chromium()
    if path is None:
        raise FileNotFoundError(MISSING)
    expect.set_options(timeout=WITHIN * 1000)
    return await driver.chromium.launch(executable_path=path, args=SWITCHES)
