"""Every block and element that an app can send is rendered."""

from typing import Any

from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground
from tests.browser import block_samples
from tests.browser.actions import run_command


def types_in(blocks: list[dict[str, Any]]) -> set[str]:
    """Return the block types of a list of blocks."""
    return {block["type"] for block in blocks}


async def drawn_types(page: Page, within: str) -> set[str]:
    """Return the block types rendered inside an element."""
    classes = await page.locator(f"{within} .block").evaluate_all(
        "all => all.map(e => e.className)"
    )
    return {one.removeprefix("block block-of-") for one in classes}


async def test_message_blocks(visit: Any, client: AsyncWebClient, playground: Playground) -> None:
    """A message with every message block is rendered completely, without a violation."""
    blocks = block_samples.message_blocks()
    await client.chat_postMessage(channel="C0PRODUCT", text="samples", blocks=blocks)
    page = await visit()
    await expect(page.get_by_role("heading", name="Every block there is 🧭")).to_be_visible()
    assert await drawn_types(page, ".message") >= types_in(blocks)
    await expect(page.locator(".unsupported")).to_have_count(0)
    assert playground.violations == []


async def test_home_blocks(visit: Any, client: AsyncWebClient, playground: Playground) -> None:
    """A Home tab with every home block is rendered completely."""
    view = block_samples.home()
    await client.views_publish(user_id="U0ADA", view=view)
    page = await visit(channel="app")
    await expect(page.get_by_role("tabpanel", name="Home")).to_contain_text("Every block there is")
    assert await drawn_types(page, ".home") >= types_in(view["blocks"])
    await expect(page.locator(".unsupported")).to_have_count(0)
    assert playground.violations == []


async def test_modal_blocks(visit: Any, app: Any, playground: Playground) -> None:
    """A modal with every input and alert is rendered completely."""
    view = block_samples.modal()
    app.on_command = lambda _payload: view
    page = await visit()
    await run_command(page)
    dialog = page.get_by_role("dialog", name="Every field there is")
    await expect(dialog).to_be_visible()
    assert await drawn_types(page, "dialog") >= types_in(view["blocks"])
    for block in block_samples.input_blocks():
        await expect(dialog.get_by_text(block["label"]["text"]).first).to_be_visible()
    await expect(page.locator(".unsupported")).to_have_count(0)
    assert playground.violations == []


async def test_every_input_is_sent_as_slack_sends_it(visit: Any, app: Any) -> None:
    """Inputs arrive in `view.state.values` in Slack's format, untouched ones as null."""
    app.on_command = lambda _payload: block_samples.modal(blocks=block_samples.input_blocks())
    page = await visit()
    await run_command(page)
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Title").fill("Refund answers")
    await pick(page, "Fruit", "Pear")
    await pick(page, "Option", "RAG + fine-tuning")
    await pick(page, "Decider", "Ben Okafor")
    await pick(page, "Channel", "support-ai")
    await dialog.get_by_role("radiogroup", name="Basket").get_by_label("Fig").check()
    await dialog.get_by_role("group", name="Sides").get_by_label("Apple").check()
    await dialog.get_by_label("Review on").fill("2026-03-02")
    await dialog.get_by_label("Budget").fill("12")
    await dialog.get_by_role("button", name="Next").click()
    await expect(dialog).to_have_count(0)
    values = app.of_type("view_submission")[0]["view"]["state"]["values"]
    held = {block: state["value"] for block, state in values.items()}
    assert held["title"] == {"type": "plain_text_input", "value": "Refund answers"}
    assert held["problem"] == {"type": "plain_text_input", "value": None}
    assert held["single"]["selected_option"]["value"] == "pear"
    assert held["group"]["selected_option"]["value"] == "both"
    assert held["user"] == {"type": "users_select", "selected_user": "U0BEN"}
    assert held["channel"]["selected_channel"] == "C0SUPPORTAI"
    assert held["radio"]["selected_option"]["value"] == "fig"
    assert [one["value"] for one in held["checks"]["selected_options"]] == ["apple"]
    assert held["date"]["selected_date"] == "2026-03-02"
    assert held["number"]["value"] == "12"
    assert held["email"]["value"] is None
    assert held["multi"]["selected_options"] == []


