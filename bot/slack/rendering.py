"""Rendering of deliveries: each payload's message, from the data at the time of posting."""

from bot.decisions.model import Decision
from bot.digest.messages import DigestMessages
from bot.outbox.alert_views import alert_message, decider_unreachable, view_request_unreachable
from bot.outbox.model import (
    Alert,
    AllViewsNews,
    AnnouncementPost,
    DeciderMessage,
    Delivery,
    DeliveryKind,
    DigestPost,
    OpenModalOffer,
    RecommendationPost,
    Redraw,
    ReviewQuestion,
    TeamPost,
    TextNotice,
    ThreadNote,
    UnreachableNotice,
    ViewNews,
    ViewRequestMessage,
)
from bot.playbooks.model import Playbook
from bot.services.services import Services
from bot.slack.views import notices
from bot.slack.views.announcement import announcement, decider_message, thread_note
from bot.slack.views.perspectives import all_views_message, view_news_message, view_request
from bot.slack.views.recommendation import recommendation_message
from bot.slack.views.review import review_question
from bot.slack.views.team import team_message
from bot.slackkit.message import Message, sentence
from bot.slackkit.origin import with_origin

_AboutDecision = (
    AnnouncementPost
    | RecommendationPost
    | TeamPost
    | ThreadNote
    | ViewRequestMessage
    | DeciderMessage
    | ViewNews
    | AllViewsNews
    | ReviewQuestion
)


class Renderer:
    """Renders deliveries; type checking fails for a payload that no `case` handles."""

    def __init__(self, services: Services, digests: DigestMessages, command: str) -> None:
        self._services = services
        self._digests = digests
        self._command = command

    async def message(self, delivery: Delivery) -> Message:
        """Return the message of a delivery, marked with its workspace.

        Raises:
            LookupError: the decision or digest is not in the database.
        """
        return with_origin(await self._message(delivery), delivery.workspace)

    async def _message(self, delivery: Delivery) -> Message:
        payload = delivery.payload
        match payload:
            case TextNotice():
                return sentence(payload.text)
            case OpenModalOffer():
                return notices.open_again(payload.draft)
            case UnreachableNotice():
                return sentence(_unreachable(payload, delivery.decision or 0))
            case DigestPost():
                digest = await self._services.digests.content(delivery)
                return await self._digests.message(digest)
            case Alert():
                issue = await self._services.delivery_issues.reported_by(delivery)
                return alert_message(payload, issue, self._command)
            case Redraw():
                raise LookupError(f"{delivery.key} shows its parent's message")
        decision = await self._services.decision(delivery.workspace, delivery.decision or 0)
        if decision is None:
            raise LookupError(f"delivery {delivery.key} belongs to no decision")
        return await self._of_decision(decision, payload, delivery.channel)

    async def _of_decision(
        self, decision: Decision, payload: _AboutDecision, recipient: str
    ) -> Message:
        playbook = (await self._services.playbooks.of(decision)).playbook
        match payload:
            case AnnouncementPost():
                return await self._announcement(decision, playbook)
            case ThreadNote(event):
                return thread_note(event, decision, playbook)
            case RecommendationPost():
                before = await self._services.search.similar_before(decision)
                return recommendation_message(decision, playbook, before, self._command)
            case ViewRequestMessage(nudge):
                team = await self._services.perspectives.team(decision.workspace, decision.number)
                given = team.of(recipient) is not None
                return view_request(decision, nudge=nudge, given=given)
            case DeciderMessage(asked_by):
                return decider_message(decision, recipient, asked_by)
            case TeamPost() | ViewNews() | AllViewsNews():
                return await self._team(decision, playbook, payload)
            case ReviewQuestion():
                return review_question(decision, playbook, recipient, payload)

    async def _announcement(self, decision: Decision, playbook: Playbook) -> Message:
        team = await self._services.perspectives.team(decision.workspace, decision.number)
        names = await self._services.people.names(decision.workspace, decision.deciders)
        return announcement(team.decision, playbook, team, names)

    async def _team(
        self, decision: Decision, playbook: Playbook, payload: TeamPost | ViewNews | AllViewsNews
    ) -> Message:
        perspectives = self._services.perspectives
        team = await perspectives.team(decision.workspace, decision.number)
        seen = await perspectives.comparison(team)
        match payload:
            case TeamPost():
                return team_message(team.decision, playbook, seen)
            case ViewNews(user):
                return view_news_message(team.decision, playbook, seen, user)
            case AllViewsNews():
                return all_views_message(team.decision, playbook, seen)


def _unreachable(notice: UnreachableNotice, number: int) -> str:
    about = (notice.user, number, notice.reason)
    if notice.message is DeliveryKind.VIEW_REQUEST:
        return view_request_unreachable(*about)
    return decider_unreachable(*about)
