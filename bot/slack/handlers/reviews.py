"""Reviews: the buttons of the question how a decision went, and the modal behind them."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.transitions import DecisionAction
from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.modals import open_view
from bot.slack.home import HomeTab
from bot.slack.views.review import review_modal
from bot.slackkit.forms import review_outcome_of
from bot.slackkit.ids import Action, Modal
from bot.slackkit.metadata import decision_metadata_of
from bot.slackkit.payloads import action_of, decision_of, outcome_pressed, sender


class ReviewHandlers:
    """Takes what deciders say about how a decision went."""

    def __init__(self, services: Services, homes: HomeTab, background: BackgroundTasks) -> None:
        """Make the listeners of reviews; `homes` shows App Home, where some are asked for."""
        self._services = services
        self._homes = homes
        self._background = background

    async def open(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the modal."""
        await ack()
        self._homes.pressed(body)
        self._background.begin(self._open(body, client), body)

    async def submit(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Keep the answer, and show App Home, where it may have been asked for, without it."""
        number, (outcome, note) = decision_metadata_of(view).decision, review_outcome_of(view)
        await self._services.reviews.review(sender(body), number, outcome, note)
        await ack()
        actor = sender(body)
        self._background.begin(self._homes.refresh(client, actor.workspace, actor.user), body)

    async def _open(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        actor, action = sender(body), action_of(body)
        decision = await self._services.decisions.ready_for(
            actor, decision_of(action), DecisionAction.REVIEW
        )
        engine = await self._services.playbooks.of(decision)
        view = review_modal(decision, engine.playbook, actor.user, outcome_pressed(action))
        await open_view(client, body, view)


def register(
    app: AsyncApp, services: Services, homes: HomeTab, background: BackgroundTasks
) -> None:
    """Attach the listeners of reviews."""
    reviews = ReviewHandlers(services, homes, background)
    app.action(re.compile(f"^{Action.OUTCOME}(:|$)"))(reviews.open)
    app.view(Modal.OUTCOME)(reviews.submit)