async def test_multi_select_adds_and_removes(visit: Any, app: Any) -> None:
    """A multi-select collects options as chips, and a chip can be removed."""
    app.on_command = lambda _payload: block_samples.modal(blocks=block_samples.input_blocks())
    page = await visit()
    await run_command(page)
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Title").fill("x")
    await dialog.get_by_role("combobox", name="Fruits").click()
    await page.get_by_role("option", name="Apple").click()
    await page.get_by_role("option", name="Fig").click()
    await page.keyboard.press("Escape")
    await dialog.get_by_role("button", name="Remove Apple").click()
    await dialog.get_by_role("button", name="Next").click()
    await expect(dialog).to_have_count(0)
    values = app.of_type("view_submission")[0]["view"]["state"]["values"]
    chosen = values["multi"]["value"]["selected_options"]
    assert [one["value"] for one in chosen] == ["fig"]


async def test_select_by_keyboard(visit: Any, app: Any) -> None:
    """A select opens at its first or chosen option, can be used by keyboard, returns the focus."""
    app.on_command = lambda _payload: block_samples.modal(blocks=block_samples.input_blocks())
    page = await visit()
    await run_command(page)
    combobox = page.get_by_role("combobox", name="Fruit (optional)", exact=True)
    await combobox.press("Enter")
    active = page.locator(".listbox-option.is-active")
    await expect(active).to_contain_text("Apple")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(combobox).to_contain_text("Pear")
    await expect(combobox).to_be_focused()
    await combobox.press("Enter")
    await expect(active).to_contain_text("Pear")


async def test_choices_in_a_message_reach_the_app(visit: Any, app: Any, client: Any) -> None:
    """A choice in a message's select is sent immediately as a block action."""
    await client.chat_postMessage(
        channel="C0PRODUCT", text="samples", blocks=block_samples.message_blocks()
    )
    page = await visit()
    await page.get_by_role("combobox", name="Pick a fruit").click()
    await page.get_by_role("option", name="Fig").click()
    await expect(page.get_by_role("combobox", name="Pick a fruit")).to_contain_text("Fig")
    await app.until(lambda: app.of_type("block_actions"))
    action = app.of_type("block_actions")[0]["actions"][0]
    assert action["action_id"] == "fruit"
    assert action["selected_option"]["value"] == "fig"


async def test_a_private_image_in_a_block(visit: Any, client: Any) -> None:
    """An image uploaded to no channel is shown in a message with its alternative text."""
    done = await client.files_upload_v2(filename="trend.png", content=block_samples.DOT)
    block = {"type": "image", "alt_text": "A dot", "slack_file": {"id": done["files"][0]["id"]}}
    await client.chat_postMessage(channel="C0PRODUCT", text="Chart", blocks=[block])
    page = await visit("ben")
    picture = page.get_by_role("img", name="A dot")
    await picture.scroll_into_view_if_needed()
    await expect(picture).to_have_js_property("naturalWidth", 1)


async def test_wide_rows_scroll_in_their_block(visit: Any, client: Any, page: Any) -> None:
    """In a narrow window tables and preformatted rows scroll, and the page does not."""
    cells = [{"type": "raw_text", "text": "wide column"}] * 12
    blocks = [
        {"type": "table", "rows": [cells, cells]},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"```{'█' * 90}\n{'░' * 90}```"}},
    ]
    await client.chat_postMessage(channel="C0PRODUCT", text="Wide", blocks=blocks)
    await page.set_viewport_size({"width": 420, "height": 700})
    await visit("ben")
    for box in (page.locator(".table-wrap"), page.locator(".fence")):
        assert await box.evaluate("box => box.scrollWidth > box.clientWidth")
    assert await page.locator(".fence").evaluate("box => box.clientHeight") < 70
    assert await page.locator(".messages").evaluate("box => box.scrollWidth <= box.clientWidth")


async def pick(page: Page, label: str, choice: str) -> None:
    """Choose an option of an optional select in the modal."""
    await page.get_by_role("combobox", name=f"{label} (optional)", exact=True).click()
    await page.get_by_role("option", name=choice).click()
