"""SQL that reads digests: counts, and the decisions to show, each by an index of its own.

Only what every reader of the digest may see: each query takes one of the conditions of
`storage.search` other than the one for a person's own decisions.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from heapq import merge
from itertools import islice

from bot.decisions.access import MessageRef
from bot.decisions.model import ReviewAnswer
from bot.digest.content import (
    ClosedDecision,
    DigestData,
    DigestItem,
    DigestQuery,
    PastAnswers,
    ReviewedDecision,
    SectionCounts,
    SplitDecision,
    Truncated,
)
from bot.digest.settings import DigestScope, DigestSection
from bot.outbox.model import announcement_key
from bot.storage.connection import Connection, Row
from bot.storage.convert import RowMapper, utc_text
from bot.storage.decisions import reviews_by_number, summaries_by_number
from bot.storage.perspectives import find_team
from bot.storage.search import PUBLIC, THIS_CHANNEL, scope_params

NEWEST = 200
"""How many past decisions are examined for their outcomes, and by the current rules."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Decisions that a section lists: a condition, and the column that orders them."""

    section: DigestSection
    condition: str
    order_by: str
    newest_first: bool = False


_OPEN = "status = 'open'"
_DECIDED = "status in ('accepted', 'overridden')"
_WAITING = _Part(DigestSection.WAITING, _OPEN, "number")
_DIFFERS = """
exists (
  select 1 from perspectives as p
  where p.workspace = decisions.workspace and p.number = decisions.number
    and coalesce(p.choice, p.option) not in ('', decisions.recommended){since}
)
"""
_SEEN_DIFFERENTLY = _DIFFERS.format(since="")
_SPLIT = _Part(DigestSection.DISAGREEMENTS, f"{_OPEN} and {_SEEN_DIFFERENTLY}", "number")
_REVIEW_MISSING = "review_count < decider_count and review_on <= :today"
_TO_REVIEW = _Part(DigestSection.REVIEWS, f"{_DECIDED} and {_REVIEW_MISSING}", "review_on")
_NEW = _Part(
    DigestSection.NEW,
    "opened_at > :since and opened_at <= :until and status in ('open', 'accepted', 'overridden')",
    "opened_at",
    newest_first=True,
)
_SETTLED = _Part(
    DigestSection.DECIDED,
    f"{_DECIDED} and resolved_at > :since and resolved_at <= :until",
    "resolved_at",
    newest_first=True,
)
_CLOSED = _Part(
    DigestSection.DECIDED,
    "status in ('withdrawn', 'superseded') and closed_at > :since and closed_at <= :until",
    "closed_at",
    newest_first=True,
)
_NEWS = (
    _NEW,
    _SETTLED,
    _CLOSED,
    replace(_TO_REVIEW, condition=f"{_TO_REVIEW.condition} and review_on > :before"),
    replace(
        _SPLIT,
        condition=f"{_OPEN} and {_DIFFERS.format(since=' and p.changed_at > :since')}",
    ),
)
"""What has happened since the last digest; anything else was in it."""
_REVIEWED = _Part(DigestSection.CALIBRATION, "review_count > 0", "number", newest_first=True)
_BY_VERSION = _Part(
    DigestSection.RULES, f"{_DECIDED} and playbook_hash = :version", "number", newest_first=True
)
_FROM = "from decisions where workspace = :workspace and {axis}"
_COUNT = f"select count(*) as count {_FROM} and {{condition}}"
_FIRST = f"""
select {{key}} as place, number {_FROM} and {{condition}} order by {{order}} limit :limit
"""
_THESE = "where workspace = :workspace and number in ({numbers})"
_ANNOUNCED = "select key, sent_channel, ts from deliveries where key in (:keys) and ts is not null"
_WEEKS = f"""
with recursive options(name) as (
  select min(chosen) {_FROM}
  union all
  select (select min(chosen) {_FROM} and chosen > options.name)
  from options where options.name is not null
),
weeks(place, begins, ends) as (values {{spans}})
select options.name as option, weeks.place as place, (
    select count(*) {_FROM} and chosen = options.name
      and opened_at >= weeks.begins and opened_at < weeks.ends
  ) as count
from options, weeks where options.name is not null
"""  # noqa: S608  # only constants of this module

_PAST_ANSWERS = RowMapper(PastAnswers, stored_elsewhere=("reviews",))
_PUBLIC_HERE = f"{PUBLIC} and channel = :channel"
_PRIVATE_HERE = f"{THIS_CHANNEL} and channel = :channel"
_PRIVATE = "visibility = :private"


