"""Private answers: help, and the explanations of everything that can go wrong."""

from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
)

from bot.decisions.model import Decision, Visibility
from bot.slack.commands import SUBCOMMANDS, help_lines
from bot.slack.views.announcement import STATUS_WORDS
from bot.slackkit import ids
from bot.slackkit.message import (
    Message,
    as_dicts,
    mrkdwn,
    notice_modal,
    plain,
    section,
    sentence,
    where,
)
from bot.slackkit.mrkdwn import (
    and_list,
    escape,
    fit,
    fit_escaped,
    mention,
    or_list,
)

OUTSIDER = (
    "This decision belongs to another workspace. You can read along, but only people of that "
    "workspace can press the buttons."
)
NOT_IDENTIFIED = (
    "Slack didn't tell me in time whether you belong to this workspace. Try again in a minute."
)
DRIVERS_OWN = (
    "You opened this decision, so its answers are your view. To change them, choose *Edit answers* "
    "in the menu."
)
NOTHING_RECOMMENDED = (
    "There's nothing to recommend yet: too little is known. Add what you found out with *Edit "
    "answers* in the menu, or decide anyway with *Choose differently*."
)
NOTHING_ANSWERED = (
    "Answer a question first: without any answer there's nothing to post. Your draft is kept."
)
NOBODY_TO_NUDGE = (
    "Everyone you asked has answered. To ask more people, use *Ask for views* in the menu."
)
NOBODY_TO_ASK = "You've asked them already, or they've answered. Pick someone else."
NOT_INSTALLED = "I'm not installed in this workspace any more. Ask an admin to add me again."
UNEXPECTED = (
    "Something went wrong on my side. I've logged it, and kept what you entered up to the last "
    "step. Try again in a minute."
)

DATABASE_UNAVAILABLE = (
    "I can't reach my database right now. Please try again in a minute: nothing that was saved is "
    "lost."
)


def help_message(command: str, playbooks: dict[str, str]) -> Message:
    """Return the help; `playbooks` are titles by id, the default first."""
    return _help(command, tuple(playbooks.items()))


@lru_cache(maxsize=8)
def _help(command: str, playbooks: tuple[tuple[str, str], ...]) -> Message:
    (_, title), *others = playbooks
    lines = [
        f"`{command}`  start a decision: {escape(title)}",
        *(f"`{command} start {each}`  {escape(words)}" for each, words in others),
        *help_lines(command),
    ]
    text = (
        "Answer a few questions. I weigh them against published evidence and post a "
        "recommendation with its reasons, so your team can decide in the thread."
    )
    blocks: list[Block] = [
        section(f"{text}\n\n" + "\n".join(lines)),
        ContextBlock(elements=[mrkdwn("Only you can see this.")]),
    ]
    return Message(text=f"{text} Type {command} to start a decision.", blocks=as_dicts(blocks))


def unknown_subcommand(command: str, typed: str) -> Message:
    """Return the answer to an unknown subcommand, with the one that was probably meant."""
    first, _, rest = typed.strip().replace("`", " ").partition(" ")
    meant = get_close_matches(first.lower(), [each.name for each in SUBCOMMANDS], 1)
    near = fit_escaped(f"{meant[0]} {rest}".strip(), 200) if meant else ""
    text = (
        f"I don't know `{command} {fit_escaped(typed.replace('`', ' '), 200)}`. "
        + (f"Did you mean `{command} {near}`? " if near else "")
        + f"`{command}` starts a decision, `{command} help` lists what I can do."
    )
    return Message(text=text, blocks=as_dicts([section(text)]))


def unknown_playbook(command: str, typed: str, known: tuple[str, ...]) -> Message:
    """Return the answer to an unknown playbook."""
    names = ", ".join(f"`{command} start {each}`" for each in known)
    text = f"There is no playbook called “{fit_escaped(typed, 200)}”. You can type {names}."
    return Message(text=text, blocks=as_dicts([section(text)]))


