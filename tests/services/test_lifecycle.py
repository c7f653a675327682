"""Stateful test of a decision's life: permissions, transitions and complete events."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.decisions.errors import (
    ActionNotPossible,
    DriversOwn,
    NobodyToAsk,
    NobodyToNudge,
    NotTheirs,
    TooSoonToNudge,
)
from bot.decisions.model import Person, ReviewOutcome, Status, Workflow
from bot.decisions.transitions import TRANSITIONS
from bot.services.perspectives import NUDGE_AFTER
from bot.storage.database import Database
from tests.services.harness import ADA, BEN, PUBLIC, ServiceHarness

CLEO = Person("T1", "U3")
PEOPLE = st.sampled_from([ADA, BEN, CLEO])
USERS = PEOPLE.map(lambda person: person.user)
EVERYBODY = {ADA.user, BEN.user, CLEO.user}
OPEN, DECIDED = {Status.OPEN}, {Status.ACCEPTED, Status.OVERRIDDEN}

Work = Callable[[], Coroutine[Any, Any, object]]


class Life(RuleBasedStateMachine):
    """One decision with Ada as driver and Ben as decider; three people try every action."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.status = Status.OPEN
        self.deciders = {BEN.user}
        self.events = ["opened"]
        self.logged: list[dict[str, object]] = []
        self.views: dict[str, str] = {}
        self.asked: set[str] = set()
        self.heard: dict[str, datetime] = {}
        self.reviews: dict[str, ReviewOutcome] = {}

    @initialize()
    def opened(self) -> None:
        self.database = self.run(Database(Path(self.folder.name) / "log.db").open())
        self.harness = ServiceHarness(self.database)
        workflow = Workflow(title="Answers", deciders=(BEN.user,))
        draft = self.run(self.harness.create_draft(workflow=workflow))
        self.run(self.harness.services.post(ADA, draft, PUBLIC))

    @rule(actor=PEOPLE)
    def accepted(self, actor: Person) -> None:
        work = self.harness.services.decisions.accept
        if self.tried(lambda: work(actor, 1), actor, self.deciders, OPEN):
            self.status = Status.ACCEPTED
            self.events.append("accepted")

    @rule(actor=PEOPLE)
    def overridden(self, actor: Person) -> None:
        work = self.harness.services.decisions.override
        if self.tried(lambda: work(actor, 1, "prompting", "So"), actor, self.deciders, OPEN):
            self.status = Status.OVERRIDDEN
            self.events.append("overridden")

    @rule(actor=PEOPLE, to=st.sets(USERS, min_size=1))
    def handed_over(self, actor: Person, to: set[str]) -> None:
        work = self.harness.services.decisions.hand_over
        either = {ADA.user, *self.deciders}
        if self.tried(lambda: work(actor, 1, tuple(sorted(to))), actor, either, OPEN):
            self.events += ["handed_over"] if to != self.deciders else []
            self.deciders = to

    @rule(actor=PEOPLE)
    def edited(self, actor: Person) -> None:
        if self.tried(lambda: self.edit(actor), actor, {ADA.user}, OPEN):
            self.events.append("edited")

    @rule(actor=PEOPLE)
    def superseded(self, actor: Person) -> None:
        work = self.harness.services.decisions.begin_supersede
        either = {ADA.user, *self.deciders}
        if self.tried(lambda: self.posted(work, actor), actor, either, OPEN | DECIDED):
            self.status = Status.SUPERSEDED
            self.events.append("superseded")

    @rule(actor=PEOPLE)
    def withdrawn(self, actor: Person) -> None:
        work = self.harness.services.decisions.withdraw
        if self.tried(lambda: work(actor, 1, "So"), actor, {ADA.user}, OPEN | DECIDED):
            self.status = Status.WITHDRAWN
            self.events.append("withdrawn")

    @rule(actor=PEOPLE, outcome=st.sampled_from(ReviewOutcome))
    def reviewed(self, actor: Person, outcome: ReviewOutcome) -> None:
        work = self.harness.services.reviews.review
        either = {ADA.user, *self.deciders}
        if self.tried(lambda: work(actor, 1, outcome, ""), actor, either, DECIDED):
            self.events += ["reviewed"] if self.reviews.get(actor.user) is not outcome else []
            self.reviews[actor.user] = outcome

    @rule(actor=PEOPLE, facts=st.sampled_from(["many", "never"]))
    def viewed(self, actor: Person, facts: str) -> None:
        try:
            if not self.tried(lambda: self.view(actor, facts), actor, EVERYBODY, OPEN):
                return
        except DriversOwn:
            assert actor == ADA
            return
        assert actor != ADA
        if self.views.get(actor.user) != facts:
            self.events.append("view_changed" if actor.user in self.views else "view_added")
        self.views[actor.user] = facts

    @rule(actor=PEOPLE, user=USERS)
    def asked_for_a_view(self, actor: Person, user: str) -> None:
        work = self.harness.services.perspectives.ask
        known = {ADA.user, *self.views, *self.asked}
        try:
            if not self.tried(lambda: work(actor, 1, [user]), actor, {ADA.user}, OPEN):
                return
        except NobodyToAsk:
            assert user in known
            return
        assert user not in known
        self.asked.add(user)
        self.heard[user] = self.harness.clock.now()
        self.events.append("views_asked")

    @rule(actor=PEOPLE, user=USERS, waits=st.booleans())
    def nudged(self, actor: Person, user: str, waits: bool) -> None:
        self.asked_for_a_view(ADA, user)
        self.harness.clock.advance(timedelta(days=int(waits)))
        missing, reminded = self.asked - set(self.views), list[str]()

        async def work() -> None:
            reminded.extend(await self.harness.services.perspectives.nudge(actor, 1))

        try:
            if not self.tried(work, actor, {ADA.user}, OPEN):
                return
        except NobodyToNudge:
            assert not missing
            return
        except TooSoonToNudge:
            assert missing
        else:
            assert reminded
            self.events.append("nudged")
        now = self.harness.clock.now()
        assert set(reminded) == {each for each in missing if now - self.heard[each] >= NUDGE_AFTER}
        self.heard |= dict.fromkeys(reminded, now)

    @invariant()
    def the_log_says_so(self) -> None:
        """The stored state is the result of all actions, and each action has its event."""
        decision = self.run(self.harness.services.decision("T1", 1))
        assert decision is not None
        assert decision.status is self.status
        assert set(decision.deciders) == self.deciders
        rows = self.run(self.harness.rows("events"))
        assert [row["kind"] for row in rows if row["number"] == 1] == self.events
        assert {each.by: each.outcome for each in decision.reviews} == self.reviews
        team = self.run(self.harness.services.perspectives.team("T1", 1))
        assert {view.user: view.answers["facts"] for view in team.perspectives} == self.views
        assert {each.user for each in team.asked} == self.asked
        assert (decision.superseded_by is not None) == (self.status is Status.SUPERSEDED)

    @invariant()
    def nothing_is_rewritten(self) -> None:
        """Events are append-only, numbered without gaps, and in order of time."""
        rows = self.run(self.harness.rows("events"))
        assert rows[: len(self.logged)] == self.logged
        assert [row["id"] for row in rows] == list(range(1, len(rows) + 1))
        assert [row["at"] for row in rows] == sorted(str(row["at"]) for row in rows)
        self.logged = rows

    @invariant()
    def the_way_is_in_the_table(self) -> None:
        """Replaying the events by the transition table gives the stored status."""
        leading = {
            each.after.value: each for each in TRANSITIONS.values() if each.after is not None
        }
        status = Status.OPEN
        for row in self.logged:
            rule_of = leading.get(str(row["kind"])) if row["number"] == 1 else None
            if rule_of is not None and rule_of.after is not None:
                assert status in rule_of.before
                status = rule_of.after
        assert status is self.status

    async def view(self, actor: Person, facts: str) -> None:
        page = await self.harness.services.perspectives.begin(actor, PUBLIC, 1)
        await self.harness.drafts.save_answers(actor, page.draft.id, {"facts": facts})
        await self.harness.services.post(actor, page.draft.id, PUBLIC)

    def tried(self, work: Work, actor: Person, allowed: set[str], states: set[Status]) -> bool:
        """Try an action; return whether it succeeded, which must match the permission."""
        self.harness.clock.advance(timedelta(minutes=1))
        try:
            self.run(work())
        except NotTheirs:
            assert actor.user not in allowed
            return False
        except ActionNotPossible:
            assert actor.user in allowed
            assert self.status not in states
            return False
        assert actor.user in allowed
        assert self.status in states
        return True

    async def edit(self, actor: Person) -> None:
        page = await self.harness.services.decisions.begin_edit(actor, 1)
        workflow = replace(page.draft.workflow, title=f"Answers, {len(self.events)} events on")
        await self.harness.drafts.describe(actor, page.draft.id, workflow)
        await self.harness.services.post(actor, page.draft.id, PUBLIC)

    async def posted(self, begin: Callable[..., Coroutine[Any, Any, Any]], actor: Person) -> None:
        page = await begin(actor, 1)
        await self.harness.services.post(actor, page.draft.id, PUBLIC)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()


class TestLife(Life.TestCase):
    """Any sequence of actions follows the transition table."""

    settings = settings(
        max_examples=30,
        stateful_step_count=25,
    )
