"""The questionnaire: opened by shortcuts and buttons, its pages, and the drafts left behind."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.access import MessageRef
from bot.decisions.errors import NothingChanged
from bot.decisions.model import Draft, Source
from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.modals import open_page, page_view, update_view
from bot.slack.home import HomeTab
from bot.slack.replies import EphemeralReplies
from bot.slack.views.drafts import DISCARDED, resume_offer
from bot.slack.views.notices import nothing_changed, saved_for_later
from bot.slackkit.forms import answers_of, choices_of, destination_of, workflow_of
from bot.slackkit.ids import Action, Modal, Shortcut
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
)
from bot.slackkit.permalinks import Permalinks

Body = dict[str, Any]


class QuestionnaireHandlers:
    """Stores each page that is submitted, and acks with the next one."""

    def __init__(self, services: Services, home: HomeTab, background: BackgroundTasks) -> None:
        """Handle the modals; `home` lists drafts and decisions."""
        self._services = services
        self._replies = EphemeralReplies(services)
        self._home = home
        self._background = background

    async def describe(self, ack: AsyncAck, body: Body, view: Body, client: AsyncWebClient) -> None:
        """Store the first page."""
        driver = sender(body)
        workflow = workflow_of(view, driver.user)
        page = await self._services.drafts.describe(driver, metadata_of(view).draft, workflow)
        await ack(response_action="update", view=await page_view(self._services, page))
        self._background.start(self._home.refresh(client, driver), body)

    async def answer(self, ack: AsyncAck, body: Body, view: Body) -> None:
        """Store a page of answers."""
        at = metadata_of(view)
        page = await self._services.drafts.answer(sender(body), at.draft, at.step, answers_of(view))
        await ack(response_action="update", view=await page_view(self._services, page))

    async def post(self, ack: AsyncAck, body: Body, view: Body, client: AsyncWebClient) -> None:
        """Post the decision, or finish an edit or a perspective."""
        driver, draft = sender(body), metadata_of(view).draft
        origin = await self._services.drafts.origin_of(driver, draft)
        try:
            posted = await self._services.post(driver, draft, destination_of(view, origin))
        except NothingChanged as error:
            return await self._unchanged(error.number, ack, body, client)
        if posted.is_delayed:
            await ack(response_action="update", view=saved_for_later(posted.decision))
        else:
            await ack()
        self._background.start(self._replies.warn_of_outsiders(body, posted.decision), body)
        refreshed = self._home.refresh_for(client, posted.decision, driver)
        return self._background.start(refreshed, body)

    async def back(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Store a page's answers, and show the page before."""
        view = body["view"]
        if answers := choices_of(view):
            await self._services.drafts.save_answers(sender(body), metadata_of(view).draft, answers)
        await ack()
        self._background.start(self._turn_back(body, client), body)

    async def _unchanged(
        self, number: int, ack: AsyncAck, body: Body, client: AsyncWebClient
    ) -> None:
        view = notice_modal("Nothing changed", nothing_changed(number))
        await ack(response_action="update", view=view)
        self._background.start(self._home.refresh(client, sender(body)), body)

    async def _turn_back(self, body: Body, client: AsyncWebClient) -> None:
        view = body["view"]
        at = metadata_of(view)
        page = await self._services.drafts.previous_page(sender(body), at.draft, at.step)
        await update_view(client, view, await page_view(self._services, page))


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
        await self._home.refresh(client, driver)

    async def _resume(self, body: Body, client: AsyncWebClient) -> None:
        draft, place = str(action_of(body).get("value")), place_of_message(body)
        page = await self._services.drafts.resume(sender(body), draft, place)
        await open_page(self._services, client, body, page)

    async def _show_rest(self, body: Body, client: AsyncWebClient) -> None:
        self._home.saw(body)
        if "response_url" in body:
            await self._offer_rest(body)
        await self._home.refresh(client, sender(body))

    async def _offer_rest(self, body: Body) -> None:
        """Replace the offer to resume by one of the drafts that are left."""
        drafts = await self._services.drafts.resumable(sender(body))
        if not drafts:
            await self._replies.say(body, DISCARDED, replace=True)
            return
        _, offered = draft_discarded(action_of(body))
        known = self._services.playbooks.titles()
        playbook = offered if offered in known else next(iter(known))
        await self._replies.replace(body, resume_offer(drafts, playbook))


class ShortcutHandlers:
    """Opens a questionnaire; a message's text becomes the problem."""

    def __init__(self, services: Services, background: BackgroundTasks) -> None:
        """Handle the shortcuts."""
        self._services = services
        self._background = background
        self._permalinks = Permalinks()

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
        link = (await self._permalinks.of(client, [ref])).get(ref)
        if link is not None:
            source = Source(ref.channel, link)
            await self._services.drafts.set_source(draft.driver, draft.id, source)


def register(app: AsyncApp, services: Services, home: HomeTab, background: BackgroundTasks) -> None:
    """Attach the handlers."""
    pages = QuestionnaireHandlers(services, home, background)
    app.view(Modal.QUESTIONS)(pages.answer)
    app.view(Modal.WORKFLOW)(pages.describe)
    app.view(Modal.REVIEW)(pages.post)
    app.action(Action.BACK)(pages.back)
    drafts = DraftHandlers(services, home, background)
    app.action(re.compile(f"^{Action.START}:"))(drafts.start)
    app.action(Action.RESUME)(drafts.resume)
    app.action(Action.DISCARD)(drafts.discard)
    shortcuts = ShortcutHandlers(services, background)
    app.shortcut(Shortcut.DECIDE_FROM_MESSAGE)(shortcuts.open)
    app.shortcut(Shortcut.START)(shortcuts.open)
