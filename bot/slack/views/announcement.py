"""The one message in the channel that stands for a decision."""

from slack_sdk.models.blocks import Block, ContextBlock, HeaderBlock

from bot.decisions.model import Decision, Status, Visibility
from bot.playbooks.model import Playbook
from bot.slack.views.decide import actions
from bot.slack.views.review import reviews_shown
from bot.slack.views.verdict import (
    RULED_OUT_BEFORE,
    bars,
    despite,
    headline,
    option_title,
    plain_headline,
    why_line,
)
from bot.slackkit.message import Message, as_dicts, mrkdwn, plain, section
from bot.slackkit.mrkdwn import FALLBACK, HEADER, and_list, fit, fit_escaped, mention, quote

STATUS_WORDS = {
    Status.OPEN: "Open",
    Status.ACCEPTED: "Accepted",
    Status.OVERRIDDEN: "Decided differently",
    Status.SUPERSEDED: "Superseded",
    Status.WITHDRAWN: "Withdrawn",
}

_VISIBLE_TO = {
    Visibility.PUBLIC: (
        "Everybody in the workspace can find this; whoever is in the channel can read it"
    ),
    Visibility.PRIVATE: (
        "Only this private channel, the people named here and who gave a view can see this"
    ),
    Visibility.DIRECT: "Only the people named here and who gave a view can see this",
}
_MOST_PEOPLE_NAMED = 5
_VETOES = 900


def standing(decision: Decision) -> str:
    """Return the status of a decision in words, with the number of its successor if any."""
    words = STATUS_WORDS[decision.status]
    return f"{words} by #{decision.superseded_by}" if decision.superseded_by else words


def announcement(decision: Decision, playbook: Playbook) -> Message:
    """Return the announcement: title, verdict with its bars, why, status and people."""
    verdict = decision.verdict
    blocks: list[Block] = [
        HeaderBlock(text=plain(fit(f"#{decision.number}  {decision.title}", HEADER)))
    ]
    if decision.problem:
        blocks.append(section(quote(decision.problem, 600)))
    blocks += [
        section(f"{headline(playbook, verdict)}\n{why_line(playbook, verdict)}"),
        section(bars(playbook, verdict)),
        *_resolution(decision, playbook),
        *reviews_shown(decision),
        ContextBlock(elements=[mrkdwn(_people(decision))]),
        ContextBlock(elements=[mrkdwn(_about(decision))]),
        *actions(decision, playbook),
    ]
    return Message(text=_in_words(decision, playbook), blocks=as_dicts(blocks))


def _in_words(decision: Decision, playbook: Playbook) -> str:
    """Return what matters of it, for notifications and for whoever has the message read out."""
    told = (_ended(decision), _decided(decision, playbook))
    parts = [
        f"Decision #{decision.number}: {fit_escaped(decision.title, 300)}.",
        f"{STATUS_WORDS[decision.status]}.",
        f"Recommended: {plain_headline(playbook, decision.verdict)}.",
        *(f"{' '.join(words.split())}." for words in told if words),
        "The reasons are in the thread.",
    ]
    return fit(" ".join(parts), FALLBACK)


def _resolution(decision: Decision, playbook: Playbook) -> list[Block]:
    """Return how it ended, if it has, and how it was decided; nothing while it is open."""
    told = (_ended(decision), _decided(decision, playbook))
    return [section(words) for words in told if words]


def _ended(decision: Decision) -> str:
    """Return who withdrew or superseded it, when and why."""
    if not decision.has_ended:
        return ""
    words, ending = STATUS_WORDS[decision.status], decision.ending
    if ending is not None:
        words += f" by {mention(ending.by)} on {ending.at:%-d %B %Y}"
    if decision.superseded_by:
        words += f". See decision #{decision.superseded_by}"
    if ending is not None and ending.reason:
        words += f"\n{quote(ending.reason, 1000)}"
    return words


def _decided(decision: Decision, playbook: Playbook) -> str:
    """Return who decided it, when, for what and why."""
    resolution, decided_as = decision.resolution, decision.decided_as
    if resolution is None or resolution.option is None or decided_as is None:
        return ""
    words = f"{STATUS_WORDS[decided_as]} by {mention(resolution.by)}"
    words += f" on {resolution.at:%-d %B %Y}: *{option_title(playbook, resolution.option)}*"
    if resolution.reason:
        words += f"\n{quote(resolution.reason, 1000)}"
    out = despite(playbook, decision.verdict, resolution.option, _VETOES, lead=RULED_OUT_BEFORE)
    return f"{words}\n{out}" if out else words


def _about(decision: Decision) -> str:
    """Return who may see it, and the link to the message that it was made from."""
    visible = _VISIBLE_TO[decision.place.visibility]
    link = decision.source_here
    return f"<{link}|From this message>  ·  {visible}" if link else visible


def _people(decision: Decision) -> str:
    parts = [f"*{STATUS_WORDS[decision.status]}*", _roles(decision)]
    if decision.supersedes:
        parts.append(f"Takes the place of #{decision.supersedes}")
    if decision.review_ahead:
        parts.append(f"Review on {decision.review_ahead:%-d %B %Y}")
    return "  ·  ".join(parts)


def _roles(decision: Decision) -> str:
    if decision.deciders == (decision.driver,):
        return f"Opened by {mention(decision.driver)}, who decides"
    deciders = [mention(user) for user in decision.deciders[:_MOST_PEOPLE_NAMED]]
    rest = len(decision.deciders) - len(deciders)
    if rest:
        deciders.append(f"{rest} more")
    verb = "decides" if len(decision.deciders) == 1 else "decide"
    return f"Opened by {mention(decision.driver)}  ·  {and_list(deciders)} {verb}"
