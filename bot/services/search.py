"""Use cases that read decisions: list, search, show, export, and similar past decisions."""

import unicodedata
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.decisions.access import (
    AnswerSheet,
    Cursor,
    DecisionFilter,
    DecisionPage,
    Direction,
    MessageRef,
    ReadScope,
)
from bot.decisions.errors import NoSuchDecision
from bot.decisions.model import Decision, DecisionSummary, Draft, DraftPurpose, Status
from bot.decisions.records.build import DecisionContext, people_in, record_of
from bot.decisions.records.record import Record
from bot.outbox.model import announcement_key
from bot.outbox.table import by_key
from bot.playbooks.model import Playbook
from bot.playbooks.sensitivity import as_tuple
from bot.playbooks.verdict import Answers
from bot.services.people import PeopleService
from bot.storage.channels import find_channel_name
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.decisions import decisions_by_number, find_events
from bot.storage.people import find_names
from bot.storage.perspectives import find_team
from bot.storage.playbook_versions import PlaybookVersions
from bot.storage.search import answer_sheets, find_page, read_decision

STATUS_WORDS: Mapping[str, tuple[Status, ...]] = {
    **{status.value: (status,) for status in Status},
    "decided": (Status.ACCEPTED, Status.OVERRIDDEN),
    "different": (Status.OVERRIDDEN,),
    "differently": (Status.OVERRIDDEN,),
}
"""What people type for a status."""

_MOST_WORDS = 12
_LONGEST_WORD = 64
_MOST_OPTIONS = 4
_BATCH = 200

_NEWEST_COMPARED = 500
_MOST_ALIKE = 3
_LEAST_IN_COMMON = 3
_LEAST_SHARE = 2 / 3


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much two answer sheets have in common.

    Attributes:
        alike: questions with the same answer.
        partly: questions with several answers that have only some of them in common.
        compared: questions that both answered.
        share: of the questions compared; one with several answers counts by the share of both
            people's answers that they have in common (the Jaccard index).
    """

    alike: int
    partly: int
    compared: int
    share: float


@dataclass(frozen=True, slots=True)
class SimilarDecision:
    """A past decision with similar answers.

    Attributes:
        decision: the past decision.
        playbook: the version of the playbook that it was made with.
        counts: how many answers are the same.
    """

    decision: Decision
    playbook: Playbook
    counts: Likeness


@dataclass(frozen=True, slots=True)
class DecisionDetails:
    """A decision with its record; `announced` is None if it is not posted yet."""

    record: Record
    decision: Decision
    announced: MessageRef | None


class SearchService:
    """The use cases; what a person may not read is treated as missing."""

    def __init__(
        self, database: Database, playbooks: PlaybookVersions, people: PeopleService
    ) -> None:
        """Create the service; `people` says what a person may read."""
        self._database = database
        self._people = people
        self._playbooks = playbooks

    def parse_filter(self, text: str) -> DecisionFilter:
        """Parse the words typed after `list`.

        `mine`, `all`, statuses, and options of the playbooks in use are filters; other words are
        searched for.
        """
        return _filters(text, self._options())

    async def page(
        self, scope: ReadScope, filter_: DecisionFilter, cursor: Cursor | None, size: int
    ) -> DecisionPage:
        """Return a page of the decisions that match a filter, newest first."""
        return await self._database.read(lambda db: find_page(db, scope, filter_, cursor, size))

    async def details(self, scope: ReadScope, number: int) -> DecisionDetails:
        """Return a decision with its record.

        Raises:
            NoSuchDecision: there is none with this number, or the scope excludes it.
        """
        decision = await self._database.read(lambda db: read_decision(db, scope, number))
        if decision is None:
            raise NoSuchDecision(number)
        announced = (await self.announced([decision])).get(number)
        return DecisionDetails(await self._record(decision), decision, announced)

    async def announced(self, decisions: Sequence[DecisionSummary]) -> dict[int, MessageRef]:
        """Return the announcements that are posted, by the number of their decision."""
        return await self._database.read(lambda db: _announced(db, decisions))

    async def records(self, scope: ReadScope, limit: int) -> AsyncIterator[Record]:
        """Yield the records of at most `limit` decisions, newest first."""
        cursor: Cursor | None = None
        while limit > 0:
            read = partial(_in_full, scope=scope, cursor=cursor, limit=min(limit, _BATCH))
            decisions, more = await self._database.read(read)
            for decision in decisions:
                yield await self._record(decision)
            if not more:
                return
            limit -= len(decisions)
            cursor = Cursor(decisions[-1].number, Direction.OLDER)

    async def similar(self, draft: Draft) -> tuple[SimilarDecision, ...]:
        """Return the readable decisions whose answers are most like those of a draft.

        They use the same playbook, and at least two thirds of the questions that both answered
        have the same answer. Only the newest are compared. For an edit, which can be opened
        anywhere, the scope is what its driver may read outside of any channel.
        """
        engine = await self._playbooks.engine(draft.playbook_hash)
        place = None if draft.purpose is DraftPurpose.EDIT else draft.origin
        scope = await self._people.cached_scope(draft.driver, place)
        sheets = await self._sheets(scope, engine.playbook.id)
        return await self._alike(scope, most_similar(draft.answers, sheets, leave_out=draft.about))

    async def similar_before(self, decision: Decision) -> tuple[SimilarDecision, ...]:
        """Return the earlier decisions whose answers are most like those of a decision.

        Only those that every reader of its channel may read; otherwise like `similar`.
        """
        scope = ReadScope.for_audience(decision.workspace, decision.place)
        sheets = await self._sheets(scope, decision.playbook_id)
        before = [sheet for sheet in sheets if sheet.number < decision.number]
        found = most_similar(decision.answers, before, leave_out=decision.supersedes)
        return await self._alike(scope, found)

    async def _alike(
        self, scope: ReadScope, counted: Iterable[tuple[int, Likeness]]
    ) -> tuple[SimilarDecision, ...]:
        found = []
        for number, counts in counted:
            decision = await self._database.read(partial(read_decision, scope=scope, number=number))
            if decision is not None:
                playbook = (await self._playbooks.of(decision)).playbook
                found.append(SimilarDecision(decision, playbook, counts))
        return tuple(found)

    async def _sheets(self, scope: ReadScope, playbook_id: str) -> list[AnswerSheet]:
        return await self._database.read(
            lambda db: answer_sheets(db, scope, playbook_id, _NEWEST_COMPARED)
        )

    async def _record(self, decision: Decision) -> Record:
        engine = await self._playbooks.of(decision)
        context = await self._database.read(lambda db: decision_context(db, decision))
        return record_of(decision, engine, context)

    def _options(self) -> set[str]:
        return {
            option
            for playbook_id in self._playbooks.titles()
            for option in self._playbooks.current(playbook_id).engine.playbook.options
        }


def _in_full(
    db: Connection, scope: ReadScope, cursor: Cursor | None, limit: int
) -> tuple[list[Decision], bool]:
    """Return decisions with their verdicts, newest first, and whether there are older ones."""
    found = find_page(db, scope, DecisionFilter(), cursor, limit)
    numbers = [each.number for each in found.decisions]
    decisions = decisions_by_number(db, scope.workspace, numbers)
    return [decisions[number] for number in numbers], found.older


def _announced(db: Connection, decisions: Sequence[DecisionSummary]) -> dict[int, MessageRef]:
    found: dict[int, MessageRef] = {}
    for decision in decisions:
        posted = by_key(db, announcement_key(decision))
        if posted is not None and posted.sent_channel is not None and posted.ts is not None:
            found[decision.number] = MessageRef(posted.sent_channel, posted.ts)
    return found


def decision_context(db: Connection, decision: Decision) -> DecisionContext:
    """Return what the record of a decision shows besides the decision."""
    workspace, number = decision.workspace, decision.number
    team = find_team(db, workspace, number)
    perspectives = team.perspectives if team else ()
    events = find_events(db, workspace, number)
    return DecisionContext(
        perspectives,
        events,
        find_names(db, workspace, people_in(decision, perspectives, events)),
        find_channel_name(db, workspace, decision.place.channel),
    )


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a search: runs of letters and digits.

    The words are returned as typed; the caller folds both sides of a comparison alike. A combining
    accent (NFD) belongs to its word.
    """
    kept = "".join(char if _in_words(char) else " " for char in text)
    words = dict.fromkeys(word[:_LONGEST_WORD] for word in kept.split())
    return tuple(word for word in words if any(map(str.isalnum, word)))[:_MOST_WORDS]


