"""A posted decision: its announcement, the notes in its thread, and the message to its deciders.

The announcement's buttons are in `bot.slack.views.decide`.
"""

from collections.abc import Mapping

from slack_sdk.models.blocks import ActionsBlock, Block, ContextBlock, HeaderBlock, SectionBlock

from bot.decisions.comparison import TeamViews
from bot.decisions.events import Event, Overridden, ViewAdded
from bot.decisions.model import Decision, DecisionSummary, Status, Visibility
from bot.decisions.records.history import Style, changes, did, note_of, people_of
from bot.decisions.records.words import WENT, as_sentence, recommended_words
from bot.playbooks.model import Playbook
from bot.slack.views.decide import announcement_buttons
from bot.slack.views.verdict import (
    CARD_SIZES,
    RULED_OUT_BEFORE,
    WHOLE_CARD,
    CardSize,
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
    show_button,
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
    fit_sentences,
    fit_words,
    mention,
    mentions,
    or_list,
    quote,
)
from bot.slackkit.word_count import ANNOUNCEMENT_WORDS, shrink_to_words

STATUS_WORDS = {
    Status.OPEN: "Open",
    Status.ACCEPTED: "Accepted",
    Status.OVERRIDDEN: "Decided differently",
    Status.SUPERSEDED: "Superseded",
    Status.WITHDRAWN: "Withdrawn",
}

_NO_NAMES: Mapping[str, str] = {}
_NOTE_STYLE = Style(escape, lambda words: f"*{escape(words)}*", "decision #{}")
_LONGEST_NOTE = 2000


def status_label(decision: DecisionSummary) -> str:
    """Return a decision's status in words, with the number of its successor if it has one."""
    words = STATUS_WORDS[decision.status]
    return f"{words} by #{decision.superseded_by}" if decision.superseded_by else words


def announcement(
    decision: Decision,
    playbook: Playbook,
    team: TeamViews | None = None,
    names: Mapping[str, str] = _NO_NAMES,
) -> Message:
    """Return the announcement: an open decision's card, or what was decided.

    `names` are known names of its deciders by user id.
    """

    def blocks(size: CardSize) -> list[Block]:
        title = fit(f"#{decision.number}  {fit_words(decision.title, size.title)}", HEADER)
        settled = decision.status is not Status.OPEN
        body = (_settled if settled else _open)(decision, playbook, size)
        status = [] if settled else [mrkdwn(status_line(decision, team, size))]
        return [
            HeaderBlock(text=plain(title)),
            *body,
            *([ContextBlock(elements=status)] if status else []),
            *announcement_buttons(decision, playbook, names),
        ]

    shown = shrink_to_words(blocks, CARD_SIZES, ANNOUNCEMENT_WORDS)
    return Message(text=_in_words(decision, playbook), blocks=as_dicts(shown))


def _in_words(decision: Decision, playbook: Playbook) -> str:
    """Return the announcement's text for notifications and screen readers."""
    settled = decision.status is not Status.OPEN
    parts = [
        f"Decision #{decision.number}: {fit_escaped(decision.title, 300)}.",
        f"{outcome_line(decision, playbook)}." if settled else f"{STATUS_WORDS[Status.OPEN]}.",
        f"Recommended: {plain_headline(playbook, decision.verdict)}.",
        "The reasons are in the thread.",
    ]
    return fit(" ".join(parts), FALLBACK)


def _open(decision: Decision, playbook: Playbook, size: CardSize) -> list[Block]:
    return verdict_summary(playbook, decision.verdict, size, needs=False)


def _settled(decision: Decision, playbook: Playbook, size: CardSize) -> list[Block]:
    """Return what was decided, by whom, when and why, and how it went."""
    ending, resolution = decision.closure, decision.resolution
    last = ending or resolution
    said = last.reason if last else ""
    reason = (
        f"\n{quote(fit_sentences(said, 2 * size.answer, 2 * size.answer), 600)}"
        if said.strip()
        else ""
    )
    lines = [f"{_sign(decision)} {outcome_line(decision, playbook, size)}{reason}"]
    if resolution is not None and decision.decided_as is Status.OVERRIDDEN and ending is None:
        out = decision.verdict.vetoes_against(resolution.option)
        lines += [f"⚠️ {_ruled_out(out[0].because, size)}"] if out else []
    if decision.reviews:
        last_review = decision.reviews[-1]
        went = as_sentence(WENT[last_review.outcome])
        lines.append(f"🔎 *{went}*, says {mention(last_review.by)}")
    successor = decision.superseded_by
    accessory = show_button(successor) if successor else None
    return [SectionBlock(text=mrkdwn("\n".join(lines)), accessory=accessory)]


