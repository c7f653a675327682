"""How the page opens, and which files it loads."""

from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from bot.playground import Playground


async def test_opens_without_a_person(page: Page, playground: Playground) -> None:
    """The bare URL opens as the first person, in a channel."""
    await page.goto(playground.slack.base_url)
    await expect(page.get_by_role("radio", name="Act as Ada Lind")).to_be_checked()
    await expect(page.get_by_role("heading", name="support-ai").first).to_be_visible()
    assert "as=U0ADA" in page.url


async def test_the_first_screen_says_what_to_try(page: Page, playground: Playground) -> None:
    """The bare URL opens where the app's command and shortcut are named; Eve sees no such line."""
    await page.goto(playground.slack.base_url)
    pinned = page.get_by_role("note", name="Pinned")
    await expect(pinned).to_contain_text(playground.app.commands[0].name)
    await expect(pinned).to_contain_text("Turn into a decision")
    await page.get_by_role("radio", name="Act as Eve Marsh").click()
    await expect(page.get_by_role("main", name="partners")).to_be_visible()
    await expect(pinned).to_have_count(0)


def background(page: Page) -> Any:
    """The colour behind the messages."""
    return page.get_by_role("main").evaluate("main => getComputedStyle(main).backgroundColor")


async def test_the_theme_follows_the_system_until_one_is_chosen(visit: Any, page: Page) -> None:
    """Dark where the system is dark; a choice in the page wins, and is remembered."""
    await page.emulate_media(color_scheme="dark")
    await visit()
    dark = await background(page)
    await page.emulate_media(color_scheme="light")
    light = await background(page)
    assert (dark, light) == ("rgb(26, 29, 33)", "rgb(255, 255, 255)")
    switch = page.get_by_role("button", name="Dark mode")
    await expect(switch).to_have_attribute("aria-pressed", "false")
    await switch.click()
    await expect(switch).to_have_attribute("aria-pressed", "true")
    for system in ("dark", "light"):
        await page.emulate_media(color_scheme=system)
        assert await background(page) == dark
    await page.reload()
    await expect(switch).to_have_attribute("aria-pressed", "true")
    assert await background(page) == dark
    await switch.click()
    await page.emulate_media(color_scheme="dark")
    assert await background(page) == light


async def test_scripts_are_revalidated() -> None:
    """Scripts are revalidated on each load, so that versions are never mixed."""
    transport = httpx.ASGITransport(Playground().asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:1") as client:
        first = await client.get("/static/js/main.js")
        tag = {"If-None-Match": first.headers["etag"]}
        again = await client.get("/static/js/main.js", headers=tag)
    assert (first.status_code, again.status_code) == (200, 304)
    assert first.headers["cache-control"] == "no-cache"
    assert again.headers["cache-control"] == "no-cache"


async def test_all_files_are_local(page: Page, playground: Playground) -> None:
    """The page loads nothing from other hosts."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(playground.slack.base_url)
    await expect(page.get_by_role("main")).to_be_visible()
    assert asked
    assert [url for url in asked if not url.startswith(playground.slack.base_url)] == []


@pytest.mark.parametrize(("width", "people"), [(800, True), (390, False)])
async def test_a_narrow_window_shows_the_messages(
    visit: Any, page: Page, width: int, people: bool
) -> None:
    """In a narrow window channels and people open on request and close after a choice."""
    await page.set_viewport_size({"width": width, "height": 700})
    await visit("ben")
    main = await page.get_by_role("main").bounding_box()
    assert main is not None
    assert main["width"] >= width - 90
    channels = page.get_by_role("navigation", name="Channels")
    ada = page.get_by_role("radio", name="Act as Ada Lind")
    await expect(channels).to_be_hidden()
    await expect(ada).to_be_visible(visible=people)
    await page.get_by_role("button", name="Channels and people").click()
    await expect(ada).to_be_visible()
    await channels.get_by_role("button", name="general").click()
    await expect(page.get_by_role("main", name="general")).to_be_visible()
    await expect(channels).to_be_hidden()
