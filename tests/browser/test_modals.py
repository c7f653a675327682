"""Modals keep typed text, go back in the stack, and show errors at their fields."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from starlette.responses import Response

from bot.playground import Playground
from tests.browser.actions import run_command
from tests.browser.block_samples import field, option, plain
from tests.browser.conftest import respond

Json = dict[str, Any]
TEXT = {"type": "plain_text_input", "max_length": 20}
PUSH: Json = {
    "type": "actions",
    "block_id": "do",
    "elements": [{"type": "button", "action_id": "more", "text": plain("More")}],
}


def page_view(number: int, *blocks: Json, **more: Any) -> Json:
    """Return one page of a questionnaire."""
    return {
        "type": "modal",
        "callback_id": "page_view",
        "title": plain(f"Step {number}"),
        "submit": plain("Next"),
        "close": plain("Cancel"),
        "blocks": list(blocks) or [field("title", "Title", TEXT)],
        **more,
    }


async def open_modal(visit: Any, app: Any, view: Json) -> Page:
    """Open the page with this modal."""
    app.on_command = lambda _payload: view
    page: Page = await visit()
    await run_command(page)
    await page.get_by_role("dialog", name=view["title"]["text"]).wait_for()
    return page


async def test_required_field(visit: Any, app: Any) -> None:
    """An empty required field is refused in the client, with Slack's sentence at the field."""
    page = await open_modal(visit, app, page_view(1))
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("alert")).to_have_text("Please complete this required field.")
    await expect(page.get_by_label("Title")).to_be_focused()
    assert app.of_type("view_submission") == []


@pytest.mark.parametrize("rounds", [1, 2])
async def test_typing_goes_to_the_first_field(visit: Any, app: Any, rounds: int) -> None:
    """A modal that the keyboard opened has the focus in its first field, also the second time."""
    page = await open_modal(visit, app, page_view(1))
    for _ in range(rounds - 1):
        await page.keyboard.press("Escape")
        await run_command(page)
        await page.get_by_role("dialog").wait_for()
    await page.keyboard.type("Stop the bots")
    await expect(page.get_by_label("Title")).to_have_value("Stop the bots")


async def test_focus_on_load(visit: Any, app: Any) -> None:
    """The field with focus_on_load has the focus, on the first page and on the next one."""

    def two_fields(number: int) -> Json:
        last = TEXT | {"focus_on_load": True}
        first = field("title", "Title", TEXT, optional=True)
        return page_view(number, first, field(f"note-{number}", "Note", last, optional=True))

    app.on_submission = lambda _payload: respond(response_action="update", view=two_fields(2))
    page = await open_modal(visit, app, two_fields(1))
    await expect(page.get_by_label("Note")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog", name="Step 2").wait_for()
    await expect(page.get_by_label("Note")).to_be_focused()


async def test_too_long(visit: Any, app: Any) -> None:
    """Text beyond max_length is counted while typing and refused on submit."""
    page = await open_modal(visit, app, page_view(1))
    await page.get_by_label("Title").fill("x" * 23)
    await expect(page.get_by_text("-3")).to_be_visible()
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("alert")).to_contain_text("at most 20 characters")


async def test_typing_survives_updates(visit: Any, app: Any, playground: Playground) -> None:
    """Unsent text, focus and caret stay while messages arrive."""
    page = await open_modal(visit, app, page_view(1))
    title = page.get_by_label("Title")
    await title.fill("Refund")
    await page.keyboard.press("ArrowLeft")
    for number in range(5):
        playground.user("ben").say("product", f"news {number}")
    await expect(page.get_by_text("news 4", exact=True)).to_be_attached()
    await expect(title).to_be_focused()
    await page.keyboard.type("!")
    await expect(title).to_have_value("Refun!d")


async def test_update_keeps_values_of_the_same_inputs(visit: Any, app: Any) -> None:
    """After views.update an input with the same ids keeps its value, and a new one is empty."""
    view = page_view(1, field("title", "Title", TEXT), PUSH)
    changed = page_view(2, field("other", "Other", TEXT), field("title", "Title", TEXT))
    app.on_action = lambda payload: {
        "method": "views.update",
        "view_id": payload["view"]["id"],
        "hash": payload["view"]["hash"],
        "view": changed,
    }
    page = await open_modal(visit, app, view)
    await page.get_by_label("Title").fill("kept")
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("dialog", name="Step 2").wait_for()
    await expect(page.get_by_label("Title")).to_have_value("kept")
    await expect(page.get_by_label("Other")).to_have_value("")


