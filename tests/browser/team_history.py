"""A workspace in which a team has made decisions for twelve weeks, and its digest is due."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from bot.app import Application, run_app
from bot.cli.samples import Sample, read_samples
from bot.decisions.model import (
    Person,
    Place,
    Review,
    ReviewChoice,
    ReviewOutcome,
    Visibility,
    Workflow,
)
from bot.digest.settings import DigestSettings, Schedule
from bot.playground import Playground, serving
from bot.settings import Settings

RULES = Path(__file__).parents[2] / "rules"
CHANNEL = "product"
START = datetime(2026, 9, 7, 10, tzinfo=UTC)
DUE = datetime(2026, 11, 30, 8, tzinfo=UTC)
TIMEOUT = 300.0
"""Seconds for all messages of a week to be posted."""
_BUSY = (11, 11, 11, 10, 9, 11, 8, 6, 10, 9, 4, 3, 11, 8, 7, 6, 5, 3, 2, 1, 9, 11)
"""The weeks of successive decisions; busy weeks occur more often."""
_SUBJECTS = (
    *("Refund answers", "Contract summaries", "Release notes", "Search in the handbook"),
    *("Tagging of tickets", "Replies to reviews", "Draft proposals"),
)
_TEAMS = (
    *("support", "legal", "sales", "people", "finance", "operations", "research"),
    *("marketing", "procurement", "security"),
)


@dataclass
class TeamHistory:
    """A workspace with the bot, and a team whose decisions are made for it."""

    playground: Playground
    bot: Application
    samples: tuple[Sample, ...]

    async def make_decisions(self, count: int) -> None:
        """Post so many decisions, decide and review most of them, and let the digest be posted.

        Raises:
            TimeoutError: messages did not arrive.
        """
        weeks = sorted(islice(cycle(_BUSY), count))
        for week in range(12):
            moment = START + timedelta(weeks=week)
            self.playground.clock.move_to(moment)
            posted = [number for number, when in enumerate(weeks) if when == week]
            decisions = [(number, await self._post(number)) for number in posted]
            await self._wait_for_deliveries()
            self.playground.clock.move_to(moment + timedelta(days=2))
            for number, decision in decisions:
                await self._decide(number, decision, late=week > 9)
            await self._wait_for_deliveries()
        self.playground.clock.move_to(DUE - timedelta(hours=1))
        await self._enable_digest()
        self.playground.clock.move_to(DUE)
        self.bot.check_due()
        await self.playground.until(self._has_digest, within=60)

    async def _post(self, number: int) -> int:
        sample = self.samples[number % len(self.samples)]
        driver = self._person(("ada", "ben", "chloe", "dev")[number % 4])
        decider = self._person(("ben", "ada")[number % 2])
        subject, team = _SUBJECTS[number % 7], _TEAMS[number // 7 % 10]
        title = f"{subject} for {team}" if number < 70 else f"{subject} for {team} ({number // 70})"
        workflow = Workflow(
            title=title if number >= len(self.samples) else sample.title,
            problem=sample.problem if number < len(self.samples) else "",
            deciders=(decider.user,),
            review=Review(ReviewChoice("30")),
        )
        services = self.bot.services
        draft = (await services.drafts.start(driver, self._place)).draft.id
        await services.drafts.describe(driver, draft, workflow)
        await services.drafts.save_answers(driver, draft, sample.answers)
        return (await services.post(driver, draft, self._place)).decision.number

    async def _decide(self, number: int, decision: int, *, late: bool) -> None:
        decider = self._person(("ben", "ada")[number % 2])
        services = self.bot.services
        if number % 9 == 8 or (late and number % 2 == 0):
            return
        if number % 5 == 3:
            await services.decisions.override(
                decider, decision, "prompting", "The contract ends in spring: examples first."
            )
        else:
            await services.decisions.accept(decider, decision)
        if not late and number % 3 == 0:
            outcome = (ReviewOutcome.WORKED, ReviewOutcome.PARTLY, ReviewOutcome.WORKED)[
                number // 3 % 3
            ]
            await services.reviews.review(decider, decision, outcome, "")

    async def _enable_digest(self) -> None:
        settings = DigestSettings(
            workspace=self.playground.workspace.id,
            place=self._place,
            set_by=self._person("ada").user,
            set_at=self.playground.clock.now(),
            schedule=Schedule(zone="Europe/Berlin"),
            post_when_empty=True,
        )
        await self.bot.services.digests.change(settings)

    async def _wait_for_deliveries(self) -> None:
        """Wait until all due messages are posted, moving the clock over the pace between posts."""
        clock = self.playground.clock
        async with asyncio.timeout(TIMEOUT):
            while True:
                due, counts = await self.bot.outbox.next_due(), await self.bot.outbox.counts()
                soon = due is not None and due < clock.now() + timedelta(minutes=1)
                if not soon and not counts.get("sending"):
                    return
                if due is not None and soon and due > clock.now():
                    clock.move_to(due)
                await asyncio.wait_for(self.playground.slack.wait_until(lambda: False, 0.01), 1)

    def _has_digest(self) -> bool:
        return any(m.text.startswith("Decisions, ") for m in self.playground.messages(CHANNEL))

    def _person(self, name: str) -> Person:
        workspace = self.playground.workspace
        return Person(workspace.id, workspace.user(name).id)

    @property
    def _place(self) -> Place:
        return Place(self.playground.workspace.channel(CHANNEL).id, Visibility.PUBLIC)


@asynccontextmanager
async def team_history(database: Path) -> AsyncIterator[TeamHistory]:
    """Run a workspace and the bot, with its database at `database`."""
    playground = Playground()
    playground.clock.move_to(START)
    settings = Settings.model_validate(
        {
            "SLACK_BOT_TOKEN": playground.bot_token,
            "SLACK_SIGNING_SECRET": playground.signing_secret,
            "DATABASE_URL": f"sqlite:///{database}",
            "RAGVSFT_RULES": str(RULES),
            "HOST": "127.0.0.1",
            "PORT": 0,
        }
    )
    async with serving(playground):
        settings = settings.model_copy(update={"slack_api_url": playground.api_url})
        async with run_app(settings, playground.clock) as bot:
            playground.clock.subscribe(bot.check_due)
            playground.connect_http(f"http://127.0.0.1:{bot.port}/slack/events")
            yield TeamHistory(playground, bot, read_samples(RULES))
