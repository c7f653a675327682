"""Sample decisions for the demo: read, created through the services, offered in App Home."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from slack_bolt.async_app import AsyncAck
from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ContextBlock, DividerBlock
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import Application
from bot.clock import FixedClock
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
from bot.decisions.view_form import GivenView
from bot.playbooks.model import Answer
from bot.playground import Playground
from bot.services.services import Services
from bot.slack.app import BoltApp
from bot.slackkit.message import mrkdwn, plain
from bot.slackkit.payloads import sender

FILE = "ragvsft/samples.yml"
MARK = "Sample: "
DELIVERY_TIMEOUT_SECONDS = 30.0
"""Limit for posting the messages of one step."""
LOAD_SAMPLES: Final = "load_samples"
"""The action id of the button in App Home."""
FAILED: Final = "Not all of the sample decisions could be made. Please try again in a minute."
_OFFER = "Sample decisions show what a team's past looks like. Only this demo offers them."


class SamplesError(ValueError):
    """The file of samples is missing or invalid; the message says where."""


class SampleStep(BaseModel):
    """A later step of a decision: what `by` did.

    A view has `answers`, and may have a `choice` and a `note`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    days_ago: int
    by: str
    accept: bool = False
    withdraw: bool = False
    option: str = ""
    reason: str = ""
    outcome: ReviewOutcome | None = None
    note: str = ""
    answers: dict[str, Answer] | None = None
    choice: str | None = None


class Sample(BaseModel):
    """A decision and its later steps; people and channels by name."""

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
    answers: dict[str, Answer]
    then: tuple[SampleStep, ...] = ()


@dataclass(frozen=True, slots=True)
class _SampleEvent:
    days_ago: int
    apply: Callable[[], Awaitable[object]]


def read_samples(rules: Path) -> tuple[Sample, ...]:
    """Return the samples of a folder of playbooks.

    Raises:
        SamplesError: there are none, or they are invalid.
    """
    path = rules / FILE
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return TypeAdapter(tuple[Sample, ...]).validate_python(data)
    except OSError as error:
        raise SamplesError(f"{path}: no sample decisions here; omit --samples") from error
    except yaml.YAMLError as error:
        raise SamplesError(f"{path}: not YAML ({' '.join(str(error).split())})") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SamplesError(f"{path}: {where}: {first['msg']}") from error


def days_back(samples: tuple[Sample, ...]) -> timedelta:
    """Return the age of the oldest sample, plus a day."""
    return timedelta(days=max(sample.days_ago for sample in samples) + 1)


class SampleLoader:
    """Creates the samples through the services, oldest first."""

    def __init__(self, playground: Playground, services: Services, present: Services) -> None:
        """Create a loader.

        Args:
            playground: the workspace with the people and channels.
            services: services on the past clock, for decisions and their steps.
            present: services on the current clock, for drafts: old drafts expire.
        """
        self._playground = playground
        self._services = services
        self._present = present
        self._numbers: dict[str, int] = {}

    async def load(self, samples: tuple[Sample, ...]) -> AsyncIterator[int]:
        """Create every sample and apply its steps; the caller sets the past clock before each one.

        Yields:
            The age in days of the next event; 0 at the end.

        Raises:
            InvalidAnswers: a sample does not fit the playbook.
        """
        events = [event for sample in samples for event in self._events(sample)]
        for event in sorted(events, key=lambda each: -each.days_ago):
            yield event.days_ago
            await event.apply()
        yield 0

    def _events(self, sample: Sample) -> list[_SampleEvent]:
        events = [_SampleEvent(sample.days_ago, lambda: self._post(sample))]
        events += [
            _SampleEvent(step.days_ago, self._applying(sample, step)) for step in sample.then
        ]
        return events

    def _applying(self, sample: Sample, step: SampleStep) -> Callable[[], Awaitable[object]]:
        return lambda: self._apply(sample, step)

    async def _post(self, sample: Sample) -> None:
        driver, place = self._person(sample.driver), self._place(sample)
        drafts = self._present.drafts
        draft = (await self._begin(sample, driver, place)).draft.id
        workflow = Workflow(
            title=f"{MARK}{sample.title}",
            problem=sample.problem,
            deciders=tuple(self._person(name).user for name in sample.deciders),
            review=Review(ReviewChoice(str(sample.review_after))),
        )
        await drafts.describe(driver, draft, workflow)
        await drafts.save_answers(driver, draft, sample.answers)
        posted = await self._services.post(driver, draft, place)
        self._numbers[sample.id] = posted.decision.number

    async def _begin(self, sample: Sample, driver: Person, place: Place) -> Page:
        if sample.supersedes is None:
            return await self._present.drafts.start(driver, place)
        older = self._numbers[sample.supersedes]
        return await self._present.decisions.begin_supersede(driver, older)

    async def _apply(self, sample: Sample, step: SampleStep) -> None:
        services, number, actor = self._services, self._numbers[sample.id], self._person(step.by)
        if step.accept:
            await services.decisions.accept(actor, number)
        elif step.withdraw:
            await services.decisions.withdraw(actor, number, step.reason)
        elif step.outcome is not None:
            await services.reviews.review(actor, number, step.outcome, step.note)
        elif step.answers is not None:
            view = GivenView(step.choice, step.note, step.answers)
            await services.perspectives.give(actor, number, view)
        else:
            await services.decisions.override(actor, number, step.option, step.reason)

    def _person(self, name: str) -> Person:
        workspace = self._playground.workspace
        return Person(workspace.id, workspace.user(name).id)

    def _place(self, sample: Sample) -> Place:
        """Return the channel of a sample; the bot is invited if it is private."""
        channel = self._playground.workspace.channel(sample.channel)
        if channel.kind == "private":
            self._playground.invite("bot", sample.channel)
            return Place(channel.id, Visibility.PRIVATE)
        return Place(channel.id, Visibility.PUBLIC, channel.name)