def _in_words(char: str) -> bool:
    """Whether a character is part of a word."""
    return char.isalnum() or char == "_" or unicodedata.category(char).startswith("M")


def most_similar(
    answers: Answers, sheets: Iterable[AnswerSheet], *, leave_out: int | None = None
) -> list[tuple[int, Likeness]]:
    """Return the numbers of the most similar sheets, with what they have in common.

    Only questions that both answered are compared; "don't know" is no answer.
    """
    given = {name: set(as_tuple(answer)) for name, answer in answers.items() if answer}
    counted = []
    for sheet in sheets:
        found = _likeness(given, sheet.answers)
        enough = found.compared >= _LEAST_IN_COMMON and found.share >= _LEAST_SHARE
        if enough and sheet.number != leave_out:
            counted.append((sheet.number, found))
    counted.sort(key=lambda each: (each[1].share, each[1].compared, each[0]), reverse=True)
    return counted[:_MOST_ALIKE]


def _likeness(given: Mapping[str, set[str]], answers: Answers) -> Likeness:
    alike = partly = compared = 0
    overlap = 0.0
    for name, answer in answers.items():
        if not answer or name not in given:
            continue
        ours, theirs = given[name], set(as_tuple(answer))
        both = len(ours & theirs)
        compared += 1
        alike += ours == theirs
        partly += ours != theirs and both > 0
        overlap += both / len(ours | theirs)
    return Likeness(alike, partly, compared, overlap / compared if compared else 0.0)


def _filters(text: str, options: set[str]) -> DecisionFilter:
    words = text.replace("-", " ").replace("_", " ").split()
    mine, statuses, chosen, rest = False, list[Status](), list[str](), list[str]()
    while words:
        option = _option(words, options)
        if option is not None:
            chosen.append(option)
            del words[: len(option.split("_"))]
            continue
        typed = words.pop(0)
        word = typed.casefold()
        mine = mine or word == "mine"
        statuses += STATUS_WORDS.get(word, ())
        if word not in {"mine", "all", *STATUS_WORDS}:
            rest.append(typed)
    return DecisionFilter(
        mine=mine,
        statuses=tuple(dict.fromkeys(statuses)),
        options=tuple(dict.fromkeys(chosen))[:_MOST_OPTIONS],
        words=words_of(" ".join(rest)),
    )


def _option(words: Sequence[str], options: set[str]) -> str | None:
    """Return the option that a list of words begins with: `long context` is `long_context`."""
    for length in (3, 2, 1):
        named = "_".join(words[:length]).casefold()
        if named in options:
            return named
    return None
