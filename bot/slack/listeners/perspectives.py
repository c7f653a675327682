"""Perspectives of a decision: added blind, asked for, and waited for."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.decisions.errors import NobodyToAsk
from bot.slack.errands import Errands
from bot.slack.forms import FieldError, decision_metadata_of, people_of
from bot.slack.homes import Homes
from bot.slack.ids import Action, Block, Modal
from bot.slack.listeners.opening import open_modal
from bot.slack.payloads import place_of_message, who
from bot.slack.presses import decision_of, pressed
from bot.slack.responses import PrivateAnswers
from bot.slack.views.asking import nudged, wished
from bot.slack.views.notices import NOBODY_TO_ASK


class PerspectiveListeners:
    """Opens a person's own questionnaire; asks others for theirs."""

    def __init__(self, desk: Desk, homes: Homes, errands: Errands) -> None:
        """Make the listeners of perspectives; `homes` shows who is asked for one."""
        self._desk = desk
        self._answers = PrivateAnswers(desk)
        self._homes = homes
        self._errands = errands

    async def add(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the questionnaire for the person's own perspective."""
        await ack()
        self._errands.begin(self._add(body, client), body)

    async def ask(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Ask the people chosen for their perspective."""
        number, people = decision_metadata_of(view), people_of(view)
        try:
            wishes = await self._desk.perspectives.ask(who(body), number, people)
        except NobodyToAsk as error:
            raise FieldError(Block.PEOPLE, NOBODY_TO_ASK) from error
        await ack()
        self._errands.begin(self._answers.say(body, wished(wishes)), body)
        self._errands.begin(self._homes.refresh(client, who(body).workspace, *people), body)

    async def nudge(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Remind those who have not answered."""
        number = decision_of(pressed(body))
        people = await self._desk.perspectives.nudge(who(body), number)
        await ack()
        self._errands.begin(self._answers.say(body, nudged(people)), body)

    async def _add(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        number, place = decision_of(pressed(body)), place_of_message(body)
        page = await self._desk.perspectives.begin(who(body), place, number)
        await open_modal(self._desk, client, body, page)


def register(app: AsyncApp, desk: Desk, homes: Homes, errands: Errands) -> None:
    """Attach the listeners of perspectives."""
    listeners = PerspectiveListeners(desk, homes, errands)
    app.action(Action.ADD_VIEW)(listeners.add)
    app.action(Action.NUDGE)(listeners.nudge)
    app.view(Modal.ASK)(listeners.ask)