async def seed(samples: tuple[Sample, ...], playground: Playground, bot: Application) -> None:
    """Create the samples in a workspace whose clock is set before them, then reset the clock.

    Raises:
        InvalidAnswers: a sample does not fit the playbook.
        TimeoutError: messages were not posted in time.
    """
    clock = playground.clock
    async for days_ago in SampleLoader(playground, bot.services, bot.services).load(samples):
        await _wait_for_deliveries(playground, bot)
        clock.move_to(clock.now() - clock.offset - timedelta(days=days_ago))
    clock.reset()


class SampleButton:
    """Offers to load samples where there are none, and shows the progress."""

    def __init__(
        self,
        slack: BoltApp,
        load: Callable[[], AsyncIterator[str]],
        loaded: Callable[[], Awaitable[bool]],
    ) -> None:
        """Add the button; `loaded` returns whether any samples were loaded before."""
        self._slack = slack
        self._load = load
        self._loaded = loaded
        self._is_loading = False
        self._progress = ""
        slack.home.extra_blocks = self.blocks
        slack.app.action(LOAD_SAMPLES)(self.press)

    async def blocks(self) -> Sequence[Block]:
        """Return the end of the Home tab: progress, an offer, or nothing."""
        if not self._progress and await self._loaded():
            return []
        text = ContextBlock(elements=[mrkdwn(self._progress or _OFFER)])
        if self._progress not in {"", FAILED}:
            return [DividerBlock(), text]
        button = ButtonElement(
            action_id=LOAD_SAMPLES, text=plain("Load sample decisions"), value="all"
        )
        return [DividerBlock(), text, ActionsBlock(elements=[button])]

    async def press(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Load the samples, unless that is in progress."""
        await ack()
        if not self._is_loading:
            self._is_loading = True
            self._slack.background.start(self._load_all(body, client), body)

    async def _load_all(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        home, person = self._slack.home, sender(body)
        try:
            async for progress in self._load():
                self._progress = progress
                await home.publish(client, person)
        except Exception:
            self._progress = FAILED
            await home.refresh(client, person)
            raise
        else:
            self._progress = ""
        finally:
            self._is_loading = False


def offer_samples(
    samples: tuple[Sample, ...], playground: Playground, bot: Application
) -> SampleButton:
    """Add a button to App Home that loads the samples; return it."""
    return SampleButton(
        bot.slack,
        lambda: seed_once(samples, playground, bot),
        lambda: samples_loaded(playground, bot),
    )


async def seed_once(
    samples: tuple[Sample, ...], playground: Playground, bot: Application
) -> AsyncIterator[str]:
    """Add the samples to a workspace in use, unless they exist, without moving its clock.

    Yields:
        The progress, for App Home.

    Raises:
        InvalidAnswers: a sample does not fit the playbook.
    """
    if await samples_loaded(playground, bot):
        yield "The sample decisions are here already."
        return
    yield f"Making {len(samples)} sample decisions …"
    present = playground.clock.now()
    past = FixedClock(present - days_back(samples))
    services = Services(bot.database, past, bot.playbooks, bot.check_due)
    async for days_ago in SampleLoader(playground, services, bot.services).load(samples):
        past.set(max(past.now() + timedelta(seconds=1), present - timedelta(days=days_ago)))
    yield f"{len(samples)} sample decisions are here; their messages arrive within a minute."


async def samples_loaded(playground: Playground, bot: Application) -> bool:
    """Return whether any sample decision is in the database."""
    number, team = 1, playground.workspace.id
    while (decision := await bot.services.decision(team, number)) is not None:
        if decision.title.startswith(MARK):
            return True
        number += 1
    return False


async def _wait_for_deliveries(playground: Playground, bot: Application) -> None:
    """Wait until all messages are posted; advance the clock meanwhile, because posts are paced."""
    async with asyncio.timeout(DELIVERY_TIMEOUT_SECONDS):
        while (counts := await bot.outbox.counts()).get("pending") or counts.get("sending"):
            playground.clock.advance(timedelta(seconds=1))
            await asyncio.sleep(0.02)
