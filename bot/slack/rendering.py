"""What a delivery says, made from the log at the time it is sent."""

from bot.decisions.model import Decision
from bot.digest.messages import DigestMessages
from bot.outbox.alert_views import trouble_message
from bot.outbox.model import (
    NOTICES,
    SHOWS,
    Delivery,
    DeliveryKind,
    recommendation_key,
    review_key,
    team_key,
)
from bot.playbooks.model import Playbook
from bot.services.services import Services
from bot.slack.views import notices
from bot.slack.views.announcement import announcement, decider_message, thread_note
from bot.slack.views.perspectives import team_message, view_request
from bot.slack.views.recommendation import recommendation_message
from bot.slack.views.review import review_question
from bot.slackkit.message import Message, sentence


class Renderer:
    """Renders deliveries with the views."""

    def __init__(self, services: Services, digests: DigestMessages, command: str) -> None:
        """Make a renderer.

        Args:
            services: tells what deliveries are about.
            digests: makes the messages of digests.
            command: the slash command's name.
        """
        self._services = services
        self._digests = digests
        self._command = command

    async def message(self, delivery: Delivery) -> Message:
        """Return the message of a delivery.

        Raises:
            LookupError: what it tells of is not in the log.
        """
        match delivery.kind:
            case DeliveryKind.NOTICE:
                return sentence(delivery.detail["text"])
            case DeliveryKind.COULD_NOT_OPEN:
                return notices.open_again(delivery.detail["draft"])
            case DeliveryKind.DIGEST:
                digest = await self._services.digests.content(delivery)
                return await self._digests.message(digest)
        notice = await self._notice(delivery)
        if notice is not None:
            trouble = await self._services.delivery_issues.told_by(notice)
            return trouble_message(notice, trouble, self._command)
        decision = await self._services.decision(delivery.workspace, delivery.decision or 0)
        if decision is None:
            raise LookupError(f"delivery {delivery.key} belongs to no decision")
        return await self._about(decision, delivery)

    async def _notice(self, delivery: Delivery) -> Delivery | None:
        """Return the notice that a delivery is, or redraws; None if it is about none."""
        if delivery.kind in NOTICES:
            return delivery
        if delivery.kind is not DeliveryKind.UPDATE or "about" not in delivery.detail:
            return None
        return await self._services.delivery_issues.notice(delivery.workspace, str(delivery.after))

    async def _about(self, decision: Decision, delivery: Delivery) -> Message:
        playbook = (await self._services.playbooks.of(decision)).playbook
        match _shown(delivery, decision):
            case DeliveryKind.WORD:
                return thread_note(delivery.detail, decision, playbook)
            case DeliveryKind.RECOMMENDATION:
                before = await self._services.search.alike_before(decision)
                return recommendation_message(decision, playbook, before, self._command)
            case DeliveryKind.ASKED:
                team = await self._services.perspectives.team(decision.workspace, decision.number)
                given = team.of(delivery.channel) is not None
                return view_request(decision, nudge="nudge" in delivery.detail, given=given)
            case DeliveryKind.TO_DECIDE:
                return decider_message(decision, delivery.channel, delivery.detail["by"])
            case DeliveryKind.TEAM:
                return await self._team(decision, playbook)
            case DeliveryKind.REVIEW:
                return review_question(decision, playbook, delivery.channel, delivery.detail)
            case _:
                return announcement(decision, playbook)

    async def _team(self, decision: Decision, playbook: Playbook) -> Message:
        perspectives = self._services.perspectives
        team = await perspectives.team(decision.workspace, decision.number)
        return team_message(team.decision, playbook, await perspectives.comparison(team))


def _shown(delivery: Delivery, decision: Decision) -> DeliveryKind:
    """Return what a delivery shows: for one that redraws a message, what that message shows."""
    if delivery.kind is not DeliveryKind.UPDATE:
        return delivery.kind
    if SHOWS in delivery.detail:
        return DeliveryKind(delivery.detail[SHOWS])
    redrawn = {
        recommendation_key(decision): DeliveryKind.RECOMMENDATION,
        team_key(decision): DeliveryKind.TEAM,
        review_key(decision, delivery.channel): DeliveryKind.REVIEW,
    }
    return redrawn.get(str(delivery.after), DeliveryKind.ANNOUNCEMENT)
