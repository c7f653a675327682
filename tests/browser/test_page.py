"""The page itself: how it opens, what it is made of."""

from playwright.async_api import Page, expect

from bot.playground import Playground


async def test_opens_without_an_address(page: Page, playground: Playground) -> None:
    """The bare address opens as the first person, in a channel."""
    await page.goto(playground.world.base_url)
    await expect(page.get_by_role("radio", name="Act as Ada Lind")).to_be_checked()
    await expect(page.get_by_role("heading", name="general").first).to_be_visible()
    assert "as=U0ADA" in page.url


async def test_an_upgrade_is_seen_at_once(page: Page, playground: Playground) -> None:
    """The browser asks for each script anew, so that two versions are never mixed."""
    script = f"{playground.world.base_url}/static/js/main.js"
    first = await page.request.get(script)
    again = await page.request.get(script, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status, again.status) == (200, 304)
    assert first.headers["cache-control"] == "no-cache"
    assert again.headers["cache-control"] == "no-cache"


async def test_nothing_comes_from_outside(page: Page, playground: Playground) -> None:
    """All that the page loads comes from the workspace itself."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(playground.world.base_url)
    await expect(page.get_by_role("main")).to_be_visible()
    assert asked
    assert [url for url in asked if not url.startswith(playground.world.base_url)] == []
