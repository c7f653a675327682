"""What asks people for their view of a decision, and what the driver is told of that."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block, ContextBlock, InputBlock, UserMultiSelectElement

from bot.decisions.model import Decision, Status, Visibility
from bot.services.perspectives import AskResult
from bot.slack.views.announcement import standing
from bot.slack.views.decide import about, add_view, decision_modal
from bot.slackkit import ids
from bot.slackkit.message import Message, as_dicts, mrkdwn, plain, section, sentence, where
from bot.slackkit.mrkdwn import FALLBACK, escape, fit, fit_escaped, mention, mentions, quote

MOST_ASKED = 20


def request(decision: Decision, *, nudge: bool, given: bool = False) -> Message:
    """Return the direct message that asks somebody for their view, without any verdict.

    Args:
        decision: the decision, whose driver asks.
        nudge: whether it is a reminder.
        given: whether they have given it since.
    """
    asker = mention(decision.driver)
    title = f"*#{decision.number}  {fit_escaped(decision.title, 300)}*"
    if decision.status is not Status.OPEN:
        status = standing(decision).lower()
        did = "You gave your view" if given else f"{asker} asked for your view"
        return sentence(f"{title}\n{did}; meanwhile it was {status}.")
    if given:
        return _given(decision, title)
    opening = "is still looking forward to" if nudge else "would like to have"
    text = f"{asker} {opening} your view of a decision{_whereabouts(decision)}:"
    blocks: list[Block] = [section(f"{text}\n{title}")]
    if decision.problem:
        blocks.append(section(quote(decision.problem, 600)))
    takes = "A few questions. You won't see what the others answered, or what it comes to for them."
    if decision.place.visibility is not Visibility.PUBLIC:
        takes += " Once you have given your view, you can read the whole decision."
    blocks += [about(decision, [add_view(decision)]), ContextBlock(elements=[mrkdwn(takes)])]
    return Message(text=fit(f"{text} {title}", FALLBACK), blocks=as_dicts(blocks))


def _given(decision: Decision, title: str) -> Message:
    text = f"You gave your view of a decision{_whereabouts(decision)}:\n{title}"
    button = about(decision, [add_view(decision, given=True)])
    return Message(text=text, blocks=as_dicts([section(text), button]))


def _whereabouts(decision: Decision) -> str:
    match decision.place.visibility:
        case Visibility.PUBLIC:
            return f" in {where(decision.place)}"
        case Visibility.PRIVATE:
            return f" in a private channel ({where(decision.place)})"
        case Visibility.DIRECT:
            return " that stands in direct messages"


def ask_modal(decision: Decision, response_url: str | None = None) -> dict[str, Any]:
    """Return the modal to ask people for their view.

    Args:
        decision: the decision.
        response_url: where the driver is told privately who was asked.
    """
    people = InputBlock(
        block_id=ids.Block.PEOPLE,
        label=plain("Whose view would help?"),
        hint=plain("Each gets a direct message with the title, the problem and the questions."),
        element=UserMultiSelectElement(
            action_id=ids.Action.ANSWER, max_selected_items=MOST_ASKED, placeholder=plain("People")
        ),
    )
    return decision_modal(
        decision,
        ids.Modal.ASK,
        "Ask for views",
        "Ask",
        [people, *_shown_to(decision)],
        response_url=response_url,
    )


def _shown_to(decision: Decision) -> list[Block]:
    """Return who comes to read a private decision by being asked; nothing for a public one."""
    if decision.place.visibility is Visibility.PUBLIC:
        return []
    private = decision.place.visibility is Visibility.PRIVATE
    place, who = "direct messages", "Whoever you ask"
    if private:
        place, who = "a private channel", "Whoever you ask, in that channel or not,"
    text = (
        f"This decision stands in {place}. {who} can read its title and problem, and all of it "
        "once they have given their view."
    )
    return [ContextBlock(elements=[mrkdwn(text)])]


def wished(wishes: AskResult) -> str:
    """Return the word to the driver about who is asked for their view, and who was left out."""
    text = f"I'm asking {mentions(wishes.new, MOST_ASKED)} for their view."
    if wishes.known:
        known = mentions(wishes.known, MOST_ASKED)
        text += f" Left out, as they were asked before or have given theirs: {known}."
    return text


def nudged(users: Sequence[str]) -> str:
    """Return the word to the driver about who was reminded."""
    return f"I'm reminding {mentions(users, 5)}. They can be nudged again tomorrow."


def not_reached(user: str, number: int, reason: str) -> str:
    """Return the word to whoever asked somebody for a view that no message gets through to."""
    return (
        f"I can't reach {mention(user)} to ask for a view on decision #{number}: they may belong "
        f"to another company, or have left (Slack's reason: {escape(reason)}). They are no longer "
        "listed as asked; somebody of this workspace can be asked instead."
    )
