"""The parts of a digest, a paragraph each: what people wrote stays theirs, and forges nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from slack_sdk.models.blocks import SectionBlock

from bot.decisions.access import MessageRef
from bot.decisions.model import Decision, Status
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
from bot.digest.views.words import PART_TITLES, day_in, days
from bot.slackkit.message import section
from bot.slackkit.mrkdwn import and_list, channel_link, fit_escaped, mention, one_line

Links = Mapping[MessageRef, str]
"""Where announcements can be opened, as far as Slack told."""
Told = TypeVar("Told", bound=DigestItem)

_MOST_DECIDERS = 3
_MOST_VERDICTS = 4
_OPTION = 60
_NAME = 40
_ENDED = "Withdrawn or superseded"
_SAY_HOW = "Their deciders have the question in their direct messages."
_NOTHING_RECOMMENDED = "nothing is recommended yet"
_RULES_CHANGED = "The rules have changed since these were decided."
_OF_OLDER_RULES = "Of the {count:,} decisions by older rules that are newest."
_OF_REVIEWED = "Of the {count:,} reviewed decisions that are newest."
_LOOKALIKES = str.maketrans({"`": "ˋ", "|": "∣"})
"""Signs that would begin code that ends in another entry, or end a link too early."""


@dataclass(frozen=True, slots=True)
class DigestBudget:
    """How much a digest may tell.

    `acting` are the entries of each part that wants somebody to act, `telling` those of each other
    part, `text` the characters of what people wrote, `columns` the options of the table.
    """

    acting: int
    telling: int
    text: int
    columns: int


_ACTING = frozenset({DigestSection.WAITING, DigestSection.DISAGREEMENTS, DigestSection.REVIEWS})


@dataclass(frozen=True, slots=True)
class _Chapter:
    """A titled list; `more` are the words for what is not in it."""

    title: str
    lines: Sequence[str]
    more: str = ""
    intro: str = ""


def announced_in(digest: Digest) -> frozenset[MessageRef]:
    """Return where the decisions stand that a digest names."""
    named: tuple[DigestItem, ...] = (
        *(*digest.waiting.shown, *digest.disagreements.shown, *digest.reviews.shown),
        *(*digest.new.shown, *digest.decided.shown, *digest.altered.shown, *digest.ended.shown),
        *(each.successor for each in digest.ended.shown if each.successor),
    )
    return frozenset(entry.announced for entry in named if entry.announced)


def digest_sections(
    digest: Digest, command: str, links: Links, room: DigestBudget
) -> list[SectionBlock]:
    """Return a block for each part that has something to tell, in the order of `DigestSection`.

    Args:
        digest: what is told.
        command: the slash command's name.
        links: the announcements' addresses; what has none is not linked.
        room: how much may be told.
    """
    told = _Teller(digest, command, links, room).digest_sections()
    return [_block(each) for each in told if each.lines]


class _Teller:
    """Puts a digest's parts into words."""

    def __init__(self, digest: Digest, command: str, links: Links, room: DigestBudget) -> None:
        self._digest = digest
        self._command = command
        self._links = links
        self._room = room

    def digest_sections(self) -> list[_Chapter]:
        digest, part = self._digest, self._part
        return [
            part(DigestSection.WAITING, digest.waiting, self._waits, "list open"),
            part(DigestSection.DISAGREEMENTS, digest.disagreements, self._differs, "list open"),
            part(DigestSection.REVIEWS, digest.reviews, self._to_review, "list decided", _SAY_HOW),
            self._new(),
            part(DigestSection.DECIDED, digest.decided, self._settled, "list decided"),
            part(_ENDED, digest.ended, self._came_to_an_end, "list withdrawn superseded"),
            self._calibration(),
            part(
                DigestSection.RULES, digest.altered, self._would_be, "list decided", self._changed()
            ),
        ]

    def _part(
        self,
        part: DigestSection | str,
        share: Truncated[Told],
        words: Callable[[Told], str],
        command: str,
        intro: str = "",
    ) -> _Chapter:
        most = self._room.acting if part in _ACTING else self._room.telling
        lines = [
            f"{self._title(entry)}{self._where(entry.decision)}  ·  {words(entry)}"
            for entry in share.shown[:most]
        ]
        title = (
            f"{PART_TITLES[part] if isinstance(part, DigestSection) else part} ({share.count:,})"
        )
        return _Chapter(title, lines, self._more(share.count - len(lines), command), intro)

    def _new(self) -> _Chapter:
        """Return what is new: what stands in another part as well is only named by its number."""
        digest, most = self._digest, self._room
        listed = self._part(DigestSection.NEW, digest.new, self._opened, "list")
        others = (
            *(*digest.waiting.shown[: most.acting], *digest.disagreements.shown[: most.acting]),
            *digest.decided.shown[: most.telling],
        )
        numbers = sorted(
            {
                each.decision.number
                for each in others
                if digest.new and digest.since < each.decision.opened_at <= digest.until
            }
        )
        if not numbers:
            return listed
        named = f"{and_list([f'#{number}' for number in numbers])}: see the other parts"
        rest = digest.new.count - len(listed.lines) - len(numbers)
        return replace(listed, lines=[*listed.lines, named], more=self._more(rest, "list"))

    def _waits(self, entry: DigestItem) -> str:
        decision = entry.decision
        waited = (self._today() - day_in(decision.opened_at, self._digest.zone)).days
        since = f"for {days(waited)}" if waited > 0 else "since today"
        return f"waiting for {_deciders(decision)} {since}"

    def _differs(self, entry: Disagreement) -> str:
        ranked = sorted(entry.verdicts.items(), key=lambda item: -item[1])
        said = [
            f"{people:,} for {self._option(option)}" for option, people in ranked[:_MOST_VERDICTS]
        ]
        return f"{and_list(said)}; {_flipping(entry.flipping)}"

    def _to_review(self, entry: DigestItem) -> str:
        decision = entry.decision
        words = f"{self._option(decision.chosen or NOTHING)}, decided"
        if decision.resolution is None:
            return words
        return f"{words} on {day_in(decision.resolution.at, self._digest.zone):%-d %B %Y}"

    def _opened(self, entry: DigestItem) -> str:
        option = entry.decision.verdict.recommended
        return f"{self._option(option)} is recommended" if option else _NOTHING_RECOMMENDED

    def _settled(self, entry: DigestItem) -> str:
        decision = entry.decision
        words = self._option(decision.chosen or NOTHING)
        if not decision.verdict.anything_known:
            words += ", with nothing recommended"
        elif decision.status is Status.OVERRIDDEN:
            words += f", in place of {self._option(decision.verdict.option)}"
        else:
            words += ", as recommended"
        reason = self._written(decision.resolution.reason) if decision.resolution else ""
        return f"{words}: “{reason}”" if reason else words

    def _came_to_an_end(self, entry: ClosedDecision) -> str:
        """Return by whom it was withdrawn or superseded, by name, as nobody need act; and why."""
        decision, ending = entry.decision, entry.decision.closure
        words = decision.status.value
        name = self._digest.names.get(ending.by) if ending else None
        if name:
            words += f" by {fit_escaped(one_line(name).translate(_LOOKALIKES), _NAME)}"
        if decision.decided_as is not None:
            words += f", after {self._option(decision.chosen or NOTHING)} had been chosen"
        if decision.superseded_by is not None:
            words += f"; see {self._successor(entry)}"
        reason = self._written(ending.reason) if ending else ""
        return f"{words}: “{reason}”" if reason else words

    def _successor(self, entry: ClosedDecision) -> str:
        if entry.successor is None:
            return f"#{entry.decision.superseded_by}"
        return self._title(entry.successor)

    def _would_be(self, entry: ChangedDecision) -> str:
        was = self._option(entry.decision.verdict.recommended or NOTHING)
        return f"now: {self._option(entry.now)}; then: {was}"

    def _calibration(self) -> _Chapter:
        """Return how past decisions went, by the option chosen; the most tried one first."""
        tallies = sorted(self._digest.calibration.items(), key=lambda each: -each[1].tried)
        shown = tallies[: self._room.telling]
        lines = [
            f"*{self._option(option)}*  ·  {outcome_summary(tally.total)}"
            for option, tally in shown
        ]
        more = self._more(len(tallies) - len(shown), "rules")
        intro = self._newest(_OF_REVIEWED, DigestSection.CALIBRATION)
        return _Chapter(PART_TITLES[DigestSection.CALIBRATION], lines, more, intro)

    def _changed(self) -> str:
        return f"{_RULES_CHANGED} {self._newest(_OF_OLDER_RULES, DigestSection.RULES)}".rstrip()

    def _newest(self, words: str, part: DigestSection) -> str:
        """Return that only the newest decisions were looked at for a part, if it is so."""
        count = self._digest.looked_at.get(part)
        return words.format(count=count) if count else ""

    def _title(self, entry: DigestItem) -> str:
        words = f"#{entry.decision.number}  {self._written(entry.decision.title)}"
        link = self._links.get(entry.announced) if entry.announced else None
        return f"*{words}*" if link is None else f"<{link}|{words}>"

    def _where(self, decision: Decision) -> str:
        if self._digest.scope is DigestScope.CHANNEL:
            return ""
        return f" in {channel_link(decision.place.channel)}"

    def _written(self, text: str) -> str:
        return fit_escaped(one_line(text).translate(_LOOKALIKES), self._room.text)

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


def _deciders(decision: Decision) -> str:
    """Return the people who must act, mentioned, so that Slack tells them."""
    named = [mention(user) for user in decision.deciders[:_MOST_DECIDERS]]
    rest = len(decision.deciders) - len(named)
    return and_list([*named, f"{rest} more"] if rest else named)


def _block(chapter: _Chapter) -> SectionBlock:
    lines = [f"*{chapter.title}*"]
    if chapter.intro:
        lines.append(f"_{chapter.intro}_")
    lines += [f"•  {line}" for line in chapter.lines]
    if chapter.more:
        lines.append(chapter.more)
    return section("\n".join(lines))