def section_counts(db: Connection, query: DigestQuery) -> SectionCounts:
    """Return how many decisions a digest would report, those of other private channels included."""
    reader = _Reader(db, query)
    own, private = reader.counts(reader.count), reader.private()
    return SectionCounts(
        own.waiting + private.waiting,
        own.disagreements + private.disagreements,
        own.reviews + private.reviews,
        own.new + private.new,
        own.decided + private.decided,
        own.closed + private.closed,
    )


def has_news(db: Connection, query: DigestQuery) -> bool:
    """Return whether anything has happened in the window, also in other private channels."""
    reader = _Reader(db, query)
    wanted = [part for part in _NEWS if part.section in query.sections]
    return any(reader.count(part) or reader.count_in_private(part) for part in wanted)


def digest_data(db: Connection, query: DigestQuery) -> DigestData:
    """Return the data for a digest."""
    return _Reader(db, query).data()


def past_answers(db: Connection, query: DigestQuery) -> tuple[tuple[PastAnswers, ...], bool]:
    """Return decisions by older playbook versions, newest first, and whether there are more."""
    return _Reader(db, query).past_answers()


def items_of(db: Connection, workspace: str, numbers: Sequence[int]) -> list[DigestItem]:
    """Return decisions by their numbers, in that order; permissions are not checked."""
    if not numbers:
        return []
    decisions = summaries_by_number(db, workspace, numbers)
    keys = {announcement_key(each): number for number, each in decisions.items()}
    announced = {
        keys[row["key"]]: MessageRef(row["sent_channel"], row["ts"])
        for row in db.all(_ANNOUNCED, {"keys": list(keys)})
    }
    known = (number for number in numbers if number in decisions)
    return [DigestItem(decisions[number], announced.get(number)) for number in known]


