"""What the log knows for a digest: counts, and the decisions to show, each by an index of its own.

Each query has one of the conditions of `scope.SCOPE_CONDITIONS` other than `OWN`: a digest tells
what all its readers may read. Indices are named, so that no query ever scans the whole table.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any

from bot.decisions.access import MessageRef
from bot.digest.content import ClosedDecision, DigestItem, PrivateCounts, Truncated
from bot.digest.facts import DigestData, DigestQuery, PastAnswers, ReviewedDecision, SplitDecision
from bot.digest.settings import DigestScope, DigestSection
from bot.digest.trend_queries import count_weeks
from bot.storage.connection import Connection
from bot.storage.convert import utc_text
from bot.storage.decisions import decisions_by_number, reviews_by_number
from bot.storage.perspectives import find_team
from bot.storage.scope import PUBLIC, THIS_CHANNEL, scope_params

NEWEST = 200
"""Of how many past decisions it is looked at how they went, and what today's rules say."""
OPEN = "status = 'open'"
DECIDED = "status in ('accepted', 'overridden')"
UNREVIEWED = f"{DECIDED} and review_count < decider_count"
REVIEWED = "review_count > 0"
ENDED = "status in ('withdrawn', 'superseded')"

_OPENED = (
    "opened_at > :since and opened_at <= :until and status in ('open', 'accepted', 'overridden')"
)
_SETTLED = f"{DECIDED} and resolved_at > :since and resolved_at <= :until"
_ENDED = f"{ENDED} and closed_at > :since and closed_at <= :until"
_SPLIT = f"""
{OPEN} and exists (
  select 1 from perspectives as p
  where p.workspace = decisions.workspace and p.number = decisions.number
    and p.option <> decisions.recommended
)
"""  # noqa: S608  # only constants of this file
_DUE = f"{UNREVIEWED} and review_on <= :today"
_FROM = "from decisions indexed by idx_digest_{index} where workspace = :workspace and {grant}"
_COUNT = f"select count(*) as count {_FROM} and {{condition}}"
_FIRST = f"""
select {{key}} as place, number {_FROM} and {{condition}}
order by {{key}} {{order}} limit :limit
"""
_THESE = "where workspace = :workspace and number in (select value from json_each(:numbers))"
_OUTCOMES = f"""
select number, recommended, resolved_option from decisions {_THESE} order by number desc
"""  # noqa: S608  # only constants of this file
_SHEETS = f"""
select number, playbook, answers, recommended from decisions {_THESE} order by number desc
"""  # noqa: S608  # only constants of this file
_OLD_EDITIONS = "select hash from playbooks where hash not in (select value from json_each(?))"
_ANNOUNCED = """
select decision, sent_channel, ts from deliveries
where key in (
  select :workspace || '/' || value || '/announcement' from json_each(:numbers)
) and ts is not null
"""


def facts_of(db: Connection, question: DigestQuery) -> DigestData:
    """Return what the log knows for a digest."""
    return _Reading(db, question).facts()


def entries_of(db: Connection, workspace: str, numbers: Sequence[int]) -> list[DigestItem]:
    """Return decisions by their numbers, in that order, and where they were announced."""
    these = {"workspace": workspace, "numbers": json.dumps(list(numbers))}
    decisions = decisions_by_number(db, workspace, numbers)
    announced = {
        row["decision"]: MessageRef(row["sent_channel"], row["ts"])
        for row in db.query(_ANNOUNCED, these)
    }
    found = (number for number in numbers if number in decisions)
    return [DigestItem(decisions[number], announced.get(number)) for number in found]


@dataclass(frozen=True, slots=True)
class _Axis:
    """A condition on who may read what, and the axis of the indices that goes with it."""

    grant: str
    name: str


_PUBLIC_CHANNEL = _Axis(f"{PUBLIC} and channel = :channel", "here")
_PUBLIC_EVERYWHERE = _Axis(PUBLIC, "everywhere")
_HERE = _Axis(f"{THIS_CHANNEL} and channel = :channel", "here")
_PRIVATE_EVERYWHERE = _Axis("visibility = :private", "everywhere")


