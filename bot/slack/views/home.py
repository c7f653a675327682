"""App Home: start a decision, resume a draft, see what waits and what is recent."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.decisions.calibration import outcome_of
from bot.decisions.model import DecisionSummary, Draft, Status
from bot.decisions.records.words import WENT
from bot.digest.views.replies import UpcomingDigest, digest_blocks
from bot.playbooks.model import Playbook
from bot.services.reviews import DESCRIBED, NOTHING_WAITS, WaitingDecisions
from bot.slack.views.announcement import status_label
from bot.slack.views.decide import add_view_button
from bot.slack.views.questionnaire import MOST_DRAFTS, draft_blocks
from bot.slack.views.review import decided_line, outcome_buttons
from bot.slack.views.verdict import headline
from bot.slackkit import ids
from bot.slackkit.message import (
    button,
    decision_actions,
    decision_label,
    decision_title,
    mrkdwn,
    plain,
    section,
    where,
)
from bot.slackkit.mrkdwn import BUTTON, fit, mention, moment

_MOST_PLAYBOOKS = 5
_TO_THREAD = "Go to the thread"


def home_view(
    titles: dict[str, str],
    drafts: Sequence[Draft],
    decisions: Sequence[DecisionSummary],
    waiting: WaitingDecisions = NOTHING_WAITS,
    digests: Sequence[UpcomingDigest] = (),
    playbooks: Mapping[str, Playbook] | None = None,
    links: Mapping[int, str] | None = None,
) -> dict[str, Any]:
    """Return a person's Home tab.

    Args:
        titles: playbook titles by id, the default first.
        drafts: the person's drafts, newest first.
        decisions: recent decisions that the person may read, newest first.
        waiting: decisions that wait for the person, oldest first.
        digests: the person's digests.
        playbooks: playbooks by hash; a decision without one gets no buttons to decide it.
        links: permalinks of announcements by the number of their decision.
    """
    starts = [
        _start(each, title, first=not place)
        for place, (each, title) in enumerate(list(titles.items())[:_MOST_PLAYBOOKS])
    ]
    blocks: list[Block] = [
        HeaderBlock(text=plain("Decide how to build it, and remember why")),
        section(
            "Answer a few questions about the work. I weigh them against published evidence and "
            "post a recommendation with its reasons, so your team can decide in the thread."
        ),
        ActionsBlock(elements=starts),
    ]
    blocks += _waiting(waiting, playbooks or {}, links or {})
    if drafts:
        blocks += [DividerBlock(), HeaderBlock(text=plain("Your drafts"))]
        blocks += [block for draft in drafts[:MOST_DRAFTS] for block in draft_blocks(draft)]
    blocks += [DividerBlock(), HeaderBlock(text=plain("Recent decisions"))]
    if decisions:
        blocks += [_decision(decision, links or {}) for decision in decisions]
    else:
        nothing = "No decisions yet. Your first takes about four minutes."
        blocks.append(ContextBlock(elements=[mrkdwn(nothing)]))
    blocks += digest_blocks(digests)
    return View(type="home", blocks=blocks).to_dict()


def _start(playbook_id: str, title: str, *, first: bool) -> ButtonElement:
    return ButtonElement(
        action_id=f"{ids.Action.START}:{playbook_id}",
        text=plain(fit(f"Start: {title}", BUTTON)),
        value=playbook_id,
        style="primary" if first else None,
    )


def _waiting(
    waiting: WaitingDecisions, playbooks: Mapping[str, Playbook], links: Mapping[int, str]
) -> list[Block]:
    """Return the decisions that wait for a person; nothing if none do."""
    numbers = {each.number for each in waiting.to_decide}
    to_contribute = tuple(each for each in waiting.to_contribute if each.number not in numbers)
    everything = (waiting.to_decide, to_contribute, waiting.to_review)
    if not any(everything):
        return []
    blocks: list[Block] = [DividerBlock(), HeaderBlock(text=plain("Waiting for you"))]
    for decision in waiting.to_decide[:DESCRIBED]:
        asked = any(each.number == decision.number for each in waiting.to_contribute)
        verdict = waiting.verdicts.get(decision.number)
        playbook = playbooks.get(decision.playbook_hash)
        says = headline(playbook, verdict) if playbook and verdict else ""
        blocks += _to_decide(decision, says, links, asked=asked)
    for decision in to_contribute[:DESCRIBED]:
        asks = f"{mention(decision.driver)} wants your view  ·  {_at(decision, links)}"
        blocks.append(section(f"{decision_title(decision)}\n{asks}"))
        blocks.append(decision_actions(decision, [add_view_button(decision)]))
    for decision in waiting.to_review[:DESCRIBED]:
        words = _to_review(decision, playbooks.get(decision.playbook_hash), links)
        blocks.append(_readable(decision, words))
        blocks.append(outcome_buttons(decision))
    rest = sum(max(len(each) - DESCRIBED, 0) for each in everything)
    if rest:
        blocks.append(ContextBlock(elements=[mrkdwn(f"and {rest} more")]))
    return blocks


def _to_decide(
    decision: DecisionSummary, says: str, links: Mapping[int, str], *, asked: bool
) -> list[Block]:
    """Return a decision to be decided, and what it says; `asked` adds the button for a view."""
    since = f"🟡 Open  ·  Yours to decide since {moment(decision.opened_at)}"
    words = f"{decision_title(decision)}\n{since}  ·  {_at(decision, links)}"
    if says:
        words += f"\n{says}"
    buttons = [add_view_button(decision)] if asked else []
    row = [_readable(decision, words, "Decide")]
    return [*row, decision_actions(decision, buttons)] if buttons else row


def _to_review(
    decision: DecisionSummary, playbook: Playbook | None, links: Mapping[int, str]
) -> str:
    if playbook is None:
        return f"{decision_title(decision)}\nHow did it go?  ·  {_at(decision, links)}"
    link = links.get(decision.number)
    opened = f"  ·  <{link}|{_TO_THREAD}>" if link else ""
    return f"{decided_line(decision, playbook)}\nHow did it go?{opened}"


def _at(decision: DecisionSummary, links: Mapping[int, str]) -> str:
    """Return where a decision is discussed, with the link that opens it if there is one."""
    link, place = links.get(decision.number), where(decision.place)
    return f"{place}  ·  <{link}|{_TO_THREAD}>" if link else place


def _readable(decision: DecisionSummary, words: str, press: str = "See decision") -> Block:
    """Return a row with the button that opens a decision's window."""
    about = decision_label(decision.number)
    read = button(ids.Action.SHOW, press, str(decision.number), about=about)
    return SectionBlock(text=mrkdwn(words), accessory=read)


def _decision(decision: DecisionSummary, links: Mapping[int, str]) -> Block:
    outcome = outcome_of(decision.reviews)
    parts = [
        "🟡 Open, not decided yet" if decision.status is Status.OPEN else status_label(decision),
        WENT[outcome] if outcome else "",
        _at(decision, links),
    ]
    facts = "  ·  ".join(part for part in parts if part)
    return _readable(decision, f"{decision_title(decision)}\n{facts}")
