"""Channels, messages, threads, commands and shortcuts in the page."""

from typing import Any

from playwright.async_api import Page, expect

from bot.playground import Playground
from tests.browser.actions import run_command
from tests.browser.block_samples import CONFIRM, DOT, option, plain

ACTIONS: dict[str, Any] = {
    "type": "actions",
    "block_id": "do",
    "elements": [
        {"type": "button", "action_id": "ok", "text": plain("Accept"), "value": "7"},
        {
            "type": "button",
            "action_id": "withdraw",
            "text": plain("Withdraw"),
            "style": "danger",
            "confirm": CONFIRM,
        },
        {"type": "overflow", "action_id": "menu", "options": [option("edit", "Edit answers")]},
    ],
}


def composer(page: Page) -> Any:
    """The channel's composer."""
    return page.get_by_role("textbox", name="Message #")


async def test_send_a_message(visit: Any) -> None:
    """Enter sends the text; Shift and Enter starts a new line."""
    page = await visit()
    await composer(page).fill("Good *morning*")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("all")
    await page.keyboard.press("Enter")
    message = page.get_by_role("article").last
    await expect(message).to_contain_text("morning")
    await expect(message.locator("strong")).to_have_text("morning")
    await expect(composer(page)).to_have_value("")


async def test_drafts_stay_with_their_channel(visit: Any) -> None:
    """Unsent text stays in its channel's composer while another channel is open."""
    page = await visit()
    await composer(page).fill("half a thou")
    await page.get_by_role("button", name="general").click()
    await expect(composer(page)).to_have_value("")
    await page.get_by_role("button", name="product").click()
    await expect(composer(page)).to_have_value("half a thou")


async def test_act_as_another_person(visit: Any) -> None:
    """Acting as another person shows that person's channels, and the URL names the person."""
    page = await visit("ada", "leadership")
    await page.get_by_role("radio", name="Act as Dev Patel").click()
    await expect(page.get_by_role("radio", name="Act as Dev Patel")).to_be_checked()
    await expect(page.get_by_role("button", name="leadership")).to_have_count(0)
    assert "as=U0DEV" in page.url


async def test_kinds_of_channels(visit: Any) -> None:
    """Private, shared and archived channels are labelled; an archived one has no composer."""
    page = await visit("ada", "old-project")
    sidebar = page.get_by_role("navigation", name="Channels")
    await expect(sidebar.get_by_role("button", name="Private channel leadership")).to_be_visible()
    await expect(sidebar.get_by_role("button", name="Shared channel partners")).to_be_visible()
    await expect(page.get_by_text("This channel is archived")).to_be_visible()
    await expect(page.get_by_role("textbox")).to_have_count(0)


async def test_unread(visit: Any, client: Any) -> None:
    """A channel with unread messages is marked until it is opened."""
    page = await visit()
    await client.chat_postMessage(channel="C0GENERAL", text="News")
    await page.get_by_role("button", name="general unread").click()
    await expect(page.get_by_role("article").last).to_contain_text("News")
    await page.get_by_role("button", name="product").click()
    await expect(page.get_by_role("button", name="general unread")).to_have_count(0)


