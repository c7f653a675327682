"""The questionnaire: opened by shortcuts and buttons, its pages, and the drafts left behind."""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.access import MessageRef
from bot.decisions.errors import NothingChanged
from bot.decisions.model import Draft, Person, Source
from bot.decisions.questionnaire import Page
from bot.services.services import Posted, Services
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.modals import ack_closing, open_page, page_view, update_view
from bot.slack.home import HomeTab
from bot.slack.replies import EphemeralReplies, remove_message, respond_privately
from bot.slack.views.notices import nothing_changed, posted_elsewhere, saved_for_later
from bot.slack.views.questionnaire import DISCARDED, resume_offer
from bot.slackkit.forms import (
    answers_of,
    channel_of,
    choices_of,
    entered_fields,
    lacks_review_day,
    workflow_of,
)
from bot.slackkit.ids import QUESTION_PREFIX, Action, Block, Modal, Shortcut
from bot.slackkit.message import notice_modal
from bot.slackkit.metadata import metadata_of
from bot.slackkit.mrkdwn import mentioned_users, readable_text
from bot.slackkit.payloads import (
    action_of,
    draft_discarded,
    message_acted_on,
    place_of_message,
    sender,
    text_of_message,
    value_pressed,
)

Body = dict[str, Any]


class QuestionnaireHandlers:
    """Stores each page that is submitted, and acks with the next one.

    Buttons within a page store what is entered on it, ack, and update the modal afterwards.
    """

    def __init__(self, services: Services, home: HomeTab, background: BackgroundTasks) -> None:
        """Handle the modals; `home` lists drafts and decisions."""
        self._services = services
        self._replies = EphemeralReplies(services)
        self._home = home
        self._background = background

    async def answer(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Store a page of answers."""
        at, drafts = metadata_of(view), self._services.drafts
        given = answers_of(view)
        page = await drafts.answer(sender(body), at.draft, given, at.trail, ends=at.ends)
        shown = await page_view(self._services, page, at.response_url)
        await ack(response_action="update", view=shown)

    async def choose(self, ack: AsyncAck, body: Body) -> None:
        """Store what was pressed on a page, so that closing the window does not lose it."""
        view = body["view"]
        if chosen := choices_of(view):
            await self._services.drafts.choose(sender(body), metadata_of(view).draft, chosen)
        await ack()

    async def post(self, ack: AsyncAck, body: Body, view: Body, client: AsyncWebClient) -> None:
        """Post the decision, or finish an edit or a perspective."""
        driver, draft = sender(body), metadata_of(view).draft
        fields, place = workflow_of(view, driver.user), channel_of(view)
        try:
            posted = await self._services.post(driver, draft, place, fields)
        except NothingChanged as error:
            return await self._unchanged(error.number, ack, body, client)
        if posted.is_delayed:
            await ack(response_action="update", view=saved_for_later(posted.decision))
        else:
            await ack_closing(ack, view)
        self._background.start(self._say_where(body, posted), body)
        refreshed = self._home.refresh_for(client, posted.decision, driver)
        return self._background.start(refreshed, body)

    async def show_result(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Show the result of what is answered so far."""
        await self._save_entered(body)
        await ack()
        self._background.start(self._turn_to(body, client, self._services.drafts.result), body)

    async def go_on(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Ask more questions after the result."""
        await self._save_entered(body)
        await ack()
        self._background.start(self._turn_to(body, client, self._services.drafts.further), body)

    async def back(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Show the page before; from the change of an answer, the result without it."""
        view, drafts = body["view"], self._services.drafts
        trail = metadata_of(view).trail
        turned = drafts.result
        if view["callback_id"] != Modal.CHANGE:
            await self._save_entered(body)
            turned = partial(drafts.previous_page, trail=trail)
        await ack()
        self._background.start(self._turn_to(body, client, turned), body)

    async def change(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Show the question whose answer is to be changed."""
        question = value_pressed(action_of(body))
        await self._save_entered(body)
        await ack()
        turned = partial(self._services.drafts.change_page, question=question)
        self._background.start(self._turn_to(body, client, turned), body)

    async def start_from(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Fill in the answers of an example, and show the result."""
        example = value_pressed(action_of(body))
        await ack()
        turned = partial(self._services.drafts.start_from, example_id=example)
        self._background.start(self._turn_to(body, client, turned), body)

    async def choose_review(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Show the date field if a date is to be picked, and hide it otherwise."""
        await self._save_entered(body)
        await ack()
        if lacks_review_day(body["view"]):
            self._background.start(self._turn_to(body, client, self._services.drafts.result), body)

    async def _save_entered(self, body: Body) -> None:
        view, driver = body["view"], sender(body)
        fields = entered_fields(view, driver.user)
        draft = metadata_of(view).draft
        await self._services.drafts.save_entered(driver, draft, choices_of(view), fields)

    async def _unchanged(
        self, number: int, ack: AsyncAck, body: Body, client: AsyncWebClient
    ) -> None:
        view = notice_modal("Nothing changed", nothing_changed(number))
        await ack(response_action="update", view=view)
        self._background.start(self._home.refresh(client, sender(body)), body)

    async def _say_where(self, body: Body, posted: Posted) -> None:
        """Say where a decision appears if not where it was started; warn of outsiders."""
        if posted.is_elsewhere:
            await respond_privately(body, posted_elsewhere(posted.decision))
        await self._replies.warn_of_outsiders(body, posted.decision)

    async def _turn_to(
        self, body: Body, client: AsyncWebClient, turned: Callable[[Person, str], Awaitable[Page]]
    ) -> None:
        view = body["view"]
        at = metadata_of(view)
        page = await turned(sender(body), at.draft)
        shown = await page_view(self._services, page, at.response_url)
        await update_view(client, view, shown)


class DraftHandlers:
    """Starts, resumes and discards drafts."""

    def __init__(self, services: Services, home: HomeTab, background: BackgroundTasks) -> None:
        """Handle the buttons; `home` has some of them."""
        self._services = services
        self._replies = EphemeralReplies(services)
        self._home = home
        self._background = background

    async def start(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open a new questionnaire; from App Home it has no channel yet."""
        await ack()
        self._background.start(self._start(body, client), body)

    async def resume(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open a draft at the page where it was left."""
        await ack()
        self._background.start(self._resume(body, client), body)

    async def discard(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Discard a draft, and show those that are left."""
        draft, _ = draft_discarded(action_of(body))
        await self._services.drafts.discard(sender(body), draft)
        await ack()
        self._background.start(self._show_rest(body, client), body)

    async def _start(self, body: Body, client: AsyncWebClient) -> None:
        driver, playbook = sender(body), str(action_of(body).get("value"))
        place = place_of_message(body)
        page = await self._services.drafts.start(driver, place, playbook_id=playbook)
        await open_page(self._services, client, body, page)
        await remove_message(body)
        await self._home.refresh(client, driver)

    async def _resume(self, body: Body, client: AsyncWebClient) -> None:
        draft, place = str(action_of(body).get("value")), place_of_message(body)
        page = await self._services.drafts.resume(sender(body), draft, place)
        await open_page(self._services, client, body, page)
        await remove_message(body)

    async def _show_rest(self, body: Body, client: AsyncWebClient) -> None:
        self._home.saw(body)
        if "response_url" in body:
            await self._offer_rest(body)
        await self._home.refresh(client, sender(body))

    async def _offer_rest(self, body: Body) -> None:
        """Replace the offer to resume by one of the drafts that are left."""
        _, offered = draft_discarded(action_of(body))
        known = self._services.playbooks.titles()
        playbook = offered if offered in known else next(iter(known))
        drafts = await self._services.drafts.resumable(sender(body), playbook)
        if not drafts:
            await self._replies.say(body, DISCARDED, replace=True)
            return
        await self._replies.replace(body, resume_offer(drafts, playbook))


class ShortcutHandlers:
    """Opens a questionnaire; a message's text becomes the problem."""

    def __init__(self, services: Services, background: BackgroundTasks) -> None:
        """Handle the shortcuts."""
        self._services = services
        self._background = background
        self._permalinks = services.permalinks()

    async def open(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the questionnaire."""
        await ack()
        self._background.start(self._open(body, client), body)

    async def _open(self, body: Body, client: AsyncWebClient) -> None:
        driver, text = sender(body), text_of_message(body)
        names = await self._services.people.names(driver.workspace, mentioned_users(text))
        page = await self._services.drafts.start(
            driver, place_of_message(body), problem=readable_text(text, names)
        )
        await open_page(self._services, client, body, page)
        await self._store_link(page.draft, body, client)

    async def _store_link(self, draft: Draft, body: Body, client: AsyncWebClient) -> None:
        """Store the link to the message that a draft was made from, if Slack gives one."""
        message = message_acted_on(body)
        if message is None:
            return
        ref = MessageRef(*message)
        link = (await self._permalinks.fetch(client, [ref])).get(ref)
        if link is not None:
            source = Source(ref.channel, link)
            await self._services.drafts.set_source(draft.driver, draft.id, source)


def register(app: AsyncApp, services: Services, home: HomeTab, background: BackgroundTasks) -> None:
    """Attach the handlers."""
    _register_pages(app, QuestionnaireHandlers(services, home, background))
    drafts = DraftHandlers(services, home, background)
    app.action(re.compile(f"^{Action.START}:"))(drafts.start)
    app.action(Action.RESUME)(drafts.resume)
    app.action(Action.DISCARD)(drafts.discard)
    shortcuts = ShortcutHandlers(services, background)
    app.shortcut(Shortcut.DECIDE_FROM_MESSAGE)(shortcuts.open)
    app.shortcut(Shortcut.START)(shortcuts.open)


def _register_pages(app: AsyncApp, pages: QuestionnaireHandlers) -> None:
    app.view(Modal.QUESTIONS)(pages.answer)
    app.view(Modal.CHANGE)(pages.answer)
    app.view(Modal.RESULT)(pages.post)
    questions = re.compile(f"^{QUESTION_PREFIX}")
    app.action({"block_id": questions, "action_id": Action.ANSWER})(pages.choose)
    app.action({"block_id": Block.REVIEW_CHOICE, "action_id": Action.ANSWER})(pages.choose_review)
    app.action(Action.BACK)(pages.back)
    app.action(Action.SHOW_RESULT)(pages.show_result)
    app.action(Action.GO_ON)(pages.go_on)
    app.action(re.compile(f"^({Action.CHANGE}:|{Action.CHANGE_OTHER}$)"))(pages.change)
    app.action(Action.EXAMPLE)(pages.start_from)
