"""Several processes on one log: each week's digest is posted once."""

import asyncio
import multiprocessing
import random
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
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
from bot.storage.database import Database
from tests.scenarios import digest_process
from tests.scenarios.harness import TIMEOUT
from tests.services.shelf import decision, shelve
from tests.services.world import World

PROCESSES, WEEKS = 5, 50
ROOT = Path(__file__).parents[2]
SCHEDULE = Schedule(zone="Europe/Berlin")


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """A workspace, served."""
    made = Playground()
    async with serving(made):
        yield made
    assert made.violations == []


async def test_five_processes_and_fifty_weeks_make_fifty_digests(
    playground: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes with clocks of their own look at the same time; each week has one message."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    database, chance = tmp_path / "ragvsft.db", random.Random(5)
    moment = await _prepared(playground, database)
    orders = digest_process.Orders(database, playground.api_url, playground.bot_token, timedelta())
    processes = [
        _started(replace(orders, skew=timedelta(seconds=4 * place))) for place in range(PROCESSES)
    ]
    pipes = [pipe for _, pipe in processes]
    sent, tried = [], 0
    async with asyncio.timeout(5 * TIMEOUT):
        await _answers(pipes)
        for _ in range(WEEKS):
            moment = next_occurrence(SCHEDULE, moment).at
            look_at = moment + timedelta(minutes=chance.randrange(23 * 60))
            playground.clock.move_to(look_at)
            for pipe in pipes:
                pipe.send(look_at)
            answers = await _answers(pipes)
            sent.append(sum(each for each, _ in answers))
            tried = sum(each for _, each in answers)
            await asyncio.to_thread(_wait_for_posts, database)
        for process, pipe in processes:
            pipe.send(None)
            await asyncio.to_thread(process.join)
    weeks = Counter(_week(message) for message in _digests(playground))
    assert sent == [1] * WEEKS
    assert len(weeks) == WEEKS
    assert set(weeks.values()) == {1}
    assert tried > WEEKS, "no two processes ever found the same digest due"


async def _prepared(playground: Playground, database: Path) -> Any:
    """Log a decision that waits, and settings; return when the first digest is due next."""
    log = await Database(database).open()
    world = World(log)
    team, ada = playground.workspace.id, playground.user("ada").id
    place = Place(playground.channel("product").id, Visibility.PUBLIC)
    await shelve(world, decision(1, workspace=team, people=(ada,), place=place))
    settings = await world.services.digests.default_settings(
        Person(team, ada), place, SCHEDULE.zone
    )
    await world.services.digests.change(replace(settings, schedule=SCHEDULE))
    await log.close()
    return latest_occurrence(SCHEDULE, world.clock.now()).at


def _started(orders: digest_process.Orders) -> tuple[Any, Connection]:
    """Start a process, forked from one that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.scenarios.digest_process"])
    forkserver.ensure_running()
    ours, theirs = context.Pipe()
    process = context.Process(target=digest_process.live, args=(orders, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _wait_for_posts(database: Path) -> None:
    """Wait while a process still posts what another one has just stored."""
    with closing(sqlite3.connect(database)) as db:
        while db.execute("select count(*) from deliveries where state = 'sending'").fetchone()[0]:
            time.sleep(0.01)


async def _answers(pipes: list[Connection]) -> list[Any]:
    return await asyncio.gather(*(asyncio.to_thread(pipe.recv) for pipe in pipes))


def _digests(playground: Playground) -> list[SlackMessage]:
    kept = playground.workspace.messages[playground.channel("product").id]
    return [each for each in kept if each.by_app]


def _week(message: SlackMessage) -> str:
    assert message.metadata is not None
    return str(message.metadata["event_payload"]["key"])
