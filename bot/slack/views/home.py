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
)
from slack_sdk.models.views import View

from bot.decisions.calibration import outcome_of
from bot.decisions.model import Decision, Draft
from bot.decisions.records.words import WENT
from bot.digest.views.replies import UpcomingDigest, digest_blocks
from bot.playbooks.model import Playbook
from bot.services.reviews import NOTHING_WAITS, WaitingDecisions
from bot.slack.views.announcement import status_label
from bot.slack.views.decide import add_view_button, deciding_buttons
from bot.slack.views.drafts import MOST_DRAFTS, draft_blocks
from bot.slack.views.review import decided_line, outcome_buttons
from bot.slack.views.verdict import headline
from bot.slackkit import ids
from bot.slackkit.message import decision_actions, decision_title, mrkdwn, plain, section, where
from bot.slackkit.mrkdwn import BUTTON, fit, mention, moment

_MOST_WAITING = 5


def home_view(
    titles: dict[str, str],
    drafts: Sequence[Draft],
    decisions: Sequence[Decision],
    waiting: WaitingDecisions = NOTHING_WAITS,
    digests: Sequence[UpcomingDigest] = (),
    playbooks: Mapping[str, Playbook] | None = None,
    command: str = "/ragvsft",
) -> dict[str, Any]:
    """Return a person's Home tab.

    Args:
        titles: playbook titles by id, the default first.
        drafts: the person's drafts, newest first.
        decisions: recent decisions that the person may read, newest first.
        waiting: decisions that wait for the person, oldest first.
        digests: the person's digests.
        playbooks: playbooks by hash; a decision without one gets no buttons to decide it.
        command: the slash command's name.
    """
    blocks: list[Block] = [
        HeaderBlock(text=plain("Decide how to build it, and remember why")),
        section(
            "I ask a few questions about the work, weigh the answers against published evidence, "
            "and post a recommendation with its reasons. Your team decides in the thread."
        ),
        ActionsBlock(elements=[_start(each, title) for each, title in list(titles.items())[:5]]),
    ]
    blocks += _waiting(waiting, playbooks or {})
    if drafts:
        blocks += [DividerBlock(), HeaderBlock(text=plain("Your drafts"))]
        blocks += [block for draft in drafts[:MOST_DRAFTS] for block in draft_blocks(draft)]
    blocks += [DividerBlock(), HeaderBlock(text=plain("Recent decisions"))]
    if decisions:
        blocks += [_decision(decision) for decision in decisions]
        more = f"Type `{command} show {decisions[0].number}` to read one, `{command} list` for all"
        blocks.append(ContextBlock(elements=[mrkdwn(more)]))
    else:
        nothing = "None yet. The first one takes about three minutes."
        blocks.append(ContextBlock(elements=[mrkdwn(nothing)]))
    blocks += digest_blocks(digests)
    return View(type="home", blocks=blocks).to_dict()


def _start(playbook_id: str, title: str) -> ButtonElement:
    return ButtonElement(
        action_id=f"{ids.Action.START}:{playbook_id}",
        text=plain(fit(title, BUTTON)),
        value=playbook_id,
    )


def _waiting(waiting: WaitingDecisions, playbooks: Mapping[str, Playbook]) -> list[Block]:
    """Return the decisions that wait for a person; nothing if none do."""
    numbers = {each.number for each in waiting.to_decide}
    to_contribute = tuple(each for each in waiting.to_contribute if each.number not in numbers)
    everything = (waiting.to_decide, to_contribute, waiting.to_review)
    if not any(everything):
        return []
    blocks: list[Block] = [DividerBlock(), HeaderBlock(text=plain("Waiting for you"))]
    for decision in waiting.to_decide[:_MOST_WAITING]:
        asked = any(each.number == decision.number for each in waiting.to_contribute)
        blocks += _to_decide(decision, playbooks.get(decision.playbook_hash), asked=asked)
    for decision in to_contribute[:_MOST_WAITING]:
        asks = f"{mention(decision.driver)} asks for your view  ·  {where(decision.place)}"
        blocks.append(section(f"{decision_title(decision)}\n{asks}"))
        blocks.append(decision_actions(decision, [add_view_button(decision)]))
    for decision in waiting.to_review[:_MOST_WAITING]:
        blocks.append(section(_to_review(decision, playbooks.get(decision.playbook_hash))))
        blocks.append(outcome_buttons(decision))
    rest = sum(max(len(each) - _MOST_WAITING, 0) for each in everything)
    if rest:
        blocks.append(ContextBlock(elements=[mrkdwn(f"and {rest} more")]))
    return blocks


def _to_decide(decision: Decision, playbook: Playbook | None, *, asked: bool) -> list[Block]:
    """Return a decision to be decided; `asked` adds the button for a view."""
    since = f"Yours to decide  ·  {moment(decision.opened_at)}"
    words = f"{decision_title(decision)}\n{since}  ·  {where(decision.place)}"
    if playbook is not None:
        words += f"\n{headline(playbook, decision.verdict)}"
    buttons = deciding_buttons(decision, playbook) if playbook is not None else []
    buttons += [add_view_button(decision)] if asked else []
    return [section(words), decision_actions(decision, buttons)] if buttons else [section(words)]


def _to_review(decision: Decision, playbook: Playbook | None) -> str:
    if playbook is None:
        return f"{decision_title(decision)}\nHow did it go?  ·  {where(decision.place)}"
    return f"{decided_line(decision, playbook)}\nHow did it go?"


def _decision(decision: Decision) -> Block:
    outcome = outcome_of(decision.reviews)
    parts = [
        status_label(decision),
        WENT[outcome] if outcome else "",
        where(decision.place),
    ]
    return section(f"{decision_title(decision)}\n{'  ·  '.join(part for part in parts if part)}")
