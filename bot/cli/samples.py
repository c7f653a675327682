"""Sample decisions for the demo, made as people would make them, on the workspace's clock."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bot.decisions.model import Outcome, Person, Place, Review, ReviewChoice, Visibility, Workflow
from bot.decisions.questionnaire import Page

if TYPE_CHECKING:
    from bot.app import Running
    from bot.playground import Playground

FILE = "ragvsft/samples.yml"
MARK = "Sample: "
DELIVERED_WITHIN = 30.0
"""Seconds within which the messages of one moment are there."""


class SamplesError(ValueError):
    """The file of samples is missing or broken; says what and where."""


class Step(BaseModel):
    """What somebody did with a decision: exactly one of accepting and the fields below `by`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days_ago: int
    by: str
    accept: bool = False
    option: str = ""
    reason: str = ""
    outcome: Outcome | None = None
    note: str = ""
    answers: dict[str, str | None] | None = None


class Sample(BaseModel):
    """A decision and what became of it; people and channels by their names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str
    problem: str = ""
    driver: str
    deciders: tuple[str, ...] = ()
    channel: str
    days_ago: int
    review_after: int
    supersedes: str | None = None
    answers: dict[str, str | None]
    then: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class _Moment:
    days_ago: int
    happens: Callable[[], Awaitable[object]]


def read_samples(rules: Path) -> tuple[Sample, ...]:
    """Return the samples that stand beside the playbooks.

    Raises:
        SamplesError: there are none, or they are broken.
    """
    path = rules / FILE
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return TypeAdapter(tuple[Sample, ...]).validate_python(data)
    except OSError as error:
        raise SamplesError(f"{path}: no sample decisions here; leave --samples out") from error
    except yaml.YAMLError as error:
        raise SamplesError(f"{path}: not YAML ({' '.join(str(error).split())})") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SamplesError(f"{path}: {where}: {first['msg']}") from error


def days_back(samples: tuple[Sample, ...]) -> timedelta:
    """Return how far in the past the workspace begins with these samples."""
    return timedelta(days=max(sample.days_ago for sample in samples) + 1)


class Player:
    """Makes the samples in a workspace that has no decisions yet, oldest first."""

    def __init__(self, playground: "Playground", bot: "Running") -> None:
        """Make a player; the workspace's clock has to stand before the oldest sample."""
        self._playground = playground
        self._bot = bot
        self._numbers: dict[str, int] = {}

    async def play(self, samples: tuple[Sample, ...]) -> None:
        """Make every sample and all that became of it, then set the clock to the present.

        Raises:
            InvalidAnswers: a sample answers what the playbook does not ask.
            TimeoutError: messages did not arrive.
        """
        clock = self._playground.clock
        moments = [moment for sample in samples for moment in self._moments(sample)]
        for moment in sorted(moments, key=lambda each: -each.days_ago):
            clock.move_to(clock.now() - clock.offset - timedelta(days=moment.days_ago))
            await moment.happens()
            await self._delivered()
        clock.reset()

    def _moments(self, sample: Sample) -> list[_Moment]:
        moments = [_Moment(sample.days_ago, lambda: self._post(sample))]
        moments += [_Moment(step.days_ago, self._doing(sample, step)) for step in sample.then]
        return moments

    def _doing(self, sample: Sample, step: Step) -> Callable[[], Awaitable[object]]:
        return lambda: self._do(sample, step)

    async def _post(self, sample: Sample) -> None:
        driver, place = self._person(sample.driver), self._place(sample)
        drafting = self._bot.desk.drafting
        draft = (await self._begin(sample, driver, place)).draft.id
        workflow = Workflow(
            title=f"{MARK}{sample.title}",
            problem=sample.problem,
            deciders=tuple(self._person(name).user for name in sample.deciders),
            review=Review(ReviewChoice(str(sample.review_after))),
        )
        await drafting.describe(driver, draft, workflow)
        await drafting.keep(driver, draft, sample.answers)
        posted = await self._bot.desk.post(driver, draft, place)
        self._numbers[sample.id] = posted.decision.number

    async def _begin(self, sample: Sample, driver: Person, place: Place) -> Page:
        if sample.supersedes is None:
            return await self._bot.desk.drafting.start(driver, place)
        older = self._numbers[sample.supersedes]
        return await self._bot.desk.deciding.begin_supersede(driver, older)

    async def _do(self, sample: Sample, step: Step) -> None:
        desk, number, actor = self._bot.desk, self._numbers[sample.id], self._person(step.by)
        if step.accept:
            await desk.deciding.accept(actor, number)
        elif step.outcome is not None:
            await desk.reviewing.review(actor, number, step.outcome, step.note)
        elif step.answers is not None:
            place = self._place(sample)
            page = await desk.perspectives.begin(actor, place, number)
            await desk.drafting.keep(actor, page.draft.id, step.answers)
            await desk.post(actor, page.draft.id, place)
        else:
            await desk.deciding.override(actor, number, step.option, step.reason)

    async def _delivered(self) -> None:
        """Wait until the messages are there; the clock goes faster meanwhile, as they are paced."""
        async with asyncio.timeout(DELIVERED_WITHIN):
            while (counts := await self._bot.outbox.counts()).get("pending") or counts.get(
                "sending"
            ):
                self._playground.clock.advance(timedelta(seconds=1))
                await asyncio.sleep(0.02)

    def _person(self, name: str) -> Person:
        team = self._playground.team
        return Person(team.id, team.person(name).id)

    def _place(self, sample: Sample) -> Place:
        return Place(self._playground.team.channel(sample.channel).id, Visibility.PUBLIC)
