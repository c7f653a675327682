"""What a decider is told by direct message, and what is said where none gets through."""

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement

from bot.decisions.model import Decision, Status, Visibility
from bot.slack.views.announcement import standing
from bot.slackkit import ids
from bot.slackkit.message import Message, as_dicts, button, decision_label, section, sentence, where
from bot.slackkit.mrkdwn import FALLBACK, escape, fit, fit_escaped, mention, or_list, quote


def asked_to_decide(decision: Decision, decider: str, by: str) -> Message:
    """Return the direct message that tells a decider of a decision, with a button to see it.

    Args:
        decision: what is to be decided.
        decider: the user id of who is told.
        by: the user id of who wants them to decide.
    """
    title = f"*#{decision.number}  {fit_escaped(decision.title, 300)}*"
    if decision.status is not Status.OPEN:
        now = standing(decision).lower()
        return sentence(f"{title}\n{mention(by)} asked you to decide; meanwhile it is {now}.")
    if decider not in decision.deciders:
        return sentence(f"{title}\n{mention(by)} asked you to decide; meanwhile others do.")
    you = or_list(["you", *(mention(each) for each in decision.deciders if each != decider)])
    text = f"{mention(by)} asks {you} to decide{_whereabouts(decision)}:\n{title}"
    blocks: list[Block] = [section(text)]
    if decision.problem:
        blocks.append(section(quote(decision.problem, 600)))
    blocks.append(ActionsBlock(elements=[_look(decision)]))
    return Message(text=fit(text, FALLBACK), blocks=as_dicts(blocks))


def decider_not_reached(decider: str, number: int, reason: str) -> str:
    """Return the word to whoever wants somebody to decide that no message gets through to."""
    return (
        f"I can't reach {mention(decider)} to say that decision #{number} is theirs to make: they "
        f"may belong to another company, or have left (Slack's reason: {escape(reason)}). "
        "*Hand over* in its menu has somebody else decide."
    )


def _whereabouts(decision: Decision) -> str:
    if decision.place.visibility is Visibility.DIRECT:
        return ""
    return f" in {where(decision.place)}"


def _look(decision: Decision) -> ButtonElement:
    about = decision_label(decision.number)
    return button(ids.Action.SHOW, "Look and decide", str(decision.number), about=about)
