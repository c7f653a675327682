"""A posted decision: its announcement, the notes in its thread, and the message to its deciders.

The announcement's buttons are in `bot.slack.views.decide`.
"""

from slack_sdk.models.blocks import ActionsBlock, Block, ContextBlock, HeaderBlock

from bot.decisions.events import Event, Overridden
from bot.decisions.model import Decision, Status, Visibility
from bot.decisions.records.history import Style, changes, did, note_of, people_of
from bot.playbooks.model import Playbook
from bot.slack.views.decide import announcement_buttons
from bot.slack.views.review import review_sections
from bot.slack.views.verdict import (
    RULED_OUT_BEFORE,
    option_title,
    plain_headline,
    verdict_summary,
    veto_notes,
)
from bot.slackkit import ids
from bot.slackkit.message import (
    Message,
    as_dicts,
    decision_button,
    decision_title,
    mrkdwn,
    plain,
    section,
    sentence,
    where,
)
from bot.slackkit.mrkdwn import (
    FALLBACK,
    HEADER,
    SECTION,
    and_list,
    escape,
    fit,
    fit_escaped,
    mention,
    mentions,
    or_list,
    quote,
)

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
_NOTE_STYLE = Style(escape, lambda words: f"*{escape(words)}*", "decision #{}")
_LONGEST_NOTE = 2000


def status_label(decision: Decision) -> str:
    """Return a decision's status in words, with the number of its successor if it has one."""
    words = STATUS_WORDS[decision.status]
    return f"{words} by #{decision.superseded_by}" if decision.superseded_by else words


def announcement(decision: Decision, playbook: Playbook) -> Message:
    """Return the announcement: title, verdict, reason, status, people and buttons."""
    verdict = decision.verdict
    blocks: list[Block] = [
        HeaderBlock(text=plain(fit(f"#{decision.number}  {decision.title}", HEADER)))
    ]
    if decision.problem:
        blocks.append(section(quote(decision.problem, 600)))
    blocks += [
        *verdict_summary(playbook, verdict),
        *_resolution(decision, playbook),
        *review_sections(decision),
        ContextBlock(elements=[mrkdwn(_people(decision))]),
        ContextBlock(elements=[mrkdwn(_about(decision))]),
        *announcement_buttons(decision, playbook),
    ]
    return Message(text=_in_words(decision, playbook), blocks=as_dicts(blocks))


def _in_words(decision: Decision, playbook: Playbook) -> str:
    """Return the announcement's text for notifications and screen readers."""
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
    """Return how a decision was closed and how it was decided; nothing for an open one."""
    told = (_ended(decision), _decided(decision, playbook))
    return [section(words) for words in told if words]


def _ended(decision: Decision) -> str:
    """Return who withdrew or superseded it, when and why; empty if nobody has."""
    if not decision.is_closed:
        return ""
    words, ending = STATUS_WORDS[decision.status], decision.closure
    if ending is not None:
        words += f" by {mention(ending.by)} on {ending.at:%-d %B %Y}"
    if decision.superseded_by:
        words += f". See decision #{decision.superseded_by}"
    if ending is not None and ending.reason:
        words += f"\n{quote(ending.reason, 1000)}"
    return words


def _decided(decision: Decision, playbook: Playbook) -> str:
    """Return who decided it, when, for which option and why; empty if nobody has."""
    resolution, decided_as = decision.resolution, decision.decided_as
    if resolution is None or decided_as is None:
        return ""
    words = f"{STATUS_WORDS[decided_as]} by {mention(resolution.by)}"
    words += f" on {resolution.at:%-d %B %Y}: *{option_title(playbook, resolution.option)}*"
    if resolution.reason:
        words += f"\n{quote(resolution.reason, 1000)}"
    out = veto_notes(playbook, decision.verdict, resolution.option, _VETOES, lead=RULED_OUT_BEFORE)
    return f"{words}\n{out}" if out else words


def _about(decision: Decision) -> str:
    """Return who can see the decision, with a link to the message it was started from."""
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
    deciders = mentions(decision.deciders, _MOST_PEOPLE_NAMED)
    verb = "decides" if len(decision.deciders) == 1 else "decide"
    return f"Opened by {mention(decision.driver)}  ·  {deciders} {verb}"


def thread_note(event: Event, decision: Decision, playbook: Playbook) -> Message:
    """Return the thread note about an event of a decision; `playbook` is the decision's."""
    detail = event.detail
    to, note = people_of(detail), note_of(detail)
    text = f"{mention(event.actor)} {did(detail, playbook, _NOTE_STYLE)}"
    text += f" {and_list([mention(user) for user in to])}." if to else "."
    lines = [
        text,
        *([quote(note, _LONGEST_NOTE)] if note else []),
        *(f"• {each}" for each in changes(detail, playbook, _NOTE_STYLE)),
    ]
    told = sentence("\n".join(lines))
    if not isinstance(detail, Overridden):
        return told
    although = veto_notes(playbook, decision.verdict, detail.option, SECTION, lead=RULED_OUT_BEFORE)
    if not although:
        return told
    return Message(
        text=fit(f"{told.text}\n{although}", FALLBACK),
        blocks=[*told.blocks, *as_dicts([section(although)])],
    )


def decider_message(decision: Decision, decider: str, by: str) -> Message:
    """Return the direct message to a decider, with a button that opens the decision.

    Args:
        decision: the decision.
        decider: the recipient's user id.
        by: the user id of the person who named them a decider.
    """
    title = decision_title(decision)
    if decision.status is not Status.OPEN:
        now = status_label(decision).lower()
        return sentence(f"{title}\n{mention(by)} asked you to decide; meanwhile it is {now}.")
    if decider not in decision.deciders:
        return sentence(f"{title}\n{mention(by)} asked you to decide; meanwhile others do.")
    you = or_list(["you", *(mention(each) for each in decision.deciders if each != decider)])
    text = f"{mention(by)} asks {you} to decide{_whereabouts(decision)}:\n{title}"
    blocks: list[Block] = [section(text)]
    if decision.problem:
        blocks.append(section(quote(decision.problem, 600)))
    blocks.append(
        ActionsBlock(
            elements=[decision_button(ids.Action.SHOW, "Look and decide", decision.number)]
        )
    )
    return Message(text=fit(text, FALLBACK), blocks=as_dicts(blocks))


def _whereabouts(decision: Decision) -> str:
    if decision.place.visibility is Visibility.DIRECT:
        return ""
    return f" in {where(decision.place)}"
