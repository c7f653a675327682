"""Views of teammates: adding one's own, asking others, reminding them."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.errors import NobodyToAsk
from bot.decisions.model import Person
from bot.decisions.transitions import DecisionAction
from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.modals import open_view, page_view, update_view
from bot.slack.home import HomeTab
from bot.slack.replies import EphemeralReplies
from bot.slack.views.notices import NOBODY_TO_ASK, leave_out
from bot.slack.views.perspectives import (
    nudges_sent,
    view_form_modal,
    view_request_modal,
    view_requests_sent,
)
from bot.slackkit.forms import FieldError, people_chosen, view_given
from bot.slackkit.ids import Action, Block, Modal
from bot.slackkit.metadata import decision_metadata_of, opened_in, place_of_modal
from bot.slackkit.payloads import action_of, decision_of, place_of_message, sender

Body = dict[str, Any]


class ViewHandlers:
    """Handles the page on which a person gives their view."""

    def __init__(self, services: Services, home: HomeTab, background: BackgroundTasks) -> None:
        """Handle views; `home` lists the requests for one."""
        self._services = services
        self._home = home
        self._background = background

    async def add(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the page."""
        await ack()
        self._background.start(self._add(body, client), body)

    async def give(self, ack: AsyncAck, body: Body, view: Body, client: AsyncWebClient) -> None:
        """Save the view."""
        person, number = sender(body), decision_metadata_of(view).decision
        decision = await self._services.perspectives.give(
            person, number, view_given(view), place_of_modal(view)
        )
        await ack()
        refreshed = self._home.refresh_for(client, decision, person)
        self._background.start(refreshed, body)

    async def answer_all(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Go on to the whole questionnaire, with what is filled in so far."""
        view = body["view"]
        number = decision_metadata_of(view).decision
        page = await self._services.perspectives.begin(
            sender(body), place_of_modal(view), number, view_given(view)
        )
        await ack()
        shown = await page_view(self._services, page)
        self._background.start(update_view(client, view, shown), body)

    async def _add(self, body: Body, client: AsyncWebClient) -> None:
        number, place = decision_of(action_of(body)), place_of_message(body)
        form = await self._services.perspectives.form(sender(body), place, number)
        scope = await self._services.people.cached_scope(sender(body), place)
        await open_view(client, body, opened_in(view_form_modal(form), scope.here))


class ViewRequestHandlers:
    """Handles requests for views, and reminders."""

    def __init__(self, services: Services, home: HomeTab, background: BackgroundTasks) -> None:
        """Handle requests; `home` lists them."""
        self._services = services
        self._replies = EphemeralReplies(services)
        self._home = home
        self._background = background

    async def chosen(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Say at once which of the people chosen can't be asked."""
        await ack()
        self._background.start(self._warn(body, client), body)

    async def ask(self, ack: AsyncAck, body: Body, view: Body, client: AsyncWebClient) -> None:
        """Ask the people chosen for their view."""
        actor, number = sender(body), decision_metadata_of(view).decision
        people = await self._colleagues(actor, people_chosen(view))
        try:
            asked = await self._services.perspectives.ask(
                actor, number, people, place_of_modal(view)
            )
        except NobodyToAsk as error:
            raise FieldError(Block.PEOPLE, NOBODY_TO_ASK) from error
        await ack()
        self._background.start(self._replies.say(body, view_requests_sent(asked)), body)
        refreshed = self._home.refresh(client, *(Person(actor.workspace, user) for user in people))
        self._background.start(refreshed, body)

    async def nudge(self, ack: AsyncAck, body: Body) -> None:
        """Remind the people who were asked and have not answered."""
        number = decision_of(action_of(body))
        place = place_of_message(body)
        people = await self._services.perspectives.nudge(sender(body), number, place)
        await ack()
        self._background.start(self._replies.say(body, nudges_sent(people)), body)

    async def _colleagues(self, actor: Person, users: tuple[str, ...]) -> tuple[str, ...]:
        """Return the users, if nobody is known to belong to another company.

        Raises:
            FieldError: one of them does.
        """
        people, workspace = self._services.people, actor.workspace
        outsiders = await people.cached_outsiders(workspace, users)
        if outsiders:
            names = await people.names(workspace, outsiders)
            raise FieldError(Block.PEOPLE, leave_out([names.get(each, each) for each in outsiders]))
        return users

    async def _warn(self, body: Body, client: AsyncWebClient) -> None:
        actor, view = sender(body), body["view"]
        about = decision_metadata_of(view)
        users = [str(each) for each in action_of(body).get("selected_users") or ()]
        outsiders = await self._services.people.outsiders(actor.workspace, users)
        decision = await self._services.decisions.find_for(
            actor, about.decision, DecisionAction.ASK, place_of_modal(view)
        )
        shown = opened_in(view_request_modal(decision, about.response_url, outsiders), about.here)
        if len(shown["blocks"]) != len(view["blocks"]) or outsiders:
            await update_view(client, view, shown)


def register(app: AsyncApp, services: Services, home: HomeTab, background: BackgroundTasks) -> None:
    """Attach the handlers."""
    views = ViewHandlers(services, home, background)
    app.action(Action.ADD_VIEW)(views.add)
    app.action(Action.ANSWER_ALL)(views.answer_all)
    app.view(Modal.VIEW)(views.give)
    requests = ViewRequestHandlers(services, home, background)
    app.action({"block_id": Block.PEOPLE, "action_id": Action.ANSWER})(requests.chosen)
    app.action(Action.NUDGE)(requests.nudge)
    app.view(Modal.ASK)(requests.ask)
