"""The window in which a person reads a decision, and decides it if it is theirs to decide.

Buttons switch between its parts: why, answers, views, history.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ContextBlock, SectionBlock
from slack_sdk.models.views import View

from bot.decisions.model import Decision, Status
from bot.decisions.records.record import (
    Record,
    RecordedDifference,
    RecordedEvent,
    RecordedPerspective,
)
from bot.playbooks.model import Playbook
from bot.slack.views.announcement import outcome_line, status_line
from bot.slack.views.decide import add_view_button, deciding_buttons
from bot.slack.views.recommendation import recommendation_in_full
from bot.slack.views.review import review_sections
from bot.slack.views.verdict import verdict_summary, veto_notes
from bot.slackkit import ids
from bot.slackkit.message import (
    Line,
    TextSection,
    button,
    decision_actions,
    decision_button,
    decision_label,
    decision_title,
    mrkdwn,
    plain,
    section,
    show_button,
    text_sections,
)
from bot.slackkit.metadata import DecisionMetadata
from bot.slackkit.mrkdwn import (
    SECTION,
    and_list,
    escape,
    fit_escaped,
    mention,
    mentions,
    moment,
    quote,
)

_BUDGET = 60_000
"""Characters of a part as JSON; Slack takes 250,000 in a view."""
_LONGEST = 600
"""Characters of a text that people wrote, in the views and the history."""
_NAMES = 5
_MOST_LINES = 60


class ReaderTab(StrEnum):
    """A part of the window."""

    WHY = "why"
    ANSWERS = "answers"
    VIEWS = "views"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class OpenDecision:
    """A decision as it is open in a person's window.

    Attributes:
        decision: the decision.
        playbook: its playbook.
        record: its record.
        reader: the person's user id.
        link: the announcement's permalink; None if unknown.
        metadata: what the window carries; its `tab` is the part to show.
        note: what the person should know about what they just did; mrkdwn.
    """

    decision: Decision
    playbook: Playbook
    record: Record
    reader: str
    link: str | None
    metadata: DecisionMetadata
    note: str = ""


def reader_modal(opened: OpenDecision) -> dict[str, Any]:
    """Return the window on the part that its metadata names."""
    decision = opened.decision
    tab = ReaderTab(opened.metadata.tab or ReaderTab.WHY)
    parts = {
        ReaderTab.WHY: _why,
        ReaderTab.ANSWERS: _answers,
        ReaderTab.VIEWS: _views,
        ReaderTab.HISTORY: _history,
    }
    return View(
        type="modal",
        callback_id=ids.Modal.READER,
        private_metadata=opened.metadata.model_dump_json(exclude_none=True),
        title=plain(f"Decision #{decision.number}" if decision.number < 10**9 else "Decision"),
        close=plain("Close"),
        blocks=[
            section(decision_title(decision)),
            ContextBlock(elements=[mrkdwn(_facts(opened))]),
            *_deciding(opened),
            _tabs(decision, tab),
            *([section(f"✅ {opened.note}")] if opened.note else []),
            *parts[tab](opened),
        ],
    ).to_dict()


def _facts(opened: OpenDecision) -> str:
    decision = opened.decision
    link = f"<{opened.link}|Open the discussion>" if opened.link else ""
    review = f"Check-in {decision.review_ahead:%-d %b %Y}" if decision.review_ahead else ""
    facts = [
        status_line(decision) if decision.status is Status.OPEN else "",
        "" if decision.reviews else review,
        link,
    ]
    return "  ·  ".join(each for each in facts if each) or outcome_line(decision, opened.playbook)


def _deciding(opened: OpenDecision) -> list[Block]:
    """Return the buttons of those who decide; others read who does.

    The driver edits the answers, the others add a view.
    """
    decision = opened.decision
    if decision.status is not Status.OPEN:
        return _resolved(opened)
    own = opened.reader == decision.driver
    edit = decision_button(ids.Action.EDIT, "Edit answers", decision.number)
    contribute = edit if own else add_view_button(decision)
    if opened.reader in decision.deciders:
        buttons = [*deciding_buttons(decision, opened.playbook), contribute]
        return [decision_actions(decision, buttons)]
    people = and_list([mention(user) for user in decision.deciders])
    return [
        ContextBlock(elements=[mrkdwn(f"Only {people} can decide this one.")]),
        decision_actions(decision, [contribute]),
    ]


def _resolved(opened: OpenDecision) -> list[Block]:
    """Return how a decision was settled, with the reasons in full."""
    decision, playbook = opened.decision, opened.playbook
    endings = [each for each in (decision.closure, decision.resolution) if each]
    reasons = [quote(each.reason, 1000) for each in endings if each.reason.strip()]
    blocks: list[Block] = [section("\n".join([outcome_line(decision, playbook), *reasons]))]
    if decision.resolution is not None:
        option = decision.resolution.option
        out = veto_notes(playbook, decision.verdict, option, SECTION, lead="⚠️ *Ruled out*")
        blocks += [section(out)] if out else []
    return [*blocks, *review_sections(decision)]


def _tabs(decision: Decision, shown: ReaderTab) -> Block:
    about = decision_label(decision.number)
    buttons = [
        button(
            f"{ids.Action.TAB}:{tab}",
            f"› {tab.title()}" if tab is shown else tab.title(),
            str(decision.number),
            about=about,
        )
        for tab in ReaderTab
    ]
    export = decision_button(ids.Action.EXPORT, "Export record", decision.number)
    return ActionsBlock(elements=[*buttons, export])


def _why(opened: OpenDecision) -> list[Block]:
    decision, playbook = opened.decision, opened.playbook
    problem = [section(quote(decision.problem, SECTION))] if decision.problem else []
    return [
        *problem,
        *verdict_summary(playbook, decision.verdict),
        *text_sections(recommendation_in_full(playbook, decision.verdict), _BUDGET),
    ]


def _answers(opened: OpenDecision) -> list[Block]:
    lines = tuple(Line(each.ask, remark=f"→ {each.words}") for each in opened.record.answers)
    return text_sections([TextSection("The answers", lines)], _BUDGET) or [
        section("Nothing is answered yet.")
    ]


def _views(opened: OpenDecision) -> list[Block]:
    record = opened.record
    if not record.views:
        return [section("No views yet. *Add my view* gives yours.")]
    views = [_perspective(record, each) for each in record.views]
    return [
        *_listed("Views", views),
        *_listed("Differences", map(_difference, record.differences)),
    ]


def _perspective(record: Record, perspective: RecordedPerspective) -> str:
    driver = ", who asked" if perspective.driver else ""
    said = fit_escaped(record.view_words(perspective), 160)
    note = " ".join(perspective.note.split())
    quoted = f": “{fit_escaped(note, _LONGEST)}”" if note else ""
    return f"{mention(perspective.by)}{driver}: *{said}*{quoted}"


def _difference(found: RecordedDifference) -> str:
    said = "; ".join(
        f"{mentions(each.by, _NAMES)}: “{fit_escaped(each.words, 200)}”"
        for each in found.said[:_NAMES]
    )
    return f"{fit_escaped(found.ask, 200)} {said}"


def _history(opened: OpenDecision) -> list[Block]:
    """Return the events, newest first, the linked decisions, and the playbook."""
    record, ref = opened.record, opened.decision.verdict.playbook
    by = f"By the playbook {escape(ref.id)}, version {fit_escaped(ref.version, 40)}"
    return [
        *_listed("History", map(_happened, reversed(record.history))),
        *_links(record),
        ContextBlock(elements=[mrkdwn(f"{by} ({ref.hash[:7]})")]),
    ]


def _happened(event: RecordedEvent) -> str:
    did = fit_escaped(event.did, _LONGEST)
    to = f" {mentions(event.to, _NAMES)}" if event.to else ""
    note = f": “{fit_escaped(' '.join(event.note.split()), _LONGEST)}”" if event.note else ""
    return f"{moment(event.at)}  ·  {mention(event.by)} {did}{to}{note}"


def _links(record: Record) -> Iterator[Block]:
    linked = (("Replaces", record.supersedes), ("Superseded by", record.superseded_by))
    for words, number in linked:
        if number is not None:
            text = mrkdwn(f"{words} decision #{number}")
            yield SectionBlock(text=text, accessory=show_button(number))


def _listed(title: str, lines: Iterable[str]) -> list[Block]:
    """Return a titled list in as many sections as it takes, and the number of the rest."""
    listed = list(lines)
    texts = [f"*{title}*"]
    for line in listed[:_MOST_LINES]:
        if len(texts[-1]) + len(line) + len("\n•  ") < SECTION:
            texts[-1] += f"\n•  {line}"
        else:
            texts.append(f"•  {line}")
    if (rest := len(listed) - _MOST_LINES) > 0:
        texts.append(f"and {rest} more, in the record")
    return [section(text) for text in texts] if listed else []