async def test_thread(visit: Any, client: Any) -> None:
    """Replies are counted below their message, and read and written in the thread pane."""
    posted = await client.chat_postMessage(channel="C0PRODUCT", text="Decision 7")
    await client.chat_postMessage(channel="C0PRODUCT", text="Why", thread_ts=posted["ts"])
    page = await visit()
    await page.get_by_role("button", name="1 reply Last reply just now. View thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("Why")
    await thread.get_by_role("textbox", name="Reply to thread").fill("I agree")
    await page.keyboard.press("Enter")
    await expect(thread.get_by_role("article").last).to_contain_text("I agree")
    await expect(
        page.get_by_role("button", name="2 replies Last reply just now. View thread")
    ).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(thread).to_have_count(0)


async def test_permalink(visit: Any, client: Any, page: Page) -> None:
    """A permalink to a reply opens the channel and the thread."""
    posted = await client.chat_postMessage(channel="C0GENERAL", text="Decision 7")
    reply = await client.chat_postMessage(
        channel="C0GENERAL", text="Because of this", thread_ts=posted["ts"]
    )
    link = await client.chat_getPermalink(channel="C0GENERAL", message_ts=reply["ts"])
    await page.goto(link["permalink"])
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_contain_text("Because of this")
    await expect(page.get_by_role("main")).to_contain_text("Decision 7")


async def test_ephemeral(visit: Any, client: Any) -> None:
    """An ephemeral message is labelled as private and can be dismissed."""
    await client.chat_postEphemeral(channel="C0SUPPORTAI", user="U0ADA", text="Psst")
    page = await visit("ada", "support-ai")
    message = page.get_by_role("article").last
    await expect(message).to_contain_text("Only visible to you")
    await message.get_by_role("button", name="Dismiss message").click()
    await expect(page.get_by_text("Psst")).to_have_count(0)


async def test_ephemeral_is_hidden_from_others(visit: Any, client: Any) -> None:
    """An ephemeral message is hidden from other people."""
    await client.chat_postEphemeral(channel="C0SUPPORTAI", user="U0ADA", text="Psst")
    page = await visit("ben", "support-ai")
    await expect(page.get_by_text("Before we retrain anything")).to_be_visible()
    await expect(page.get_by_text("Psst")).to_have_count(0)


async def test_command_completion(visit: Any, app: Any) -> None:
    """A slash suggests the app's command; Enter completes it, Enter again runs it."""
    page = await visit()
    await composer(page).fill("/rag")
    await expect(page.get_by_role("listbox", name="Commands")).to_contain_text("/ragvsft")
    await page.keyboard.press("Enter")
    await expect(composer(page)).to_have_value("/ragvsft ")
    await page.keyboard.type("list open")
    await page.keyboard.press("Enter")
    await app.until(lambda: app.payloads)
    assert app.payloads[0]["command"] == "/ragvsft"
    assert app.payloads[0]["text"] == "list open"


async def test_command_that_fails(visit: Any) -> None:
    """If no app is connected, Slack's error is shown and can be dismissed."""
    page = await visit()
    await run_command(page)
    notice = page.get_by_role("alert")
    await expect(notice).to_contain_text('/ragvsft failed with the error "dispatch_failed"')
    await notice.get_by_role("button", name="Dismiss").click()
    await expect(notice).to_have_count(0)


async def test_no_command_in_a_thread(visit: Any, client: Any, playground: Playground) -> None:
    """A slash command in a thread is refused, as in Slack, and its text stays."""
    posted = await client.chat_postMessage(channel="C0PRODUCT", text="Decision 7")
    await client.chat_postMessage(channel="C0PRODUCT", text="Why", thread_ts=posted["ts"])
    page = await visit()
    await page.get_by_role("button", name="View thread").click()
    reply = page.get_by_role("textbox", name="Reply to thread")
    await reply.fill("/ragvsft")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("is not supported in threads")
    await expect(reply).to_have_value("/ragvsft")
    assert playground.dispatches == []


async def test_message_shortcut(visit: Any, app: Any) -> None:
    """The app's message shortcut is listed under More actions and sends that message."""
    page = await visit("ada", "support-ai")
    message = page.get_by_role("article").filter(has_text="last year's refund rules")
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Turn into a decision").click()
    await app.until(lambda: app.of_type("message_action"))
    sent = app.of_type("message_action")[0]
    assert "last year's refund rules" in sent["message"]["text"]


async def test_global_shortcut(visit: Any, app: Any) -> None:
    """The plus beside the composer lists the app's global shortcuts."""
    page = await visit()
    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="Start a decision").click()
    await app.until(lambda: app.of_type("shortcut"))


async def test_buttons_confirm_and_overflow(visit: Any, app: Any, client: Any) -> None:
    """A button with a confirm object asks first; an overflow menu sends the chosen option."""
    await client.chat_postMessage(channel="C0PRODUCT", text="x", blocks=[ACTIONS])
    page = await visit()
    await page.get_by_role("button", name="Withdraw").click()
    asked = page.get_by_role("alertdialog", name="Withdraw this decision?")
    await asked.get_by_role("button", name="Keep it").click()
    await expect(asked).to_have_count(0)
    assert app.payloads == []
    await page.get_by_role("button", name="Withdraw").click()
    await asked.get_by_role("button", name="Withdraw").click()
    await app.until(lambda: len(app.payloads) == 1)
    await page.get_by_role("button", name="More options").click()
    await page.get_by_role("menuitem", name="Edit answers").click()
    await app.until(lambda: len(app.payloads) == 2)
    actions = [payload["actions"][0] for payload in app.of_type("block_actions")]
    assert actions[0]["action_id"] == "withdraw"
    assert actions[1]["selected_option"]["value"] == "edit"


