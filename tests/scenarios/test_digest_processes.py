"""Several processes on one database post each weekly digest once."""

import asyncio
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from bot.decisions.model import Person, Place, Visibility
from bot.digest.schedule import latest_occurrence, next_occurrence
from bot.digest.settings import Schedule
from bot.playground import Playground, serving
from bot.playground.slack_model import SlackMessage
from bot.storage.connection import Location
from bot.storage.database import Database
from tests.engines import ENGINES, connected
from tests.scenarios import digest_process
from tests.scenarios.harness import TIMEOUT
from tests.services.factories import make_decision, store_decisions
from tests.services.harness import ServiceHarness

PROCESSES, WEEKS = 5, 50
ROOT = Path(__file__).parents[2]
SCHEDULE = Schedule(zone="Europe/Berlin")


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """A served workspace."""
    made = Playground()
    async with serving(made):
        yield made
    assert made.violations == []


@pytest.mark.parametrize("location", ENGINES, indirect=True)
async def test_five_processes_and_fifty_weeks_make_fifty_digests(
    playground: Playground, location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five processes with different clocks post exactly one digest for each of fifty weeks."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    database, chance = location, random.Random(5)
    moment = await _prepare(playground, database)
    config = digest_process.ProcessConfig(
        database, playground.api_url, playground.bot_token, timedelta()
    )
    processes = [
        _start_process(replace(config, skew=timedelta(seconds=4 * place)))
        for place in range(PROCESSES)
    ]
    pipes = [pipe for _, pipe in processes]
    sent, tried = [], 0
    async with asyncio.timeout(5 * TIMEOUT):
        await _receive_all(pipes)
        for _ in range(WEEKS):
            moment = next_occurrence(SCHEDULE, moment).at
            look_at = moment + timedelta(minutes=chance.randrange(23 * 60))
            playground.clock.move_to(look_at)
            for pipe in pipes:
                pipe.send(look_at)
            answers = await _receive_all(pipes)
            sent.append(sum(each for each, _ in answers))
            tried = sum(each for _, each in answers)
            await asyncio.to_thread(_wait_for_posts, database)
        for process, pipe in processes:
            pipe.send(None)
            await asyncio.to_thread(process.join)
    weeks = Counter(_digest_key(message) for message in _digests(playground))
    assert sent == [1] * WEEKS
    assert len(weeks) == WEEKS
    assert set(weeks.values()) == {1}
    assert tried > WEEKS, "no two processes ever found the same digest due"


async def _prepare(playground: Playground, database: Location) -> Any:
    """Store an open decision and digest settings; return the latest due time."""
    store = await Database(database).open()
    harness = ServiceHarness(store)
    team, ada = playground.workspace.id, playground.user("ada").id
    place = Place(playground.channel("product").id, Visibility.PUBLIC)
    await store_decisions(harness, make_decision(1, workspace=team, people=(ada,), place=place))
    settings = await harness.services.digests.default_settings(
        Person(team, ada), place, SCHEDULE.zone
    )
    await harness.services.digests.change(replace(settings, schedule=SCHEDULE))
    await store.close()
    return latest_occurrence(SCHEDULE, harness.clock.now()).at


def _start_process(config: digest_process.ProcessConfig) -> tuple[Any, Connection]:
    """Start a process from a fork server with all modules imported; return it and its pipe."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.scenarios.digest_process"])
    forkserver.ensure_running()
    ours, theirs = context.Pipe()
    process = context.Process(target=digest_process.run_process, args=(config, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _wait_for_posts(database: Location) -> None:
    """Wait while a process still posts what another one has just stored."""
    with connected(database) as db:
        while db.all("select key from deliveries where state = 'sending' limit 1"):
            time.sleep(0.01)


async def _receive_all(pipes: list[Connection]) -> list[Any]:
    """Receive one message from each process."""
    return await asyncio.gather(*(asyncio.to_thread(pipe.recv) for pipe in pipes))


def _digests(playground: Playground) -> list[SlackMessage]:
    """Return the bot's messages in the channel."""
    messages = playground.workspace.messages[playground.channel("product").id]
    return [each for each in messages if each.by_app]


def _digest_key(message: SlackMessage) -> str:
    """Return the delivery key of a digest, which names its week."""
    assert message.metadata is not None
    return str(message.metadata["event_payload"]["key"])