async def test_response_action_update(visit: Any, app: Any) -> None:
    """A submission answered with an update shows the next page with its initial values."""
    choices = [option("weekly", "Weekly"), option("yearly", "Yearly")]
    radio = {"type": "radio_buttons", "options": choices, "initial_option": choices[1]}
    app.on_submission = lambda _payload: respond(
        response_action="update", view=page_view(2, field("freshness", "How often?", radio))
    )
    page = await open_modal(visit, app, page_view(1))
    await page.get_by_label("Title").fill("Refunds")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Step 2")
    await expect(dialog.get_by_label("Yearly")).to_be_checked()
    await expect(dialog.get_by_label("Title")).to_have_count(0)


async def test_errors_at_fields(visit: Any, app: Any) -> None:
    """An error returned by the app is shown at its field, and the text stays."""
    app.on_submission = lambda _payload: respond(
        response_action="errors", errors={"title": "This is decided already."}
    )
    page = await open_modal(visit, app, page_view(1))
    await page.get_by_label("Title").fill("Refunds")
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("alert")).to_have_text("This is decided already.")
    await expect(page.get_by_label("Title")).to_have_value("Refunds")


async def test_failing_app(visit: Any, app: Any) -> None:
    """If the app returns an error status, the modal stays open with an error and the text."""
    app.on_submission = lambda _payload: Response(status_code=500)
    page = await open_modal(visit, app, page_view(1))
    await page.get_by_label("Title").fill("Refunds")
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("alert")).to_contain_text("trouble connecting")
    await expect(page.get_by_label("Title")).to_have_value("Refunds")


async def test_waiting_for_the_app(visit: Any, app: Any) -> None:
    """While the app responds, the button is busy and a second press sends nothing."""
    page = await open_modal(visit, app, page_view(1))
    await page.get_by_label("Title").fill("Refunds")
    app.may_respond.clear()
    button = page.get_by_role("button", name="Next")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    await button.click()
    app.may_respond.set()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert len(app.of_type("view_submission")) == 1


async def test_press_before_the_last_response(visit: Any, app: Any) -> None:
    """A button of an updated view can be pressed before the app has answered the last press."""
    numbers = iter((2, 3))
    app.on_action = lambda payload: {
        "method": "views.update",
        "view_id": payload["view"]["id"],
        "view": page_view(next(numbers), PUSH),
    }
    page = await open_modal(visit, app, page_view(1, PUSH))
    app.may_respond.clear()
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("dialog", name="Step 2").wait_for()
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("dialog", name="Step 3").wait_for()
    app.may_respond.set()


async def test_stack(visit: Any, app: Any) -> None:
    """A pushed view covers the one below; Back shows that one with its values."""
    app.on_action = lambda payload: {
        "method": "views.push",
        "trigger_id": payload["trigger_id"],
        "view": page_view(2, field("note", "Note", TEXT)),
    }
    page = await open_modal(visit, app, page_view(1, field("title", "Title", TEXT), PUSH))
    await page.get_by_label("Title").fill("below")
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("dialog", name="Step 2").wait_for()
    await page.get_by_role("button", name="Back").click()
    await page.get_by_role("dialog", name="Step 1").wait_for()
    await expect(page.get_by_label("Title")).to_have_value("below")


async def test_escape_and_focus(visit: Any, app: Any) -> None:
    """The focus stays inside an open modal, and Escape closes it."""
    page = await open_modal(visit, app, page_view(1))
    for _ in range(8):
        await page.keyboard.press("Tab")
        assert await page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_reload_shows_the_open_modal(visit: Any, app: Any) -> None:
    """A reload of the page shows the modal that is open in the workspace."""
    page = await open_modal(visit, app, page_view(1))
    await page.reload()
    await expect(page.get_by_role("dialog", name="Step 1")).to_be_visible()
