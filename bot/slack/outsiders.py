"""People of other companies, who can be named as deciders and can press nothing."""

from bot.decisions.desk import Desk
from bot.decisions.model import Decision
from bot.slack.payloads import Payload, who
from bot.slack.responses import PrivateAnswers
from bot.slack.text import and_list, mention


class Outsiders:
    """Tells the driver of a decision which of its deciders cannot decide.

    What Slack sends with a modal does not say to which company somebody belongs, and asking takes
    too long before an ack.
    """

    def __init__(self, desk: Desk) -> None:
        """Make it on the desk."""
        self._desk = desk
        self._answers = PrivateAnswers(desk)

    async def tell(self, body: Payload, decision: Decision) -> None:
        """Tell who sent a payload, if they drive the decision, of deciders from elsewhere."""
        if who(body).user != decision.driver:
            return
        others = [user for user in decision.deciders if user != decision.driver]
        found = await self._desk.people.outsiders(decision.workspace, others)
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
