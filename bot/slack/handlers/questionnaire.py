"""The questionnaire's pages: submitted, or turned back."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.errors import NothingChanged
from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.external_users import ExternalUserWarning
from bot.slack.handlers.modals import page_view, update_view
from bot.slack.home import HomeTab
from bot.slack.views.notices import nothing_changed, saved_for_later
from bot.slackkit.forms import answers_of, destination_of, workflow_of
from bot.slackkit.ids import Action, Modal
from bot.slackkit.message import notice_modal
from bot.slackkit.metadata import metadata_of
from bot.slackkit.payloads import sender


class QuestionnaireHandlers:
    """Keeps what a page says before acking with the next page."""

    def __init__(self, services: Services, homes: HomeTab, background: BackgroundTasks) -> None:
        """Make the listeners of the questionnaire's modals; `homes` shows what they change."""
        self._services = services
        self._homes = homes
        self._background = background
        self._outsiders = ExternalUserWarning(services)

    async def describe(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Keep the first page."""
        driver = sender(body)
        workflow = workflow_of(view, driver.user)
        page = await self._services.drafts.describe(driver, metadata_of(view).draft, workflow)
        await ack(response_action="update", view=await page_view(self._services, page))
        refreshed = self._homes.refresh(client, driver.workspace, driver.user)
        self._background.begin(refreshed, body)

    async def answer(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Keep a page of answers."""
        at = metadata_of(view)
        page = await self._services.drafts.answer(sender(body), at.draft, at.step, answers_of(view))
        await ack(response_action="update", view=await page_view(self._services, page))

    async def post(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Log the decision and send it on its way."""
        driver, draft = sender(body), metadata_of(view).draft
        origin = await self._services.drafts.origin_of(driver, draft)
        try:
            posted = await self._services.post(driver, draft, destination_of(view, origin))
        except NothingChanged as error:
            return await self._unchanged(error.number, ack, body, client)
        if posted.held_up:
            await ack(response_action="update", view=saved_for_later(posted.decision))
        else:
            await ack()
        self._background.begin(self._outsiders.tell(body, posted.decision), body)
        refreshed = self._homes.refresh_for(client, posted.decision, driver.user)
        return self._background.begin(refreshed, body)

    async def _unchanged(
        self, number: int, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        view = notice_modal("Nothing changed", nothing_changed(number))
        await ack(response_action="update", view=view)
        driver = sender(body)
        refreshed = self._homes.refresh(client, driver.workspace, driver.user)
        self._background.begin(refreshed, body)

    async def back(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Keep what a page says, and show the page before."""
        view = body["view"]
        if answers := answers_of(view):
            await self._services.drafts.keep(sender(body), metadata_of(view).draft, answers)
        await ack()
        self._background.begin(self._turn_back(body, client), body)

    async def _turn_back(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        view = body["view"]
        at = metadata_of(view)
        page = await self._services.drafts.turn_back(sender(body), at.draft, at.step)
        await update_view(client, view, await page_view(self._services, page))


def register(
    app: AsyncApp, services: Services, homes: HomeTab, background: BackgroundTasks
) -> None:
    """Attach the listeners of the questionnaire's modals."""
    questionnaire = QuestionnaireHandlers(services, homes, background)
    app.view(Modal.QUESTIONS)(questionnaire.answer)
    app.view(Modal.WORKFLOW)(questionnaire.describe)
    app.view(Modal.REVIEW)(questionnaire.post)
    app.action(Action.BACK)(questionnaire.back)