class _Reader:
    """Reads one digest."""

    def __init__(self, db: Connection, query: DigestQuery) -> None:
        self._db = db
        self._query = query
        self._newest_only: dict[DigestSection, int] = {}
        everywhere = query.coverage is DigestScope.WORKSPACE
        public = PUBLIC if everywhere else _PUBLIC_HERE
        self._axes = (public,) if query.scope.here is None else (public, _PRIVATE_HERE)
        self._values = {
            **scope_params(query.scope),
            "channel": query.channel,
            "since": utc_text(query.since),
            "until": utc_text(query.until),
            "today": query.today.isoformat(),
            "before": query.before.isoformat(),
        }
        self._new, self._settled = _new_part(query.sections), _settled_part(query.sections)

    def data(self) -> DigestData:
        answers, more = self.past_answers()
        if more:
            self._newest_only[DigestSection.RULES] = NEWEST
        return DigestData(
            waiting=self._items(_WAITING),
            split=self._split(),
            reviews=self._items(_TO_REVIEW),
            new=self._items(self._new),
            decided=self._items(self._settled),
            closed=self._ended(),
            reviewed=self._reviewed(),
            past_answers=answers,
            trend=self._trend(),
            private=self.private(),
            newest_only=self._newest_only,
        )

    def past_answers(self) -> tuple[tuple[PastAnswers, ...], bool]:
        if DigestSection.RULES not in self._query.sections:
            return (), False
        numbers: list[int] = []
        for row in self._db.all("select hash from playbooks"):
            if row["hash"] not in self._query.playbooks:
                self._values["version"] = row["hash"]
                numbers += self._first(_BY_VERSION, NEWEST + 1)
        numbers.sort(reverse=True)
        reviews = self._reviews(numbers[:NEWEST])
        answers = tuple(
            _PAST_ANSWERS.load(row, reviews=reviews.get(row["number"], ()))
            for row in self._these(numbers[:NEWEST], "number, playbook, answers, recommended")
        )
        return answers, len(numbers) > NEWEST

    def private(self) -> SectionCounts:
        """Count the decisions of other private channels."""
        return self.counts(self.count_in_private)

    def count_in_private(self, part: _Part) -> int:
        """Count the decisions of a section in other private channels."""
        if self._query.coverage is not DigestScope.WORKSPACE:
            return 0
        return self._count(_PRIVATE, part) - self._count(_PRIVATE_HERE, part)

    def counts(self, count: Callable[[_Part], int]) -> SectionCounts:
        parts = (_WAITING, _SPLIT, _TO_REVIEW, self._new, self._settled, _CLOSED)
        wanted = self._query.sections
        return SectionCounts(*(count(part) if part.section in wanted else 0 for part in parts))

    def count(self, part: _Part) -> int:
        return sum(self._count(axis, part) for axis in self._axes)

    def _items(self, part: _Part) -> Truncated[DigestItem]:
        if part.section not in self._query.sections:
            return Truncated()
        numbers = self._first(part, self._query.limit)
        return Truncated(tuple(self._read(numbers)), self.count(part))

    def _ended(self) -> Truncated[ClosedDecision]:
        found = self._items(_CLOSED)
        numbers = {each.decision.superseded_by for each in found.shown}
        successors = {
            each.decision.number: each
            for each in self._read(sorted(filter(None, numbers)))
            if self._query.scope.allows(each.decision)
        }
        shown = tuple(
            ClosedDecision(
                each.decision, each.announced, successors.get(each.decision.superseded_by or 0)
            )
            for each in found.shown
        )
        return Truncated(shown, found.count)

    def _split(self) -> Truncated[SplitDecision]:
        found = self._items(_SPLIT)
        split = []
        for item in found.shown:
            team = find_team(self._db, item.decision.workspace, item.decision.number)
            if team is not None:
                split.append(SplitDecision(item, team))
        return Truncated(tuple(split), found.count)

    def _reviewed(self) -> tuple[ReviewedDecision, ...]:
        if _REVIEWED.section not in self._query.sections:
            return ()
        numbers = self._first(_REVIEWED, NEWEST + 1)
        if len(numbers) > NEWEST:
            self._newest_only[_REVIEWED.section] = NEWEST
        reviews = self._reviews(numbers[:NEWEST])
        return tuple(
            ReviewedDecision(row["recommended"], row["resolved_option"], reviews[row["number"]])
            for row in self._these(numbers[:NEWEST], "number, recommended, resolved_option")
            if row["resolved_option"] is not None
        )

    def _reviews(self, numbers: Sequence[int]) -> Mapping[int, tuple[ReviewAnswer, ...]]:
        return reviews_by_number(self._db, self._query.scope.workspace, numbers)

    def _trend(self) -> dict[str, tuple[int, ...]]:
        if DigestSection.TREND not in self._query.sections:
            return {}
        moments = [*self._query.weeks, self._query.until + timedelta.resolution]
        texts = {f"week{place}": utc_text(at) for place, at in enumerate(moments)}
        spans = ", ".join(
            f"({place}, :week{place}, :week{place + 1})" for place in range(len(moments) - 1)
        )
        found: dict[str, list[int]] = {}
        for axis in self._axes:
            query = _WEEKS.format(axis=axis, spans=spans)
            for row in self._db.all(query, {**self._values, **texts}):
                counts = found.setdefault(row["option"], [0] * len(self._query.weeks))
                counts[row["place"]] += row["count"]
        return {option: tuple(counts) for option, counts in sorted(found.items()) if any(counts)}

    def _count(self, axis: str, part: _Part) -> int:
        query = _COUNT.format(axis=axis, condition=part.condition)
        (row,) = self._db.all(query, self._values)
        return int(row["count"])

    def _first(self, part: _Part, limit: int) -> list[int]:
        """Return the numbers of the first decisions of a section that may be read."""
        found = []
        direction = "desc" if part.newest_first else "asc"
        # A column named twice keeps SQLite from using the index.
        columns = dict.fromkeys((part.order_by, "number"))
        order = ", ".join(f"{column} {direction}" for column in columns)
        for axis in self._axes:
            query = _FIRST.format(
                axis=axis, condition=part.condition, key=part.order_by, order=order
            )
            first = self._db.all(query, {**self._values, "limit": limit})
            found.append([(row["place"], row["number"]) for row in first])
        merged = merge(*found, reverse=part.newest_first)
        return [number for _, number in islice(merged, limit)]

    def _read(self, numbers: Sequence[int]) -> list[DigestItem]:
        return items_of(self._db, self._query.scope.workspace, numbers)

    def _these(self, numbers: Sequence[int], columns: str) -> list[Row]:
        if not numbers:
            return []
        these = _THESE.format(numbers=_listed(numbers))
        query = f"select {columns} from decisions {these} order by number desc"  # noqa: S608
        return self._db.all(query, {"workspace": self._query.scope.workspace})


def _new_part(sections: Collection[DigestSection]) -> _Part:
    """Return what is new and in none of the other sections, so that each is counted once."""
    condition = _NEW.condition
    if DigestSection.WAITING in sections:
        condition += " and status <> 'open'"
    elif DigestSection.DISAGREEMENTS in sections:
        condition += f" and not (status = 'open' and {_SEEN_DIFFERENTLY})"
    if DigestSection.DECIDED in sections:
        condition += " and (resolved_at is null or resolved_at > :until)"
    if DigestSection.REVIEWS in sections:
        condition += f" and not ({_DECIDED} and coalesce({_REVIEW_MISSING}, false))"
    return replace(_NEW, condition=condition)


def _settled_part(sections: Collection[DigestSection]) -> _Part:
    """Return what was decided; what is to be reviewed already is only in that section."""
    if DigestSection.REVIEWS not in sections:
        return _SETTLED
    condition = f"{_SETTLED.condition} and not coalesce({_REVIEW_MISSING}, false)"
    return replace(_SETTLED, condition=condition)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(int(number)) for number in numbers)
