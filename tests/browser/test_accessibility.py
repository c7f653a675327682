"""The page has no violation that axe-core finds, in light and dark, at every width."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from slack_sdk.errors import SlackApiError

from bot.doctor.samples.slack_views import samples
from bot.playground import Playground
from tests.browser.actions import run_command
from tests.browser.block_samples import home, message_blocks, modal, plain
from tests.slack.examples import engine

Json = dict[str, Any]
Surface = Callable[[Page, Any, Any, Playground], Awaitable[None]]
WIDTHS = (1440, 800, 390)
QUICK: Json = {"resultTypes": ["violations"], "preload": False}
THEMES: dict[Any, Json] = {
    "light": QUICK,
    "dark": QUICK | {"runOnly": ["color-contrast"]},
}
"""Options of axe-core by theme. Light: WCAG 2.2 A and AA, and its best practices. Dark differs
from it in its colours only."""
FOCUS_SHOWS = """
() => {
  const look = (each) => {
    const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(each);
    return [outline, boxShadow, borderColor, backgroundColor].join();
  };
  const at = document.activeElement;
  if (at === document.body) return null;
  const around = [at, at.parentElement, at.parentElement?.parentElement].filter(Boolean);
  const focused = around.map(look).join();
  at.blur();
  const plain = around.map(look).join();
  at.focus({ focusVisible: true });
  return focused === plain ? at.outerHTML.slice(0, 200) : null;
}
"""
"""Whether the element with the keyboard's focus looks different without it: null if so."""


SAMPLES = {
    name: sample
    for name, sample in samples(engine("ragvsft")).items()
    if not name.endswith(", long")
}
SEEDED = 2
"""Messages in #product from the beginning."""
CLEAN: dict[str, list[str]] = {"light": [], "dark": []}


async def violations(page: Page, rules: Json, within: str | None = None) -> list[str]:
    """Return what axe-core finds, with the elements."""
    found = (await Axe().run(page, within, rules)).response["violations"]
    return [f"{each['id']}: {node['html'][:300]}" for each in found for node in each["nodes"]]


async def both_themes(page: Page, within: str | None = None) -> dict[str, list[str]]:
    """Return the violations of the page, or of a part of it, by theme."""
    found = {}
    for theme, rules in THEMES.items():
        await page.emulate_media(color_scheme=theme)
        found[theme] = await violations(page, rules, within)
    return found


async def open_menu(page: Page) -> None:
    """Open the channels and people, which a narrow window hides."""
    button = page.get_by_role("button", name="Channels and people")
    if await button.is_visible():
        await button.click()


async def channel(page: Page, app: Any, client: Any, playground: Playground) -> None:
    """A channel with every block, a private message, a notice and the list of commands."""
    for number in range(2):
        posted = await client.chat_postMessage(
            channel="C0PRODUCT", text=f"Samples {number}", blocks=message_blocks()
        )
    await client.chat_postMessage(channel="C0PRODUCT", text="R", thread_ts=posted["ts"])
    await client.chat_postEphemeral(channel="C0PRODUCT", user="U0ADA", text="For Ada")
    await page.get_by_role("textbox", name="Message #").fill("/")
    await page.get_by_role("option").wait_for()


async def pinned(page: Page, app: Any, client: Any, playground: Playground) -> None:
    """The channel that the page opens on."""
    await page.goto(f"{playground.slack.base_url}/?as=U0ADA#C0SUPPORTAI")
    await page.get_by_role("note", name="Pinned").wait_for()


async def channels_and_people(page: Page, app: Any, client: Any, playground: Playground) -> None:
    """The menu of a narrow window, with unread channels."""
    await client.chat_postMessage(channel="C0GENERAL", text="News")
    await open_menu(page)
    await page.get_by_role("navigation", name="Channels").wait_for()


async def thread(page: Page, app: Any, client: Any, playground: Playground) -> None:
    """A thread with every block."""
    posted = await client.chat_postMessage(channel="C0PRODUCT", text="Decision 7")
    await client.chat_postMessage(
        channel="C0PRODUCT", text="Why", blocks=message_blocks(), thread_ts=posted["ts"]
    )
    await page.get_by_role("button", name="View thread").last.click()
    await page.get_by_role("complementary", name="Thread").wait_for()


async def message_menu(page: Page, app: Any, client: Any, playground: Playground) -> None:
    """The menu of a message."""
    message = page.get_by_role("article").last
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menu").wait_for()


