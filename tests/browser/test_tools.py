"""The workspace tools."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect
from slack_sdk.errors import SlackApiError

from bot.playground import Playground


async def open_tools(page: Page) -> Any:
    """Open the workspace tools."""
    await page.get_by_role("button", name="Workspace tools").click()
    return page.get_by_role("complementary", name="Workspace tools")


async def test_clock(visit: Any, playground: Playground) -> None:
    """The clock moves by a day, to next Monday, to a given time, and back to real time."""
    page = await visit("ben")
    tools = await open_tools(page)
    await tools.get_by_role("button", name="+1 day").click()
    await expect(tools).to_contain_text("24 hours ahead of the real time")
    assert playground.clock.offset == timedelta(days=1)
    await tools.get_by_role("button", name="Next Monday 09:00").click()
    await expect(tools).to_contain_text("Monday")
    await expect(tools.locator(".clock-now strong")).to_contain_text("9:00")
    await tools.get_by_label("Move to").fill("2031-07-01T12:30")
    await tools.get_by_role("button", name="Move", exact=True).click()
    await expect(tools).to_contain_text("Tuesday, July 1st, 12:30 PM")
    await tools.get_by_role("button", name="Back to real time").click()
    await expect(tools).to_contain_text("· real time")
    assert playground.clock.offset == timedelta()


async def test_faults(visit: Any, playground: Playground) -> None:
    """A fault is enabled with its fields, listed, and disabled."""
    page = await visit()
    tools = await open_tools(page)
    await tools.get_by_label("What goes wrong").select_option("server_error")
    await tools.get_by_label("Web API method").fill("chat.*")
    await tools.get_by_label("How many times").fill("2")
    await tools.get_by_role("button", name="Switch on").click()
    await expect(tools).to_contain_text("chat.* · 2 more")
    fault = playground.faults.active()[0]
    assert (fault.kind, fault.method, fault.count) == ("server_error", "chat.*", 2)
    await tools.get_by_role("button", name="Switch all off").click()
    await expect(tools).not_to_contain_text("chat.* · 2 more")
    assert playground.faults.active() == []


async def test_a_fault_shows_its_method(visit: Any) -> None:
    """The name of a Web API method is not cut off."""
    page = await visit()
    tools = await open_tools(page)
    for kind in ("latency", "refused", "drop_before"):
        await tools.get_by_label("What goes wrong").select_option(kind)
        method = tools.get_by_label("Web API method")
        await method.fill("files.completeUploadExternal")
        assert await method.evaluate("field => field.scrollWidth <= field.clientWidth"), kind


@pytest.mark.parametrize("width", [800, 390])
async def test_tools_in_a_narrow_window(visit: Any, page: Page, width: int) -> None:
    """In a narrow window the tools take the place of the menu that opened them."""
    await page.set_viewport_size({"width": width, "height": 700})
    await visit()
    await page.get_by_role("button", name="Channels and people").click()
    tools = await open_tools(page)
    await tools.get_by_role("button", name="+1 day").click()
    await expect(tools).to_contain_text("24 hours ahead")
    await expect(page.get_by_role("navigation", name="Channels")).to_be_hidden()


async def test_a_thread_replaces_the_tools(visit: Any, page: Page, client: Any) -> None:
    """Where one pane has room, an opened thread is not hidden by the tools."""
    posted = await client.chat_postMessage(channel="C0PRODUCT", text="Decision 7")
    await client.chat_postMessage(channel="C0PRODUCT", text="Why", thread_ts=posted["ts"])
    await page.set_viewport_size({"width": 1000, "height": 700})
    await visit()
    tools = await open_tools(page)
    await page.get_by_role("button", name="View thread").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Close thread").click()
    await expect(tools).to_have_count(0)


async def test_violations(visit: Any, client: Any) -> None:
    """A request that Slack would refuse is counted on the rail and explained in the tools."""
    page = await visit()
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C0PRODUCT", text="x", blocks=blocks)
    await expect(page.get_by_role("button", name="Workspace tools, 1 violation")).to_be_visible()
    tools = await open_tools(page)
    await expect(tools).to_contain_text("invalid_blocks")
    await expect(tools).to_contain_text("/blocks/0/text/text")


async def test_membership_and_archiving(visit: Any, playground: Playground) -> None:
    """The app is invited to and removed from the open channel; archiving asks first."""
    page = await visit("ada", "leadership")
    tools = await open_tools(page)
    await tools.get_by_role("button", name="Invite ragvsft").click()
    await expect(tools).to_contain_text("ragvsft is a member of this channel.")
    assert playground.bot_user_id in playground.channel("leadership").members
    await tools.get_by_role("button", name="Remove ragvsft").click()
    await expect(tools).to_contain_text("ragvsft is not a member")
    await tools.get_by_role("button", name="Archive channel").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Archive").click()
    await expect(page.get_by_text("This channel is archived. Nobody")).to_be_visible()


async def test_connection_lost(visit: Any, page: Page) -> None:
    """If the workspace stops responding, the page says so."""
    await visit()
    await page.route("**/client/**", lambda route: route.abort())
    await page.get_by_role("radio", name="Act as Ben Okafor").click()
    await expect(page.get_by_role("status")).to_contain_text("Connection to the workspace lost")
    await page.unroute("**/client/**")
