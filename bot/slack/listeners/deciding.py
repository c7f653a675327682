"""Deciding: an announcement's buttons and menu, and the modals behind them."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.decisions.errors import AlreadySettled, EditedMeanwhile
from bot.decisions.model import Decision
from bot.decisions.moves import Move
from bot.slack.errands import Errands
from bot.slack.forms import (
    against_of,
    deciders_of,
    decision_metadata_of,
    override_of,
    reason_of,
    response_url_of,
)
from bot.slack.homes import Homes
from bot.slack.ids import Action, Modal
from bot.slack.listeners.finding import FindingListeners
from bot.slack.listeners.opening import open_modal, open_view
from bot.slack.outsiders import Outsiders
from bot.slack.payloads import place_of_message, who
from bot.slack.presses import decision_of, mark_pressed, menu_choice, message_pressed, pressed
from bot.slack.views.asking import ask_modal
from bot.slack.views.decide import hand_over_modal, override_modal, withdraw_modal
from bot.slack.views.review import review_modal


class DecidingListeners:
    """Moves a decision on; the desk says who may."""

    def __init__(self, desk: Desk, homes: Homes, errands: Errands, found: FindingListeners) -> None:
        """Make the listeners of an announcement's buttons.

        Args:
            desk: the use cases.
            homes: App Home, where decisions are shown that move on.
            errands: what goes on after an ack.
            found: exports records.
        """
        self._desk = desk
        self._homes = homes
        self._errands = errands
        self._outsiders = Outsiders(desk)
        self._found = found

    async def accept(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Accept the recommendation."""
        await self._learn(body)
        number, seen = decision_of(pressed(body)), mark_pressed(pressed(body))
        try:
            accepted = await self._desk.deciding.accept(who(body), number, seen)
        except (AlreadySettled, EditedMeanwhile):
            self._refresh(body, client)
            raise
        await ack()
        self._moved(accepted, body, client)

    async def open_override(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Open the modal to choose differently."""
        await ack()
        number = decision_of(pressed(body))
        self._errands.begin(self._open(Move.OVERRIDE, number, body, client), body)

    async def menu(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open what was chosen in the menu, or export the record."""
        await ack()
        move, number = menu_choice(pressed(body))
        if move is None:
            return self._found.begin_export(number, body, client)
        return self._errands.begin(self._open(move, number, body, client), body)

    async def open_ask(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Open the modal to ask others for their view."""
        await ack()
        number = decision_of(pressed(body))
        self._errands.begin(self._open(Move.ASK, number, body, client), body)

    async def override(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Choose differently."""
        number, (option, reason) = decision_metadata_of(view), override_of(view)
        moved = await self._desk.deciding.override(
            who(body), number, option, reason, against_of(view)
        )
        await ack()
        self._moved(moved, body, client)

    async def withdraw(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Take the decision back."""
        number = decision_metadata_of(view)
        moved = await self._desk.deciding.withdraw(who(body), number, reason_of(view))
        await ack()
        self._moved(moved, body, client)

    async def hand_over(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Hand the decision over to others."""
        number = decision_metadata_of(view)
        moved = await self._desk.deciding.hand_over(who(body), number, deciders_of(view))
        await ack()
        self._moved(moved, body, client)
        self._errands.begin(self._outsiders.tell(body, moved), body)

    def _moved(self, decision: Decision, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Have the decision shown as it is now on the pages of its people, and of who moved it."""
        refreshed = self._homes.refresh_for(client, decision, who(body).user)
        self._errands.begin(refreshed, body)

    def _refresh(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Have the page of whoever pressed shown as it is now."""
        actor = who(body)
        self._errands.begin(self._homes.refresh(client, actor.workspace, actor.user), body)

    async def _learn(self, body: dict[str, Any]) -> None:
        """A press shows where the announcement stands, or that somebody has App Home open."""
        self._homes.pressed(body)
        if (at := message_pressed(body)) is not None:
            number, place = decision_of(pressed(body)), place_of_message(body)
            called = place.name if place else ""
            await self._desk.deciding.pressed_at(who(body), number, *at, called)

    async def _open(
        self, move: Move, number: int, body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        await self._learn(body)
        deciding, actor = self._desk.deciding, who(body)
        if move is Move.EDIT:
            page = await deciding.begin_edit(actor, number)
            return await open_modal(self._desk, client, body, page)
        if move is Move.SUPERSEDE:
            page = await deciding.begin_supersede(actor, number, place_of_message(body))
            return await open_modal(self._desk, client, body, page)
        view = await self._modal(move, number, body)
        return await open_view(client, body, view)

    async def _modal(self, move: Move, number: int, body: dict[str, Any]) -> dict[str, Any]:
        actor = who(body)
        decision = await self._desk.deciding.ready_for(actor, number, move)
        if move is Move.WITHDRAW:
            return withdraw_modal(decision)
        if move is Move.HAND_OVER:
            return hand_over_modal(decision, actor.user)
        engine = await self._desk.editions.of(decision)
        if move is Move.ASK:
            return ask_modal(decision, response_url_of(body))
        if move is Move.REVIEW:
            return review_modal(decision, engine.playbook, actor.user)
        return override_modal(decision, engine.playbook)


def register(
    app: AsyncApp, desk: Desk, homes: Homes, errands: Errands, found: FindingListeners
) -> None:
    """Attach the listeners of an announcement's buttons."""
    listeners = DecidingListeners(desk, homes, errands, found)
    app.action(Action.ACCEPT)(listeners.accept)
    app.action(Action.OVERRIDE)(listeners.open_override)
    app.action(Action.ASK)(listeners.open_ask)
    app.action(Action.MENU)(listeners.menu)
    app.view(Modal.OVERRIDE)(listeners.override)
    app.view(Modal.WITHDRAW)(listeners.withdraw)
    app.view(Modal.HAND_OVER)(listeners.hand_over)
