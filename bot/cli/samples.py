"""Sample decisions for the demo, made as people would make them, on the workspace's clock."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bot.cli.sample_button import SampleButton
from bot.decisions.model import (
    Person,
    Place,
    Review,
    ReviewChoice,
    ReviewOutcome,
    Visibility,
    Workflow,
)
from bot.decisions.questionnaire import Page
from bot.services.services import Services
from bot.storage.store import SqliteStore

if TYPE_CHECKING:
    from bot.app import Application
    from bot.playground import Playground

FILE = "ragvsft/samples.yml"
MARK = "Sample: "
DELIVERED_WITHIN = 30.0
"""Seconds within which the messages of one moment are there."""


class SamplesError(ValueError):
    """The file of samples is missing or broken; says what and where."""


class SampleStep(BaseModel):
    """What somebody did with a decision: exactly one of accepting and the fields below `by`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days_ago: int
    by: str
    accept: bool = False
    withdraw: bool = False
    option: str = ""
    reason: str = ""
    outcome: ReviewOutcome | None = None
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
    then: tuple[SampleStep, ...] = ()


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


class FixedClock:
    """The clock of a desk that makes the past: it stands where it is put."""

    def __init__(self, moment: datetime) -> None:
        """Make a clock that stands at a moment."""
        self._moment = moment

    def now(self) -> datetime:
        """Return the moment where it stands."""
        return self._moment

    def put(self, moment: datetime) -> None:
        """Put it elsewhere."""
        self._moment = moment


class SampleLoader:
    """Makes the samples on a desk, oldest first."""

    def __init__(self, playground: "Playground", services: Services, present: Services) -> None:
        """Make a player.

        Args:
            playground: the workspace with the people and channels.
            services: where they decide; whoever goes through the moments moves its clock.
            present: where they answer: a draft of the past would be tidied away.
        """
        self._playground = playground
        self._services = services
        self._present = present
        self._numbers: dict[str, int] = {}

    async def play(self, samples: tuple[Sample, ...]) -> AsyncIterator[int]:
        """Make every sample and all that became of it.

        Yields:
            How many days ago the next thing happens, before it does; 0 when all is done.

        Raises:
            InvalidAnswers: a sample answers what the playbook does not ask.
        """
        moments = [moment for sample in samples for moment in self._moments(sample)]
        for moment in sorted(moments, key=lambda each: -each.days_ago):
            yield moment.days_ago
            await moment.happens()
        yield 0

    def _moments(self, sample: Sample) -> list[_Moment]:
        moments = [_Moment(sample.days_ago, lambda: self._post(sample))]
        moments += [_Moment(step.days_ago, self._doing(sample, step)) for step in sample.then]
        return moments

    def _doing(self, sample: Sample, step: SampleStep) -> Callable[[], Awaitable[object]]:
        return lambda: self._do(sample, step)

    async def _post(self, sample: Sample) -> None:
        driver, place = self._person(sample.driver), self._place(sample)
        drafting = self._present.drafts
        draft = (await self._begin(sample, driver, place)).draft.id
        workflow = Workflow(
            title=f"{MARK}{sample.title}",
            problem=sample.problem,
            deciders=tuple(self._person(name).user for name in sample.deciders),
            review=Review(ReviewChoice(str(sample.review_after))),
        )
        await drafting.describe(driver, draft, workflow)
        await drafting.keep(driver, draft, sample.answers)
        posted = await self._services.post(driver, draft, place)
        self._numbers[sample.id] = posted.decision.number

    async def _begin(self, sample: Sample, driver: Person, place: Place) -> Page:
        if sample.supersedes is None:
            return await self._present.drafts.start(driver, place)
        older = self._numbers[sample.supersedes]
        return await self._present.decisions.begin_supersede(driver, older)

    async def _do(self, sample: Sample, step: SampleStep) -> None:
        services, number, actor = self._services, self._numbers[sample.id], self._person(step.by)
        if step.accept:
            await services.decisions.accept(actor, number)
        elif step.withdraw:
            await services.decisions.withdraw(actor, number, step.reason)
        elif step.outcome is not None:
            await services.reviews.review(actor, number, step.outcome, step.note)
        elif step.answers is not None:
            place = self._place(sample)
            page = await self._present.perspectives.begin(actor, place, number)
            await self._present.drafts.keep(actor, page.draft.id, step.answers)
            await services.post(actor, page.draft.id, place)
        else:
            await services.decisions.override(actor, number, step.option, step.reason)

    def _person(self, name: str) -> Person:
        workspace = self._playground.workspace
        return Person(workspace.id, workspace.user(name).id)

    def _place(self, sample: Sample) -> Place:
        """Return where a sample is decided; the app is brought along where it has to be."""
        channel = self._playground.workspace.channel(sample.channel)
        if channel.kind == "private":
            self._playground.invite("bot", sample.channel)
            return Place(channel.id, Visibility.PRIVATE)
        return Place(channel.id, Visibility.PUBLIC, channel.name)


async def begin_with(
    samples: tuple[Sample, ...], playground: "Playground", bot: "Application"
) -> None:
    """Make the samples in a workspace whose clock stands before them, then bring it to the present.

    Raises:
        InvalidAnswers: a sample answers what the playbook does not ask.
        TimeoutError: messages did not arrive.
    """
    clock = playground.clock
    async for days_ago in SampleLoader(playground, bot.services, bot.services).play(samples):
        await _delivered(playground, bot)
        clock.move_to(clock.now() - clock.offset - timedelta(days=days_ago))
    clock.reset()


def offer_samples(
    samples: tuple[Sample, ...], playground: "Playground", bot: "Application"
) -> SampleButton:
    """Add a button to App Home that loads the samples; return it."""
    return SampleButton(
        bot.slack,
        lambda: load_once(samples, playground, bot),
        lambda: samples_loaded(playground, bot),
    )


async def load_once(
    samples: tuple[Sample, ...], playground: "Playground", bot: "Application"
) -> AsyncIterator[str]:
    """Add the samples to a workspace in use, unless they are there; nobody's clock is moved.

    Yields:
        What to say: that it has begun, and what came of it.

    Raises:
        InvalidAnswers: a sample answers what the playbook does not ask.
    """
    if await samples_loaded(playground, bot):
        yield "The sample decisions are here already."
        return
    yield f"Making {len(samples)} sample decisions …"
    present = playground.clock.now()
    past = FixedClock(present - days_back(samples))
    services = Services(SqliteStore(bot.database), past, bot.playbooks, bot.check_due)
    async for days_ago in SampleLoader(playground, services, bot.services).play(samples):
        past.put(max(past.now() + timedelta(seconds=1), present - timedelta(days=days_ago)))
    yield f"{len(samples)} sample decisions are here; their messages arrive within a minute."


async def samples_loaded(playground: "Playground", bot: "Application") -> bool:
    """Return whether any sample decision is in the database."""
    number, team = 1, playground.workspace.id
    while (decision := await bot.services.decision(team, number)) is not None:
        if decision.title.startswith(MARK):
            return True
        number += 1
    return False


async def _delivered(playground: "Playground", bot: "Application") -> None:
    """Wait until the messages are there; the clock goes faster meanwhile, as they are paced."""
    async with asyncio.timeout(DELIVERED_WITHIN):
        while (counts := await bot.outbox.counts()).get("pending") or counts.get("sending"):
            playground.clock.advance(timedelta(seconds=1))
            await asyncio.sleep(0.02)
