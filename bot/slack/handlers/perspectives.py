"""Perspectives of a decision: added blind, asked for, and waited for."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.errors import NobodyToAsk
from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.modals import open_page
from bot.slack.home import HomeTab
from bot.slack.replies import EphemeralReplies
from bot.slack.views.notices import NOBODY_TO_ASK
from bot.slack.views.perspectives import nudges_sent, view_requests_sent
from bot.slackkit.forms import FieldError, people_chosen
from bot.slackkit.ids import Action, Block, Modal
from bot.slackkit.metadata import decision_metadata_of
from bot.slackkit.payloads import action_of, decision_of, place_of_message, sender


class PerspectiveHandlers:
    """Opens a person's own questionnaire; asks others for theirs."""

    def __init__(self, services: Services, homes: HomeTab, background: BackgroundTasks) -> None:
        """Make the listeners of perspectives; `homes` shows who is asked for one."""
        self._services = services
        self._answers = EphemeralReplies(services)
        self._homes = homes
        self._background = background

    async def add(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the questionnaire for the person's own perspective."""
        await ack()
        self._background.begin(self._add(body, client), body)

    async def ask(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Ask the people chosen for their perspective."""
        number, people = decision_metadata_of(view).decision, people_chosen(view)
        try:
            wishes = await self._services.perspectives.ask(sender(body), number, people)
        except NobodyToAsk as error:
            raise FieldError(Block.PEOPLE, NOBODY_TO_ASK) from error
        await ack()
        self._background.begin(self._answers.say(body, view_requests_sent(wishes)), body)
        self._background.begin(self._homes.refresh(client, sender(body).workspace, *people), body)

    async def nudge(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Remind those who have not answered."""
        number = decision_of(action_of(body))
        people = await self._services.perspectives.nudge(sender(body), number)
        await ack()
        self._background.begin(self._answers.say(body, nudges_sent(people)), body)

    async def _add(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        number, place = decision_of(action_of(body)), place_of_message(body)
        page = await self._services.perspectives.begin(sender(body), place, number)
        await open_page(self._services, client, body, page)


def register(
    app: AsyncApp, services: Services, homes: HomeTab, background: BackgroundTasks
) -> None:
    """Attach the listeners of perspectives."""
    listeners = PerspectiveHandlers(services, homes, background)
    app.action(Action.ADD_VIEW)(listeners.add)
    app.action(Action.NUDGE)(listeners.nudge)
    app.view(Modal.ASK)(listeners.ask)
