"""Reviews: the buttons of the question how a decision went, and the modal behind them."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.decisions.moves import Move
from bot.slack.errands import Errands
from bot.slack.forms import decision_metadata_of, outcome_of
from bot.slack.homes import Homes
from bot.slack.ids import Action, Modal
from bot.slack.listeners.opening import open_view
from bot.slack.payloads import who
from bot.slack.presses import decision_of, outcome_pressed, pressed
from bot.slack.views.review import review_modal


class Reviews:
    """Takes what deciders say about how a decision went."""

    def __init__(self, desk: Desk, homes: Homes, errands: Errands) -> None:
        """Make the listeners of reviews; `homes` shows App Home, where some are asked for."""
        self._desk = desk
        self._homes = homes
        self._errands = errands

    async def open(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the modal."""
        await ack()
        self._homes.pressed(body)
        self._errands.begin(self._open(body, client), body)

    async def submit(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Keep the answer, and show App Home, where it may have been asked for, without it."""
        number, (outcome, note) = decision_metadata_of(view), outcome_of(view)
        await self._desk.reviewing.review(who(body), number, outcome, note)
        await ack()
        actor = who(body)
        self._errands.begin(self._homes.refresh(client, actor.workspace, actor.user), body)

    async def _open(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        actor, action = who(body), pressed(body)
        decision = await self._desk.deciding.ready_for(actor, decision_of(action), Move.REVIEW)
        engine = await self._desk.editions.of(decision)
        view = review_modal(decision, engine.playbook, actor.user, outcome_pressed(action))
        await open_view(client, body, view)


def register(app: AsyncApp, desk: Desk, homes: Homes, errands: Errands) -> None:
    """Attach the listeners of reviews."""
    reviews = Reviews(desk, homes, errands)
    app.action(re.compile(f"^{Action.OUTCOME}(:|$)"))(reviews.open)
    app.view(Modal.OUTCOME)(reviews.submit)
