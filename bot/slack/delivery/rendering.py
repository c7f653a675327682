"""What a delivery says, made from the log at the time it is sent."""

from bot.decisions.delivery import (
    NOTICES,
    SHOWS,
    Delivery,
    DeliveryKind,
    recommendation_key,
    review_key,
    team_key,
)
from bot.decisions.desk import Desk
from bot.decisions.model import Decision
from bot.playbooks.playbook import Playbook
from bot.slack.alike import alike_before
from bot.slack.digests import Digests
from bot.slack.views import notices
from bot.slack.views.announcement import announcement
from bot.slack.views.asking import request
from bot.slack.views.changes import word
from bot.slack.views.deciders import asked_to_decide
from bot.slack.views.message import Message, sentence
from bot.slack.views.recommendation import recommendation
from bot.slack.views.review import review_question
from bot.slack.views.team import team_message
from bot.slack.views.trouble import trouble_message


class Renderer:
    """Renders deliveries with the views."""

    def __init__(self, desk: Desk, digests: Digests, command: str) -> None:
        """Make a renderer.

        Args:
            desk: tells what deliveries are about.
            digests: makes the messages of digests.
            command: the slash command's name.
        """
        self._desk = desk
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
                return notices.could_not_open(delivery)
            case DeliveryKind.DIGEST:
                digest = await self._desk.digesting.content(delivery)
                return await self._digests.message(digest)
        notice = await self._notice(delivery)
        if notice is not None:
            trouble = await self._desk.troubles.told_by(notice)
            return trouble_message(notice, trouble, self._command)
        decision = await self._desk.decision(delivery.workspace, delivery.decision or 0)
        if decision is None:
            raise LookupError(f"delivery {delivery.key} belongs to no decision")
        return await self._about(decision, delivery)

    async def _notice(self, delivery: Delivery) -> Delivery | None:
        """Return the notice that a delivery is, or redraws; None if it is about none."""
        if delivery.kind in NOTICES:
            return delivery
        if delivery.kind is not DeliveryKind.UPDATE or "about" not in delivery.detail:
            return None
        return await self._desk.troubles.notice(delivery.workspace, str(delivery.after))

    async def _about(self, decision: Decision, delivery: Delivery) -> Message:
        playbook = (await self._desk.editions.of(decision)).playbook
        match _shown(delivery, decision):
            case DeliveryKind.WORD:
                return word(delivery.detail, decision, playbook)
            case DeliveryKind.RECOMMENDATION:
                before = await alike_before(self._desk, decision)
                return recommendation(decision, playbook, before, self._command)
            case DeliveryKind.ASKED:
                team = await self._desk.perspectives.team(decision.workspace, decision.number)
                given = team.of(delivery.channel) is not None
                return request(decision, nudge="nudge" in delivery.detail, given=given)
            case DeliveryKind.TO_DECIDE:
                return asked_to_decide(decision, delivery.channel, delivery.detail["by"])
            case DeliveryKind.TEAM:
                return await self._team(decision, playbook)
            case DeliveryKind.REVIEW:
                return review_question(decision, playbook, delivery.channel, delivery.detail)
            case _:
                return announcement(decision, playbook)

    async def _team(self, decision: Decision, playbook: Playbook) -> Message:
        perspectives = self._desk.perspectives
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