def open_again(draft_id: str) -> Message:
    """Return a button that opens the questionnaire, for a trigger that had expired."""
    text = "The questionnaire didn't open in time. Nothing is lost: press the button to open it."
    return Message(text=text, blocks=as_dicts([section(text), _resume_button(draft_id)]))


def answer_not_shown(message: Message) -> str:
    """Return the direct message that replaces an ephemeral answer which Slack refused."""
    missed = "Slack didn't take my answer where you asked. Ask again to see all of it:"
    return f"{missed} {message.text}"


def not_theirs(allowed: Sequence[str]) -> str:
    """Return the refusal for a person without permission; `allowed` are user ids."""
    people = or_list([mention(user) for user in allowed[:5]])
    return (
        f"Only {people} can do that. Want a say? *Add my view* on an open decision, or reply in "
        "the thread."
    )


def people_left(allowed: Sequence[str]) -> str:
    """Return the refusal where those who may do something have left; `allowed` are user ids."""
    people, have = and_list([mention(user) for user in allowed[:5]]), "has"
    if len(allowed) > 1:
        have = "have"
    return (
        f"{people} {have} left. An admin of the workspace can choose who decides now: *Hand over* "
        "in the menu below the decision."
    )


def too_soon_to_nudge(waiting: Sequence[str], again_at: datetime) -> str:
    """Return the refusal of a second reminder within a day; `waiting` are user ids."""
    people = and_list([mention(user) for user in waiting[:5]])
    when = f"<!date^{int(again_at.timestamp())}^{{date_short_pretty}} at {{time}}|tomorrow>"
    return f"I already reminded {people} today. Try again {when}."


def leave_out(names: Sequence[str]) -> str:
    """Return, for a field, that people belong to another company; `names` are theirs."""
    belong = "belongs" if len(names) == 1 else "belong"
    people = and_list([fit(each, 40) for each in names[:3]])
    return f"{people} {belong} to another company, so I can't ask them. Please take them out."


def cannot_decide(users: Sequence[str], number: int) -> str:
    """Return the warning that deciders belong to another company; `users` are their ids."""
    names = and_list([mention(user) for user in users])
    belong = "belongs" if len(users) == 1 else "belong"
    return (
        f"{names} {belong} to another company and can't decide here: I only answer people of this "
        f"workspace. Pick someone else with *Hand over* in the menu of decision #{number}."
    )


def nothing_changed(number: int) -> str:
    """Return the answer to an edit without changes."""
    return f"Nothing changed in decision #{number}, so I posted nothing."


def already_settled(decision: Decision) -> str:
    """Return the answer to an action on a decision that was settled in the meantime."""
    status = STATUS_WORDS[decision.status].lower()
    last = decision.closure or decision.resolution
    by = f" by {mention(last.by)}" if last else ""
    return f"Decision #{decision.number} was {status}{by} in the meantime."


def edited_meanwhile(number: int, title: str, recommended: str) -> str:
    """Return the answer to a press on a decision that was edited after it was shown."""
    return (
        f"Decision #{number} was edited in the meantime. It's now “{fit_escaped(title, 300)}”, "
        f"recommended: *{escape(recommended)}*. Have another look, then decide."
    )


def posted_elsewhere(decision: Decision) -> Message:
    """Return the message, where a decision was started, that says where it appears."""
    if decision.place.visibility is Visibility.DIRECT:
        return sentence(f"I'm posting decision #{decision.number} in your messages with me.")
    return sentence(f"I'm posting decision #{decision.number} in {where(decision.place)}.")


def saved_for_later(decision: Decision) -> dict[str, Any]:
    """Return the modal for a decision that is saved while Slack takes no messages."""
    return notice_modal(
        f"Decision #{decision.number} saved",
        f"*It's saved as #{decision.number}.* Slack isn't taking my messages right now. "
        f"I'll post it in {where(decision.place)} as soon as it does. There's nothing to do.",
    )


def _resume_button(draft_id: str) -> Block:
    return ActionsBlock(
        elements=[
            ButtonElement(
                action_id=ids.Action.RESUME,
                text=plain("Open the questionnaire"),
                value=draft_id,
                style="primary",
            )
        ]
    )
