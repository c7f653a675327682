"""The services on a real database, with a manual clock and a small playbook."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bot.decisions.errors import UnknownPlaybook
from bot.decisions.model import Decision, Person, Place, Visibility, Workflow
from bot.decisions.questionnaire import QuestionsPage, ResultPage
from bot.outbox.model import Delivery
from bot.outbox.store import Outbox
from bot.outbox.table import enqueue
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.library import Example, PlaybookVersion
from bot.playbooks.model import Answer
from bot.services.services import Services
from bot.storage.database import Database

T = TypeVar("T")

ADA = Person("T1", "U1")
BEN = Person("T1", "U2")
STRANGER = Person("T2", "U1")
PUBLIC = Place("C1", Visibility.PUBLIC)
PRIVATE = Place("G1", Visibility.PRIVATE)

_PLAYBOOK = """
id: small
title: Small or large?
version: "1"
steps:
  - {id: knowledge, title: Knowledge}
  - {id: behaviour, title: Behaviour}
options:
  prompting: {title: Prompting, summary: Ask well.}
  rag: {title: RAG, summary: Look it up.}
  tuning: {title: Tuning, summary: Train it.}
"""
_QUESTIONS = """
- id: facts
  step: knowledge
  ask: Does it need facts?
  answers: {never: Never, some: Some, many: Many}
- id: freshness
  step: knowledge
  ask: Do they change?
  answers: {rarely: Rarely, daily: Daily}
  ask_when: {facts: [some, many]}
- id: style
  step: behaviour
  ask: Is the form strict?
  answers: {free: Free, strict: Strict}
- id: examples
  step: behaviour
  ask: Are there examples?
  answers: {none: None, many: Many}
  ask_when: {style: strict}
"""
_RULES = """
rules:
  - {id: facts, when: {facts: many}, points: {rag: 3}, because: Facts., source: Us}
  - {id: fresh, when: {freshness: daily}, points: {rag: 3}, because: Fresh., source: Us}
  - {id: strict, when: {style: strict}, points: {tuning: 4}, because: Form., source: Us}
  - {id: shown, when: {examples: many}, points: {tuning: 4}, because: Shown., source: Us}
vetoes:
  - id: no-facts
    when: {facts: never}
    rules_out: [rag, tuning]
    because: Nothing to know.
    way_around: None.
    source: Us
"""
SMALL = loader.PlaybookText(
    "small",
    {loader.PLAYBOOK: _PLAYBOOK, loader.QUESTIONS: _QUESTIONS, loader.RULES: _RULES},
)


class ManualClock:
    """A clock that a test advances."""

    def __init__(self, now: datetime = datetime(2026, 1, 5, 9, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


class FakePlaybooks:
    """A fake of `Playbooks` with one playbook, which a test can replace."""

    def __init__(self, text: loader.PlaybookText = SMALL) -> None:
        self.use(text)

    def use(self, text: loader.PlaybookText) -> None:
        self._edition = PlaybookVersion(text, RuleEngine(loader.parse(text)))

    def offer(self, *examples: Example) -> None:
        self._edition = replace(self._edition, examples=examples)

    def current(self, playbook_id: str | None = None) -> PlaybookVersion:
        playbook = self._edition.engine.playbook
        if playbook_id not in {None, playbook.id}:
            raise UnknownPlaybook(str(playbook_id), (playbook.id,))
        return self._edition

    def titles(self) -> dict[str, str]:
        playbook = self._edition.engine.playbook
        return {playbook.id: playbook.title}


class ServiceHarness:
    """The services on a database, with a clock and a playbook that a test controls."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = ManualClock()
        self.playbooks = FakePlaybooks()
        self.outbox = Outbox(database)
        self.wakes = 0
        self.services = Services(self.database, self.clock, self.playbooks, self._wake)
        self.drafts = self.services.drafts

    def _wake(self) -> None:
        self.wakes += 1

    async def read(self, query: Callable[..., T], *arguments: Any) -> T:
        """Return the result of a query function of storage."""
        return await self.database.read(lambda db: query(db, *arguments))

    async def write(self, change: Callable[..., T], *arguments: Any) -> T:
        """Run a function of storage in a transaction; return its result."""
        return await self.database.write(lambda db: change(db, *arguments))

    async def enqueue(self, *deliveries: Delivery) -> int:
        """Store deliveries; return how many were new."""
        return await self.write(enqueue, deliveries)

    async def rows(self, table: str) -> list[dict[str, object]]:
        """Return the rows of a table, by its first column."""
        return await self.database.read(lambda db: db.all(f"select * from {table} order by 1"))

    async def create_draft(
        self,
        driver: Person = ADA,
        answers: Mapping[str, Answer] | None = None,
        workflow: Workflow | None = None,
    ) -> str:
        """Create a draft with a title and answers; return its id."""
        page = await self.drafts.start(driver, PUBLIC)
        draft = page.draft.id
        await self.drafts.describe(driver, draft, workflow or Workflow(title="Answers"))
        await self.drafts.save_answers(driver, draft, answers or {"facts": "many"})
        return draft

    async def post_decision(self, driver: Person = ADA, place: Place = PUBLIC) -> Decision:
        """Create a draft and post it at a place; return the decision."""
        return (await self.services.post(driver, await self.create_draft(driver), place)).decision

    async def answer_pages(self, driver: Person, draft: str, answers: Mapping[str, Answer]) -> int:
        """Answer all pages from the first; return the number of pages with questions."""
        page = await self.drafts.resume(driver, draft)
        pages = 0
        while isinstance(page, QuestionsPage):
            pages += 1
            given = {question.id: answers[question.id] for question in page.questions}
            page = await self.drafts.answer(driver, draft, given, page.trail, ends=page.ends)
        assert isinstance(page, ResultPage)
        return pages