async def every_field(page: Page, app: Any, client: Any, playground: Playground) -> None:
    """A modal with every block and input; one is invalid."""
    app.on_command = lambda _payload: modal()
    await run_command(page)
    await page.get_by_role("dialog").get_by_role("button", name="Next").click()
    await page.get_by_role("alert").first.wait_for()


async def open_select(page: Page, app: Any, client: Any, playground: Playground) -> None:
    """An open list of options in a modal."""
    app.on_command = lambda _payload: modal()
    await run_command(page)
    await page.get_by_role("combobox", name="Option", exact=False).first.click()
    await page.get_by_role("listbox").wait_for()


async def confirmation(page: Page, app: Any, client: Any, playground: Playground) -> None:
    """The confirmation of a button."""
    await client.chat_postMessage(channel="C0PRODUCT", text="S", blocks=message_blocks())
    await page.get_by_role("button", name="Withdraw").last.click()
    await page.get_by_role("alertdialog").wait_for()


async def app_home(page: Page, app: Any, client: Any, playground: Playground) -> None:
    """The Home tab with every block."""
    await client.views_publish(user_id="U0ADA", view=home())
    await page.goto(f"{playground.slack.base_url}/?as=U0ADA#D0ADA")
    await expect(page.get_by_role("tabpanel", name="Home")).to_contain_text("Every block")


async def tools(page: Page, app: Any, client: Any, playground: Playground) -> None:
    """The tools with a fault, a violation and a refusal."""
    playground.faults.add("server_error", method="views.publish")
    long = {"type": "section", "text": plain("x" * 3001)}
    for channel_id, blocks in (("C0PRODUCT", [long]), ("C0LEADERS", [])):
        with pytest.raises(SlackApiError):
            await client.chat_postMessage(channel=channel_id, text="x", blocks=blocks)
    await open_menu(page)
    await page.get_by_role("button", name="Workspace tools").click()
    await page.get_by_role("complementary", name="Workspace tools").wait_for()


SURFACES: tuple[Surface, ...] = (
    channel,
    pinned,
    channels_and_people,
    thread,
    message_menu,
    every_field,
    open_select,
    confirmation,
    app_home,
    tools,
)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.__name__)
async def test_no_violation(
    visit: Any,
    page: Page,
    app: Any,
    client: Any,
    playground: Playground,
    surface: Surface,
    width: int,
) -> None:
    """No surface of the local workspace has an accessibility violation."""
    await page.set_viewport_size({"width": width, "height": 900})
    await visit()
    await surface(page, app, client, playground)
    assert await both_themes(page) == CLEAN


@pytest.mark.parametrize("surface", [channel, every_field, tools], ids=lambda each: each.__name__)
async def test_focus_is_visible(
    visit: Any, page: Page, app: Any, client: Any, playground: Playground, surface: Surface
) -> None:
    """Each element that Tab reaches shows that it has the focus."""
    await visit()
    await surface(page, app, client, playground)
    unseen = []
    for _ in range(60):
        await page.keyboard.press("Tab")
        unseen.append(await page.evaluate(FOCUS_SHOWS))
    assert [each for each in unseen if each] == []


async def test_messages_of_the_bot(
    visit: Any, page: Page, app: Any, client: Any, playground: Playground
) -> None:
    """No message that the bot can send has a violation."""
    playground.rate_limits.enabled = False
    messages = [each for name, each in SAMPLES.items() if "view" not in each]
    for message in messages:
        await client.chat_postMessage(channel="C0PRODUCT", **message)
    await visit()
    await expect(page.get_by_role("article")).to_have_count(len(messages) + SEEDED)
    assert await both_themes(page, ".messages") == CLEAN


async def test_views_of_the_bot(visit: Any, page: Page, app: Any, client: Any) -> None:
    """No modal and no Home tab that the bot can show has a violation."""
    views = [each["view"] for each in SAMPLES.values() if "view" in each]
    await visit()
    for view in views:
        if view["type"] == "home":
            continue
        app.on_command = lambda _payload, shown=view: shown
        await run_command(page)
        await page.get_by_role("dialog", name=view["title"]["text"]).wait_for()
        assert await both_themes(page, "dialog") == CLEAN, view["callback_id"]
        await page.keyboard.press("Escape")
    await visit(channel="app")
    for view in views:
        if view["type"] == "home":
            await client.views_publish(user_id="U0ADA", view=view)
            await page.locator(".home .block").first.wait_for()
            assert await both_themes(page, ".main") == CLEAN
