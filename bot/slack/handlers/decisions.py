"""The buttons, the menu and the modals of a decision: decide, review."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.errors import ActionNotPossible, EditedMeanwhile
from bot.decisions.model import Decision
from bot.decisions.transitions import DecisionAction
from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.modals import ack_closing, open_page, open_view
from bot.slack.handlers.search import SearchHandlers
from bot.slack.home import HomeTab
from bot.slack.replies import EphemeralReplies
from bot.slack.views.decide import hand_over_modal, override_modal, withdraw_modal
from bot.slack.views.perspectives import view_request_modal
from bot.slack.views.review import review_modal
from bot.slackkit.forms import (
    deciders_of,
    override_of,
    reason_of,
    review_outcome_of,
)
from bot.slackkit.ids import Action, Modal
from bot.slackkit.metadata import (
    decision_metadata_of,
    opened_in,
    place_of_modal,
    reads_in_modal,
    response_url_of,
)
from bot.slackkit.payloads import (
    action_of,
    decision_of,
    fingerprint_of,
    menu_choice,
    message_ref_of,
    outcome_pressed,
    place_of_message,
    sender,
)

Body = dict[str, Any]


class DecisionHandlers:
    """Handles what deciders and drivers do with a decision."""

    def __init__(
        self, services: Services, home: HomeTab, background: BackgroundTasks, search: SearchHandlers
    ) -> None:
        self._services = services
        self._home = home
        self._background = background
        self._search = search
        self._replies = EphemeralReplies(services)

    async def accept(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Accept the recommendation."""
        self._note_press(body)
        number, seen = decision_of(action_of(body)), fingerprint_of(action_of(body))
        try:
            place = place_of_message(body)
            accepted = await self._services.decisions.accept(sender(body), number, seen, place)
        except (ActionNotPossible, EditedMeanwhile):
            self._background.start(self._home.refresh(client, sender(body)), body)
            raise
        await ack()
        self._refresh(accepted, body, client)
        if reads_in_modal(body):
            self._search.start_show(number, body, client)

    async def open_override(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the modal to choose differently."""
        await ack()
        number = decision_of(action_of(body))
        self._background.start(self._open(DecisionAction.OVERRIDE, number, body, client), body)

    async def open_edit(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the questionnaire to edit the answers."""
        await ack()
        number = decision_of(action_of(body))
        self._background.start(self._open(DecisionAction.EDIT, number, body, client), body)

    async def menu(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the modal chosen in the menu, or export the record."""
        await ack()
        action, number = menu_choice(action_of(body))
        if action is None:
            return self._search.start_export(number, body, client)
        return self._background.start(self._open(action, number, body, client), body)

    async def override(self, ack: AsyncAck, body: Body, view: Body, client: AsyncWebClient) -> None:
        """Choose differently."""
        about, (option, reason) = decision_metadata_of(view), override_of(view)
        changed = await self._services.decisions.override(
            sender(body), about.decision, option, reason, about.against, place_of_modal(view)
        )
        await ack_closing(ack, view)
        self._refresh(changed, body, client)

    async def withdraw(self, ack: AsyncAck, body: Body, view: Body, client: AsyncWebClient) -> None:
        """Withdraw the decision."""
        number, reason = decision_metadata_of(view).decision, reason_of(view)
        changed = await self._services.decisions.withdraw(
            sender(body), number, reason, place_of_modal(view)
        )
        await ack_closing(ack, view)
        self._refresh(changed, body, client)

    async def hand_over(
        self, ack: AsyncAck, body: Body, view: Body, client: AsyncWebClient
    ) -> None:
        """Hand the decision over to other deciders."""
        number, deciders = decision_metadata_of(view).decision, deciders_of(view)
        changed = await self._services.decisions.hand_over(
            sender(body), number, deciders, place_of_modal(view)
        )
        await ack_closing(ack, view)
        self._refresh(changed, body, client)
        self._background.start(self._replies.warn_of_outsiders(body, changed), body)

    def _refresh(self, decision: Decision, body: Body, client: AsyncWebClient) -> None:
        """Refresh the Home tabs that show a changed decision."""
        refreshed = self._home.refresh_for(client, decision, sender(body))
        self._background.start(refreshed, body)

    def _note_press(self, body: Body) -> None:
        """Note, after the ack, where the announcement is, or that the person sees App Home."""
        self._home.saw(body)
        if (ref := message_ref_of(body)) is None:
            return
        number, place = decision_of(action_of(body)), place_of_message(body)
        name = place.name if place else ""
        noted = self._services.decisions.confirm_announcement(sender(body), number, *ref, name)
        self._background.start(noted, body)

    async def _open(
        self, action: DecisionAction, number: int, body: Body, client: AsyncWebClient
    ) -> None:
        self._note_press(body)
        decisions, actor = self._services.decisions, sender(body)
        if action is DecisionAction.EDIT:
            page = await decisions.begin_edit(actor, number, place_of_message(body))
            return await open_page(self._services, client, body, page)
        if action is DecisionAction.SUPERSEDE:
            page = await decisions.begin_supersede(actor, number, place_of_message(body))
            return await open_page(self._services, client, body, page)
        view = opened_in(await self._modal(action, number, body), await self._here(body))
        return await open_view(client, body, view)

    async def _here(self, body: Body) -> str | None:
        """Return the channel of a press whose decisions the person may read from there only."""
        people = self._services.people
        return (await people.cached_scope(sender(body), place_of_message(body))).here

    async def _modal(self, action: DecisionAction, number: int, body: Body) -> Body:
        actor = sender(body)
        place = place_of_message(body)
        decision = await self._services.decisions.find_for(actor, number, action, place)
        if action is DecisionAction.WITHDRAW:
            return withdraw_modal(decision)
        if action is DecisionAction.HAND_OVER:
            return hand_over_modal(decision, actor.user)
        if action is DecisionAction.ASK:
            return view_request_modal(decision, response_url_of(body))
        playbook = (await self._services.playbooks.of(decision)).playbook
        if action is DecisionAction.REVIEW:
            return review_modal(decision, playbook, actor.user)
        return override_modal(decision, playbook)


class ReviewHandlers:
    """Handles reviews: how a decision went."""

    def __init__(self, services: Services, home: HomeTab, background: BackgroundTasks) -> None:
        """Handle reviews; `home` lists those due."""
        self._services = services
        self._home = home
        self._background = background

    async def open(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the modal, with the outcome that was pressed."""
        await ack()
        self._home.saw(body)
        self._background.start(self._open(body, client), body)

    async def submit(self, ack: AsyncAck, body: Body, view: Body, client: AsyncWebClient) -> None:
        """Record the outcome."""
        number, (outcome, note) = decision_metadata_of(view).decision, review_outcome_of(view)
        place = place_of_modal(view)
        await self._services.reviews.review(sender(body), number, outcome, note, place)
        await ack()
        self._background.start(self._home.refresh(client, sender(body)), body)

    async def _open(self, body: Body, client: AsyncWebClient) -> None:
        actor, action = sender(body), action_of(body)
        decision = await self._services.decisions.find_for(
            actor, decision_of(action), DecisionAction.REVIEW, place_of_message(body)
        )
        playbook = (await self._services.playbooks.of(decision)).playbook
        view = review_modal(decision, playbook, actor.user, outcome_pressed(action))
        scope = await self._services.people.cached_scope(actor, place_of_message(body))
        await open_view(client, body, opened_in(view, scope.here))


def register(
    app: AsyncApp,
    services: Services,
    home: HomeTab,
    background: BackgroundTasks,
    search: SearchHandlers,
) -> None:
    """Attach the handlers."""
    decisions = DecisionHandlers(services, home, background, search)
    app.action(Action.ACCEPT)(decisions.accept)
    app.action(Action.OVERRIDE)(decisions.open_override)
    app.action(Action.EDIT)(decisions.open_edit)
    app.action(Action.MENU)(decisions.menu)
    app.view(Modal.OVERRIDE)(decisions.override)
    app.view(Modal.WITHDRAW)(decisions.withdraw)
    app.view(Modal.HAND_OVER)(decisions.hand_over)
    reviews = ReviewHandlers(services, home, background)
    app.action(re.compile(f"^{Action.OUTCOME}(:|$)"))(reviews.open)
    app.view(Modal.OUTCOME)(reviews.submit)
