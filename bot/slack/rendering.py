"""What a delivery says, made from the log at the time it is sent."""

from bot.decisions.delivery import Delivery, DeliveryKind, recommendation_key
from bot.decisions.desk import Desk
from bot.decisions.model import Decision
from bot.slack.views import notices
from bot.slack.views.announcement import announcement
from bot.slack.views.changes import word
from bot.slack.views.message import Message, sentence
from bot.slack.views.recommendation import recommendation


class Renderer:
    """Renders deliveries with the views."""

    def __init__(self, desk: Desk) -> None:
        """Make a renderer; `desk` tells what deliveries are about."""
        self._desk = desk

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
        decision = await self._desk.decision(delivery.workspace, delivery.decision or 0)
        if decision is None:
            raise LookupError(f"delivery {delivery.key} belongs to no decision")
        return await self._about(decision, delivery)

    async def _about(self, decision: Decision, delivery: Delivery) -> Message:
        playbook = (await self._desk.editions.advisor(decision.playbook_hash)).playbook
        match delivery.kind:
            case DeliveryKind.NOT_POSTED:
                return notices.not_posted(delivery, decision)
            case DeliveryKind.UNCERTAIN:
                return notices.uncertain(delivery, decision)
            case DeliveryKind.WORD:
                return word(delivery.detail, playbook)
            case DeliveryKind.RECOMMENDATION:
                return recommendation(decision, playbook)
            case DeliveryKind.UPDATE if delivery.after == recommendation_key(decision):
                return recommendation(decision, playbook)
            case _:
                return announcement(decision, playbook)