async def test_attachments(visit: Any, client: Any) -> None:
    """Attachments are rendered, those with blocks and legacy ones with fields."""
    older = {
        "color": "#2eb886",
        "title": "Report",
        "text": "*Fine*",
        "fields": [{"title": "A", "value": "1"}],
    }
    await client.chat_postMessage(
        channel="C0PRODUCT", text="x", attachments=[older, {"blocks": [ACTIONS]}]
    )
    page = await visit()
    message = page.get_by_role("article").last
    await expect(message.locator("strong")).to_have_text(["Report", "Fine", "A"])
    await expect(message.get_by_role("button", name="Accept")).to_be_visible()


async def test_first_message_of_a_thread_is_shown_twice(visit: Any, app: Any, client: Any) -> None:
    """A message shown in channel and thread opens its menu only where it was pressed."""
    posted = await client.chat_postMessage(channel="C0PRODUCT", text="x", blocks=[ACTIONS])
    await client.chat_postMessage(channel="C0PRODUCT", text="Why", thread_ts=posted["ts"])
    page = await visit()
    await page.get_by_role("button", name="View thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    await thread.get_by_role("button", name="More options").click()
    await expect(page.get_by_role("menuitem", name="Edit answers")).to_have_count(1)
    await page.get_by_role("menuitem", name="Edit answers").click()
    await app.until(lambda: app.payloads)


async def test_button_without_an_app(visit: Any, client: Any) -> None:
    """A button that no app answers shows a warning beside it."""
    await client.chat_postMessage(channel="C0PRODUCT", text="x", blocks=[ACTIONS])
    page = await visit()
    await page.get_by_role("button", name="Accept").click()
    await expect(page.locator(".action-error")).to_be_visible()


async def test_uploaded_image(visit: Any, client: Any) -> None:
    """An uploaded image is shown with its title and its alternative text."""
    await client.files_upload_v2(
        channel="C0SUPPORTAI",
        content=DOT,
        filename="trend.png",
        title="Decisions per week",
        alt_txt="Three, then five",
    )
    page = await visit("ada", "support-ai")
    await expect(page.get_by_role("article").last).to_contain_text("Decisions per week")
    picture = page.get_by_role("img", name="Three, then five")
    await expect(picture).to_have_js_property("naturalWidth", 1)


async def scrolled_up(page: Page, playground: Playground) -> None:
    """Fill the channel and scroll it up, away from its end."""
    for number in range(30):
        playground.user("ben").say("product", f"Line {number}")
    await page.get_by_text("Line 29").wait_for()
    await page.locator(".messages").evaluate("list => list.scrollTop = 200")
    await expect(page.get_by_text("Line 29")).not_to_be_in_viewport()


async def test_own_message_scrolls_to_the_end(visit: Any, playground: Playground) -> None:
    """Another person's message leaves a scrolled list alone; your own scrolls it to the end."""
    page = await visit()
    await scrolled_up(page, playground)
    playground.user("ben").say("product", "One more")
    await expect(page.get_by_text("One more")).to_be_attached()
    await expect(page.get_by_text("One more")).not_to_be_in_viewport()
    await composer(page).fill("My word")
    await composer(page).press("Enter")
    await expect(page.get_by_text("My word")).to_be_in_viewport()


async def test_answer_to_a_command_is_in_view(
    visit: Any, app: Any, client: Any, playground: Playground
) -> None:
    """The answer to a command is in view, wherever the list was scrolled to."""
    page = await visit()
    await scrolled_up(page, playground)
    await run_command(page, "/ragvsft help")
    await client.chat_postEphemeral(channel="C0PRODUCT", user="U0ADA", text="Here is help")
    await expect(page.get_by_text("Here is help")).to_be_in_viewport()


async def test_own_reply_scrolls_the_thread(
    visit: Any, client: Any, playground: Playground
) -> None:
    """A thread opens at its first message; your own reply scrolls it to the end."""
    posted = await client.chat_postMessage(channel="C0PRODUCT", text="Decision 7")
    for number in range(30):
        playground.user("ben").say("product", f"Reason {number}", posted["ts"])
    page = await visit()
    await page.get_by_role("button", name="View thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_text("Decision 7")).to_be_in_viewport()
    reply = thread.get_by_role("textbox", name="Reply to thread")
    await reply.fill("I agree")
    await thread.locator(".thread-scroll").evaluate("list => list.scrollTop = 0")
    await reply.press("Enter")
    await expect(thread.get_by_text("I agree")).to_be_in_viewport()