def _ruled_out(because: str, size: CardSize) -> str:
    return f"{RULED_OUT_BEFORE}: {escape(fit_sentences(because, size.answer, 2 * size.answer))}"


def _sign(decision: Decision) -> str:
    return "🚫" if decision.is_closed else "✅"


def outcome_line(decision: Decision, playbook: Playbook, size: CardSize = WHOLE_CARD) -> str:
    """Return what was decided, by whom and when, on one line, as mrkdwn."""

    def title(option: str | None) -> str:
        return escape(fit_words(recommended_words(playbook, option), size.option))

    ending, resolution = decision.closure, decision.resolution
    if decision.is_closed:
        words = f"*{status_label(decision)}*"
        words += f" by {mention(ending.by)}, {ending.at:%-d %b %Y}" if ending else ""
        if resolution is None:
            return words
        return f"{words}  ·  decided before: {title(resolution.option)}"
    if resolution is None:
        return STATUS_WORDS[decision.status]
    words = f"*Decided: {title(resolution.option)}*"
    words += f" by {mention(resolution.by)}, {resolution.at:%-d %b %Y}"
    if decision.status is not Status.OVERRIDDEN:
        return words
    return f"{words}  ·  recommended: {title(decision.recommended)}"


def status_line(
    decision: Decision, team: TeamViews | None = None, size: CardSize = WHOLE_CARD
) -> str:
    """Return an open decision's status, people, views and visibility."""
    parts = [
        f"🟡 *{STATUS_WORDS[Status.OPEN]}*",
        _roles(decision, size),
        _views(decision, team),
        _visible_to(decision),
    ]
    if size.flip:
        parts += [f"Replaces #{decision.supersedes}"] if decision.supersedes else []
        link = decision.source_here
        parts += [f"<{link}|From this message>"] if link else []
    return "  ·  ".join(part for part in parts if part)


def _roles(decision: Decision, size: CardSize) -> str:
    deciders = mentions(decision.deciders, size.people)
    verb = "decides" if len(decision.deciders) == 1 else "decide"
    asked = "" if decision.driver in decision.deciders else f"{mention(decision.driver)} asks, "
    return f"{asked}{deciders} {verb}"


def _views(decision: Decision, team: TeamViews | None) -> str:
    """Return how many gave a view, and how many of these favour another option."""
    given = team.perspectives if team else ()
    if not given:
        return ""
    differ = sum(each.favours not in {None, decision.recommended} for each in given)
    if len(given) == 1:
        return "1 view, for another option" if differ else "1 view"
    return f"{len(given)} views, {differ or 'none'} for another option"


def _visible_to(decision: Decision) -> str:
    match decision.place.visibility:
        case Visibility.PUBLIC:
            return "Public"
        case Visibility.PRIVATE:
            return f"Private: {where(decision.place)} only"
        case Visibility.DIRECT:
            return "Private: only the people named here"


def thread_note(event: Event, decision: Decision, playbook: Playbook) -> Message:
    """Return the thread note about an event of a decision; `playbook` is the decision's."""
    detail = event.detail
    to, note = people_of(detail), "" if isinstance(detail, ViewAdded) else note_of(detail)
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
        return sentence(f"{title}\nNo need to decide: {_settled_by(decision)}.")
    if decider not in decision.deciders:
        return sentence(f"{title}\nNo need to decide: it's with others now.")
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


def _settled_by(decision: Decision) -> str:
    """Return who settled a decision and how, to complete a sentence."""
    last = decision.closure or decision.resolution
    if last is None:
        return f"it's {status_label(decision).lower()}"
    did = {
        Status.ACCEPTED: "accepted the recommendation",
        Status.OVERRIDDEN: "chose something else",
        Status.WITHDRAWN: "withdrew it",
    }.get(decision.status, f"replaced it with #{decision.superseded_by}")
    return f"{mention(last.by)} {did}"


def _whereabouts(decision: Decision) -> str:
    if decision.place.visibility is Visibility.DIRECT:
        return ""
    return f" in {where(decision.place)}"
