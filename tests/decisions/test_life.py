"""The life of a decision, walked at random: who may do what, when, and that nothing is lost."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.decisions.errors import AlreadySettled, NotTheirs
from bot.decisions.model import Outcome, Person, Status, Workflow
from bot.store.log import Log
from tests.decisions.world import ADA, BEN, PRODUCT, World

CLEO = Person("T1", "U3")
PEOPLE = st.sampled_from([ADA, BEN, CLEO])
OPEN, DECIDED = {Status.OPEN}, {Status.ACCEPTED, Status.OVERRIDDEN}

Work = Callable[[], Coroutine[Any, Any, object]]


class Life(RuleBasedStateMachine):
    """One decision that Ada drives and Ben decides, among three people who press everything."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.status = Status.OPEN
        self.deciders = {BEN.user}
        self.events = ["opened"]

    @initialize()
    def opened(self) -> None:
        self.log = self.run(Log(Path(self.folder.name) / "log.db").open())
        self.world = World(self.log)
        workflow = Workflow(title="Answers", deciders=(BEN.user,))
        draft = self.run(self.world.drafted(workflow=workflow))
        self.run(self.world.desk.post(ADA, draft, PRODUCT))

    @rule(actor=PEOPLE)
    def accepted(self, actor: Person) -> None:
        work = self.world.desk.deciding.accept
        if self.tried(lambda: work(actor, 1), actor, self.deciders, OPEN):
            self.status = Status.ACCEPTED
            self.events.append("accepted")

    @rule(actor=PEOPLE)
    def overridden(self, actor: Person) -> None:
        work = self.world.desk.deciding.override
        if self.tried(lambda: work(actor, 1, "prompting", "So"), actor, self.deciders, OPEN):
            self.status = Status.OVERRIDDEN
            self.events.append("overridden")

    @rule(actor=PEOPLE, to=st.sets(PEOPLE.map(lambda person: person.user), min_size=1))
    def handed_over(self, actor: Person, to: set[str]) -> None:
        work = self.world.desk.deciding.hand_over
        either = {ADA.user, *self.deciders}
        if self.tried(lambda: work(actor, 1, tuple(sorted(to))), actor, either, OPEN):
            self.deciders = to
            self.events.append("handed_over")

    @rule(actor=PEOPLE)
    def edited(self, actor: Person) -> None:
        work = self.world.desk.deciding.begin_edit
        if self.tried(lambda: self.posted(work, actor), actor, {ADA.user}, OPEN):
            self.events.append("edited")

    @rule(actor=PEOPLE)
    def superseded(self, actor: Person) -> None:
        work = self.world.desk.deciding.begin_supersede
        either = {ADA.user, *self.deciders}
        if self.tried(lambda: self.posted(work, actor), actor, either, OPEN | DECIDED):
            self.status = Status.SUPERSEDED
            self.events.append("superseded")

    @rule(actor=PEOPLE)
    def withdrawn(self, actor: Person) -> None:
        work = self.world.desk.deciding.withdraw
        if self.tried(lambda: work(actor, 1, "So"), actor, {ADA.user}, OPEN | DECIDED):
            self.status = Status.WITHDRAWN
            self.events.append("withdrawn")

    @rule(actor=PEOPLE, outcome=st.sampled_from(Outcome))
    def reviewed(self, actor: Person, outcome: Outcome) -> None:
        work = self.world.desk.reviewing.review
        if self.tried(lambda: work(actor, 1, outcome, ""), actor, self.deciders, DECIDED):
            self.events.append("reviewed")

    @invariant()
    def the_log_says_so(self) -> None:
        """What stands is what was done, and each thing done stays as an event."""
        decision = self.run(self.world.desk.decision("T1", 1))
        assert decision is not None
        assert decision.status is self.status
        assert set(decision.deciders) == self.deciders
        rows = self.run(self.world.rows("events"))
        assert [row["kind"] for row in rows if row["decision"] == 1] == self.events
        assert (decision.superseded_by is not None) == (self.status is Status.SUPERSEDED)

    def tried(self, work: Work, actor: Person, allowed: set[str], states: set[Status]) -> bool:
        """Do it; return whether it was done, which it must be where, and only where, it may be."""
        try:
            self.run(work())
        except NotTheirs:
            assert actor.user not in allowed
            return False
        except AlreadySettled:
            assert actor.user in allowed
            assert self.status not in states
            return False
        assert actor.user in allowed
        assert self.status in states
        return True

    async def posted(self, begin: Callable[..., Coroutine[Any, Any, Any]], actor: Person) -> None:
        page = await begin(actor, 1)
        await self.world.desk.post(actor, page.draft.id, PRODUCT)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.run(self.log.close())
        self.runner.close()
        self.folder.cleanup()


class TestLife(Life.TestCase):
    """Whatever people press in whatever order, the table of moves is kept to."""

    settings = settings(
        max_examples=25,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
