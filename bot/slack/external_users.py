"""People of other companies, who can be named as deciders and can press nothing."""

from bot.decisions.model import Decision
from bot.services.services import Services
from bot.slack.replies import EphemeralReplies
from bot.slackkit.mrkdwn import and_list, mention
from bot.slackkit.payloads import Payload, sender


class ExternalUserWarning:
    """Tells the driver of a decision which of its deciders cannot decide.

    What Slack sends with a modal does not say to which company somebody belongs, and asking takes
    too long before an ack.
    """

    def __init__(self, services: Services) -> None:
        """Make it on the desk."""
        self._services = services
        self._answers = EphemeralReplies(services)

    async def tell(self, body: Payload, decision: Decision) -> None:
        """Tell who sent a payload, if they drive the decision, of deciders from elsewhere."""
        if sender(body).user != decision.driver:
            return
        others = [user for user in decision.deciders if user != decision.driver]
        found = await self._services.people.outsiders(decision.workspace, others)
        if found:
            await self._answers.say(body, cannot_decide(found, decision.number))


def cannot_decide(users: tuple[str, ...], number: int) -> str:
    """Return the word that some of a decision's deciders belong to another company."""
    names = and_list([mention(user) for user in users])
    belong = "belongs" if len(users) == 1 else "belong"
    return (
        f"{names} {belong} to another company and can't decide here: I answer people of this "
        f"workspace only. *Hand over* in the menu of decision #{number} has somebody else decide."
    )