class _Reading:
    """The reading of one digest."""

    def __init__(self, db: Connection, question: DigestQuery) -> None:
        self._db = db
        self._question = question
        self._looked_at: dict[DigestSection, int] = {}
        everywhere = question.scope is DigestScope.WORKSPACE
        public = _PUBLIC_EVERYWHERE if everywhere else _PUBLIC_CHANNEL
        self._axes = (public,) if question.sight.here is None else (public, _HERE)
        self._arguments = {
            **scope_params(question.sight),
            "channel": question.channel,
            "since": utc_text(question.since),
            "until": utc_text(question.until),
            "today": question.today.isoformat(),
        }

    def facts(self) -> DigestData:
        wanted = self._question.parts
        few = self._question.shown
        waiting = self._share(DigestSection.WAITING, "open", OPEN, "number", few)
        split = self._split()
        settled = self._share(
            DigestSection.DECIDED, "settled", _SETTLED, "resolved_at", few, newest=True
        )
        return DigestData(
            waiting=waiting,
            split=split,
            reviews=self._share(DigestSection.REVIEWS, "unreviewed", _DUE, "review_on", few),
            opened=self._opened(
                each.decision.number
                for each in (*waiting.shown, *(each.entry for each in split.shown), *settled.shown)
            ),
            settled=settled,
            ended=self._ended(),
            reviewed=tuple(self._reviewed()) if DigestSection.CALIBRATION in wanted else (),
            sheets=tuple(self._sheets()) if DigestSection.RULES in wanted else (),
            trend=self._trend() if DigestSection.TREND in wanted else {},
            hidden=self._hidden(),
            looked_at=self._looked_at,
        )

    def _share(
        self,
        part: DigestSection,
        index: str,
        condition: str,
        key: str,
        limit: int,
        *,
        newest: bool = False,
    ) -> Truncated[DigestItem]:
        if part not in self._question.parts:
            return Truncated()
        numbers = self._first(index, condition, key, limit, newest=newest)
        count = sum(self._count(axis, index, condition) for axis in self._axes)
        return Truncated(tuple(self._entries(numbers)), count)

    def _opened(self, elsewhere: Iterable[int]) -> Truncated[DigestItem]:
        """Return what was opened, shown as far as it is not shown elsewhere."""
        if DigestSection.NEW not in self._question.parts:
            return Truncated()
        few, shown = self._question.shown, set(elsewhere)
        count = sum(self._count(axis, "opened", _OPENED) for axis in self._axes)
        first = self._first("opened", _OPENED, "opened_at", few + len(shown), newest=True)
        numbers = [number for number in first if number not in shown]
        return Truncated(tuple(self._entries(numbers[:few])), count)

    def _ended(self) -> Truncated[ClosedDecision]:
        """Return what was withdrawn or superseded; a successor only if it may be read as well."""
        few, sight = self._question.shown, self._question.sight
        found = self._share(DigestSection.DECIDED, "ended", _ENDED, "closed_at", few, newest=True)
        numbers = {each.decision.superseded_by for each in found.shown} - {None}
        successors = {
            each.decision.number: each
            for each in self._entries(sorted(filter(None, numbers)))
            if sight.covers(each.decision)
        }
        return Truncated(
            tuple(
                ClosedDecision(
                    each.decision,
                    each.announced,
                    successors.get(each.decision.superseded_by or 0),
                )
                for each in found.shown
            ),
            found.count,
        )

    def _split(self) -> Truncated[SplitDecision]:
        found = self._share(
            DigestSection.DISAGREEMENTS, "open", _SPLIT, "number", self._question.shown
        )
        split = []
        for entry in found.shown:
            team = find_team(self._db, entry.decision.workspace, entry.decision.number)
            if team is not None:
                split.append(SplitDecision(entry, team))
        return Truncated(tuple(split), found.count)

    def _reviewed(self) -> Iterator[ReviewedDecision]:
        numbers = self._first("reviewed", REVIEWED, "number", NEWEST + 1, newest=True)
        newest = self._newest(numbers, DigestSection.CALIBRATION)
        reviews = reviews_by_number(self._db, self._question.sight.workspace, newest)
        for row in self._these(_OUTCOMES, newest):
            if row["resolved_option"] is not None:
                given = reviews[row["number"]]
                yield ReviewedDecision(row["recommended"], row["resolved_option"], given)

    def _sheets(self) -> Iterator[PastAnswers]:
        playbooks = (json.dumps(self._question.playbooks),)
        numbers: list[int] = []
        for edition in list(self._db.query(_OLD_EDITIONS, playbooks)):
            self._arguments["edition"] = edition["hash"]
            condition = f"{DECIDED} and playbook_hash = :edition"
            numbers += self._first("edition", condition, "number", NEWEST + 1, newest=True)
        numbers.sort(reverse=True)
        newest = self._newest(numbers, DigestSection.RULES)
        reviews = reviews_by_number(self._db, self._question.sight.workspace, newest)
        for row in self._these(_SHEETS, newest):
            yield PastAnswers(
                row["number"],
                row["playbook"],
                json.loads(row["answers"]),
                row["recommended"],
                reviews.get(row["number"], ()),
            )

    def _newest(self, numbers: Sequence[int], part: DigestSection) -> Sequence[int]:
        """Return as many as are looked at, and note it if there are more."""
        if len(numbers) > NEWEST:
            self._looked_at[part] = NEWEST
        return numbers[:NEWEST]

    def _trend(self) -> dict[str, tuple[int, ...]]:
        weeks, until = self._question.weeks, self._question.until
        found: dict[str, list[int]] = {}
        for axis in self._axes:
            counted = count_weeks(self._db, axis.name, axis.grant, self._arguments, weeks, until)
            for option, counts in counted.items():
                before = found.get(option, [0] * len(weeks))
                found[option] = [one + other for one, other in zip(before, counts, strict=True)]
        return {option: tuple(counts) for option, counts in sorted(found.items()) if any(counts)}

    def _hidden(self) -> PrivateCounts:
        """Count what is in other private channels: all but what is in this one."""
        if self._question.scope is not DigestScope.WORKSPACE:
            return PrivateCounts()
        return PrivateCounts(
            waiting=self._elsewhere(DigestSection.WAITING, "open", OPEN),
            disagreements=self._elsewhere(DigestSection.DISAGREEMENTS, "open", _SPLIT),
            reviews=self._elsewhere(DigestSection.REVIEWS, "unreviewed", _DUE),
            new=self._elsewhere(DigestSection.NEW, "opened", _OPENED),
            decided=self._elsewhere(DigestSection.DECIDED, "settled", _SETTLED),
            ended=self._elsewhere(DigestSection.DECIDED, "ended", _ENDED),
        )

    def _elsewhere(self, part: DigestSection, index: str, condition: str) -> int:
        if part not in self._question.parts:
            return 0
        here = self._count(_HERE, index, condition)
        return self._count(_PRIVATE_EVERYWHERE, index, condition) - here

    def _count(self, axis: _Axis, index: str, condition: str) -> int:
        name = f"{index}_{axis.name}"
        query = _COUNT.format(index=name, grant=axis.grant, condition=condition)
        (row,) = self._db.query(query, self._arguments)
        return int(row["count"])

    def _first(
        self, index: str, condition: str, key: str, limit: int, *, newest: bool
    ) -> list[int]:
        """Return the numbers of the first ones by a key, of all that may be read."""
        found = []
        for axis in self._axes:
            query = _FIRST.format(
                index=f"{index}_{axis.name}",
                grant=axis.grant,
                condition=condition,
                key=key,
                order="desc" if newest else "asc",
            )
            rows_found = self._db.query(query, self._arguments | {"limit": limit})
            found.append([(row["place"], row["number"]) for row in rows_found])
        return [number for _, number in islice(merge(*found, reverse=newest), limit)]

    def _entries(self, numbers: Sequence[int]) -> list[DigestItem]:
        return entries_of(self._db, self._question.sight.workspace, numbers)

    def _these(self, query: str, numbers: Sequence[int]) -> list[dict[str, Any]]:
        these = {"workspace": self._question.sight.workspace, "numbers": json.dumps(numbers)}
        return self._db.query(query, these)
