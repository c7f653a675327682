"""Deciding: an announcement's buttons and menu, and the modals behind them."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.errors import AlreadyClosed, EditedMeanwhile
from bot.decisions.model import Decision
from bot.decisions.transitions import DecisionAction
from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.external_users import ExternalUserWarning
from bot.slack.handlers.modals import open_page, open_view
from bot.slack.handlers.search import SearchHandlers
from bot.slack.home import HomeTab
from bot.slack.views.decide import hand_over_modal, override_modal, withdraw_modal
from bot.slack.views.perspectives import view_request_modal
from bot.slack.views.review import review_modal
from bot.slackkit.forms import deciders_of, override_of, reason_of
from bot.slackkit.ids import Action, Modal
from bot.slackkit.metadata import decision_metadata_of, response_url_of
from bot.slackkit.payloads import (
    action_of,
    decision_of,
    fingerprint_of,
    menu_choice,
    message_ref_of,
    place_of_message,
    sender,
)


class DecisionHandlers:
    """Moves a decision on; the desk says who may."""

    def __init__(
        self, services: Services, homes: HomeTab, background: BackgroundTasks, found: SearchHandlers
    ) -> None:
        """Make the listeners of an announcement's buttons.

        Args:
            services: the use cases.
            homes: App Home, where decisions are shown that move on.
            background: what goes on after an ack.
            found: exports records.
        """
        self._services = services
        self._homes = homes
        self._background = background
        self._outsiders = ExternalUserWarning(services)
        self._found = found

    async def accept(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Accept the recommendation."""
        await self._learn(body)
        number, seen = decision_of(action_of(body)), fingerprint_of(action_of(body))
        try:
            accepted = await self._services.decisions.accept(sender(body), number, seen)
        except (AlreadyClosed, EditedMeanwhile):
            self._refresh(body, client)
            raise
        await ack()
        self._moved(accepted, body, client)

    async def open_override(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Open the modal to choose differently."""
        await ack()
        number = decision_of(action_of(body))
        self._background.begin(self._open(DecisionAction.OVERRIDE, number, body, client), body)

    async def menu(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open what was chosen in the menu, or export the record."""
        await ack()
        move, number = menu_choice(action_of(body))
        if move is None:
            return self._found.begin_export(number, body, client)
        return self._background.begin(self._open(move, number, body, client), body)

    async def open_ask(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the modal to ask others for their view."""
        await ack()
        number = decision_of(action_of(body))
        self._background.begin(self._open(DecisionAction.ASK, number, body, client), body)

    async def override(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Choose differently."""
        about, (option, reason) = decision_metadata_of(view), override_of(view)
        moved = await self._services.decisions.override(
            sender(body), about.decision, option, reason, about.against
        )
        await ack()
        self._moved(moved, body, client)

    async def withdraw(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Take the decision back."""
        number = decision_metadata_of(view).decision
        moved = await self._services.decisions.withdraw(sender(body), number, reason_of(view))
        await ack()
        self._moved(moved, body, client)

    async def hand_over(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Hand the decision over to others."""
        number = decision_metadata_of(view).decision
        moved = await self._services.decisions.hand_over(sender(body), number, deciders_of(view))
        await ack()
        self._moved(moved, body, client)
        self._background.begin(self._outsiders.tell(body, moved), body)

    def _moved(self, decision: Decision, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Have the decision shown as it is now on the pages of its people, and of who moved it."""
        refreshed = self._homes.refresh_for(client, decision, sender(body).user)
        self._background.begin(refreshed, body)

    def _refresh(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Have the page of whoever pressed shown as it is now."""
        actor = sender(body)
        self._background.begin(self._homes.refresh(client, actor.workspace, actor.user), body)

    async def _learn(self, body: dict[str, Any]) -> None:
        """A press shows where the announcement stands, or that somebody has App Home open."""
        self._homes.pressed(body)
        if (at := message_ref_of(body)) is not None:
            number, place = decision_of(action_of(body)), place_of_message(body)
            called = place.name if place else ""
            await self._services.decisions.pressed_at(sender(body), number, *at, called)

    async def _open(
        self, move: DecisionAction, number: int, body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        await self._learn(body)
        deciding, actor = self._services.decisions, sender(body)
        if move is DecisionAction.EDIT:
            page = await deciding.begin_edit(actor, number)
            return await open_page(self._services, client, body, page)
        if move is DecisionAction.SUPERSEDE:
            page = await deciding.begin_supersede(actor, number, place_of_message(body))
            return await open_page(self._services, client, body, page)
        view = await self._modal(move, number, body)
        return await open_view(client, body, view)

    async def _modal(
        self, move: DecisionAction, number: int, body: dict[str, Any]
    ) -> dict[str, Any]:
        actor = sender(body)
        decision = await self._services.decisions.ready_for(actor, number, move)
        if move is DecisionAction.WITHDRAW:
            return withdraw_modal(decision)
        if move is DecisionAction.HAND_OVER:
            return hand_over_modal(decision, actor.user)
        engine = await self._services.playbooks.of(decision)
        if move is DecisionAction.ASK:
            return view_request_modal(decision, response_url_of(body))
        if move is DecisionAction.REVIEW:
            return review_modal(decision, engine.playbook, actor.user)
        return override_modal(decision, engine.playbook)


def register(
    app: AsyncApp,
    services: Services,
    homes: HomeTab,
    background: BackgroundTasks,
    found: SearchHandlers,
) -> None:
    """Attach the listeners of an announcement's buttons."""
    listeners = DecisionHandlers(services, homes, background, found)
    app.action(Action.ACCEPT)(listeners.accept)
    app.action(Action.OVERRIDE)(listeners.open_override)
    app.action(Action.ASK)(listeners.open_ask)
    app.action(Action.MENU)(listeners.menu)
    app.view(Modal.OVERRIDE)(listeners.override)
    app.view(Modal.WITHDRAW)(listeners.withdraw)
    app.view(Modal.HAND_OVER)(listeners.hand_over)
