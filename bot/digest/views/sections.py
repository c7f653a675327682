"""The sections of a digest. Text that people wrote cannot add mentions, links or markup."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from slack_sdk.models.blocks import Block, ButtonElement, SectionBlock

from bot.decisions.access import MessageRef
from bot.decisions.model import DecisionSummary, Status
from bot.decisions.records.words import outcome_summary
from bot.digest.content import (
    NOTHING,
    ChangedDecision,
    ClosedDecision,
    Digest,
    DigestItem,
    Disagreement,
    Truncated,
)
from bot.digest.settings import DigestScope, DigestSection
from bot.digest.views.words import SECTION_TITLES, day_count, day_in
from bot.slackkit import ids
from bot.slackkit.message import button, mrkdwn, section
from bot.slackkit.mrkdwn import and_list, channel_link, fit_escaped, mention, one_line

Links = Mapping[MessageRef, str]
"""Permalinks of announcements, as far as Slack returned them."""
Item = TypeVar("Item", bound=DigestItem)

_MOST_DECIDERS = 3
_MOST_VERDICTS = 4
_OPTION = 60
_NAME = 40
_CLOSED = "Withdrawn or superseded"
_SAY_HOW = "Deciders: the question is in your direct messages."
_NOTHING_RECOMMENDED = "nothing is recommended yet"
_RULES_CHANGED = "The rules have changed since these were decided."
_OF_OLDER_RULES = "Of the {count:,} decisions by older rules that are newest."
_OF_REVIEWED = "Of the {count:,} reviewed decisions that are newest."
_LOOKALIKES = str.maketrans({"`": "ˋ", "|": "∣"})
"""Characters that would start code across items, or end a link early."""


@dataclass(frozen=True, slots=True)
class DigestBudget:
    """How much a digest shows.

    Attributes:
        acting: items in each section that asks people to act.
        informing: items in each other section.
        text: characters of each text that people wrote.
        columns: options in the table.
    """

    acting: int
    informing: int
    text: int
    columns: int


_ACTING = frozenset({DigestSection.WAITING, DigestSection.DISAGREEMENTS, DigestSection.REVIEWS})


@dataclass(frozen=True, slots=True)
class _Section:
    """A titled list; `more` says what it leaves out, `to_decide` are the decisions of its lines."""

    title: str
    lines: Sequence[str]
    more: str = ""
    intro: str = ""
    to_decide: Sequence[int] = ()


def announcements_in(digest: Digest) -> frozenset[MessageRef]:
    """Return the announcements of all decisions in a digest."""
    named: tuple[DigestItem, ...] = (
        *(*digest.waiting.shown, *digest.disagreements.shown, *digest.reviews.shown),
        *(*digest.new.shown, *digest.decided.shown, *digest.changed.shown, *digest.closed.shown),
        *(each.successor for each in digest.closed.shown if each.successor),
    )
    return frozenset(item.announced for item in named if item.announced)


def digest_sections(
    digest: Digest, command: str, links: Links, budget: DigestBudget
) -> list[Block]:
    """Return the blocks of the sections that are not empty, in the order of `DigestSection`.

    Each decision that waits has a block with a button that opens it; other sections are one block.

    Args:
        digest: the content.
        command: the slash command's name.
        links: permalinks of announcements; a decision without one is not linked.
        budget: how much to show.
    """
    sections = _DigestFormatter(digest, command, links, budget).sections()
    return [block for each in sections if each.lines for block in _blocks_of(each)]


class _DigestFormatter:
    """Formats the sections of one digest."""

    def __init__(self, digest: Digest, command: str, links: Links, budget: DigestBudget) -> None:
        self._digest = digest
        self._command = command
        self._links = links
        self._budget = budget

    def sections(self) -> list[_Section]:
        digest, of, kind = self._digest, self._section, DigestSection
        return [
            self._to_decide(),
            of(kind.DISAGREEMENTS, digest.disagreements, self._disagreement, "list open"),
            of(kind.REVIEWS, digest.reviews, self._to_review, "list decided", _SAY_HOW),
            of(kind.NEW, digest.new, self._opened, "list"),
            of(kind.DECIDED, digest.decided, self._decided, "list decided"),
            of(_CLOSED, digest.closed, self._closed, "list withdrawn superseded"),
            self._calibration(),
            of(kind.RULES, digest.changed, self._changed, "list decided", self._rules_intro()),
        ]

    def _section(
        self,
        kind: DigestSection | str,
        items: Truncated[Item],
        words: Callable[[Item], str],
        command: str,
        intro: str = "",
    ) -> _Section:
        most = self._budget.acting if kind in _ACTING else self._budget.informing
        lines = [
            f"{self._title(item)}{self._where(item.decision)}  ·  {words(item)}"
            for item in items.shown[:most]
        ]
        name = SECTION_TITLES[kind] if isinstance(kind, DigestSection) else kind
        title = f"{name} ({items.count:,})"
        return _Section(title, lines, self._more(items.count - len(lines), command), intro)

    def _to_decide(self) -> _Section:
        listed = self._section(
            DigestSection.WAITING, self._digest.waiting, self._waiting, "list open"
        )
        shown = self._digest.waiting.shown[: len(listed.lines)]
        return replace(listed, to_decide=[item.decision.number for item in shown])

    def _waiting(self, item: DigestItem) -> str:
        decision = item.decision
        waited = (self._today() - day_in(decision.opened_at, self._digest.zone)).days
        since = f"for {day_count(waited)}" if waited > 0 else "since today"
        return f"waiting for {_deciders(decision)} {since}"

    def _disagreement(self, item: Disagreement) -> str:
        ranked = sorted(item.verdicts.items(), key=lambda item: -item[1])
        said = [
            f"{people:,} for {self._option(option)}" for option, people in ranked[:_MOST_VERDICTS]
        ]
        return f"{and_list(said)}; {_flipping(item.flipping)}"

    def _to_review(self, item: DigestItem) -> str:
        decision = item.decision
        words = f"{self._option(decision.chosen or NOTHING)}, decided"
        if decision.resolution is None:
            return words
        return f"{words} on {day_in(decision.resolution.at, self._digest.zone):%-d %B %Y}"

    def _opened(self, item: DigestItem) -> str:
        option = item.decision.recommended
        return f"{self._option(option)} is recommended" if option else _NOTHING_RECOMMENDED

    def _decided(self, item: DigestItem) -> str:
        decision = item.decision
        words = self._option(decision.chosen or NOTHING)
        if decision.recommended is None:
            words += ", with nothing recommended"
        elif decision.status is Status.OVERRIDDEN:
            words += f", in place of {self._option(decision.recommended)}"
        else:
            words += ", as recommended"
        reason = self._written(decision.resolution.reason) if decision.resolution else ""
        return f"{words}: “{reason}”" if reason else words

    def _closed(self, item: ClosedDecision) -> str:
        """Return who closed a decision and why; a name, not a mention, as nobody has to act."""
        decision, closure = item.decision, item.decision.closure
        words = decision.status.value
        name = self._digest.names.get(closure.by) if closure else None
        if name:
            words += f" by {fit_escaped(one_line(name).translate(_LOOKALIKES), _NAME)}"
        if decision.decided_as is not None:
            words += f", after {self._option(decision.chosen or NOTHING)} had been chosen"
        if decision.superseded_by is not None:
            words += f"; see {self._successor(item)}"
        reason = self._written(closure.reason) if closure else ""
        return f"{words}: “{reason}”" if reason else words

    def _successor(self, item: ClosedDecision) -> str:
        if item.successor is None:
            return f"#{item.decision.superseded_by}"
        return self._title(item.successor)

    def _changed(self, item: ChangedDecision) -> str:
        was = self._option(item.decision.recommended or NOTHING)
        return f"now: {self._option(item.now)}; then: {was}"

    def _calibration(self) -> _Section:
        """Return outcomes by the option chosen, the most tried one first."""
        tallies = sorted(self._digest.calibration.items(), key=lambda each: -each[1].tried)
        shown = tallies[: self._budget.informing]
        lines = [
            f"*{self._option(option)}*  ·  {outcome_summary(tally.total)}"
            for option, tally in shown
        ]
        more = self._more(len(tallies) - len(shown), "rules")
        intro = self._newest(_OF_REVIEWED, DigestSection.CALIBRATION)
        return _Section(SECTION_TITLES[DigestSection.CALIBRATION], lines, more, intro)

    def _rules_intro(self) -> str:
        return f"{_RULES_CHANGED} {self._newest(_OF_OLDER_RULES, DigestSection.RULES)}".rstrip()

    def _newest(self, words: str, kind: DigestSection) -> str:
        """Return the note that a section covers only the newest decisions, if it does."""
        count = self._digest.newest_only.get(kind)
        return words.format(count=count) if count else ""

    def _title(self, item: DigestItem) -> str:
        words = f"#{item.decision.number}  {self._written(item.decision.title)}"
        link = self._links.get(item.announced) if item.announced else None
        return f"*{words}*" if link is None else f"<{link}|{words}>"

    def _where(self, decision: DecisionSummary) -> str:
        if self._digest.scope is DigestScope.CHANNEL:
            return ""
        return f" in {channel_link(decision.place.channel)}"

    def _written(self, text: str) -> str:
        return fit_escaped(one_line(text).translate(_LOOKALIKES), self._budget.text)

    def _more(self, count: int, command: str) -> str:
        return f"and {count:,} more: `{self._command} {command}`" if count else ""

    def _option(self, option: str) -> str:
        return fit_escaped(one_line(self._digest.titles.get(option, option)), _OPTION)

    def _today(self) -> date:
        return day_in(self._digest.until, self._digest.zone)


def _flipping(count: int) -> str:
    if not count:
        return "no one difference would flip it"
    return "1 difference would flip it" if count == 1 else f"{count} differences would flip it"


def _deciders(decision: DecisionSummary) -> str:
    """Return mentions of the deciders, so that Slack notifies them."""
    named = [mention(user) for user in decision.deciders[:_MOST_DECIDERS]]
    rest = len(decision.deciders) - len(named)
    return and_list([*named, f"{rest} more"] if rest else named)


def _blocks_of(listed: _Section) -> list[Block]:
    head = [f"*{listed.title}*", *([f"_{listed.intro}_"] if listed.intro else [])]
    more = [listed.more] if listed.more else []
    if not listed.to_decide:
        return [section("\n".join([*head, *(f"•  {line}" for line in listed.lines), *more]))]
    items: list[Block] = [
        SectionBlock(text=mrkdwn(line), accessory=_decide(number))
        for line, number in zip(listed.lines, listed.to_decide, strict=True)
    ]
    return [section("\n".join(head)), *items, *map(section, more)]


def _decide(number: int) -> ButtonElement:
    return button(ids.Action.SHOW, "Decide", str(number), about=f"decision {number}")
