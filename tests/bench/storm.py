"""Let the digests of many workspaces be due at one time, while some do not answer.

Usage: python -m tests.bench.storm [--workspaces N] [--hanging N] [--seconds N] [--database URL]

The bot runs as it is, with pictures, on a Slack of its own process that takes 200 ms for each call
and leaves the calls of some workspaces unanswered. Each of those has 50 messages that are due, too.
Meanwhile a person of another workspace posts a decision every few seconds. The exit status is 1 if
a digest comes later than two minutes, a person's post later than five seconds, or any post twice.
"""

import asyncio
import json
import multiprocessing
import random
import resource
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import click
from aiohttp import web
from cryptography.fernet import Fernet

from bot.app import Application, run_app
from bot.clock import SystemClock
from bot.decisions.model import Decision, Person, Place, Resolution, Status, Visibility, Workflow
from bot.digest.settings import DigestScope, DigestSettings, Schedule, Weekday
from bot.digest.store import save_settings
from bot.outbox.model import DeliveryState, TextNotice, announcement_delivery, to_person
from bot.outbox.table import enqueue
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import Question
from bot.settings import Settings
from bot.slack.oauth.installations import TokenCipher
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.decisions import add_decisions
from bot.storage.installations import Installation, InstallationStore
from bot.storage.playbook_versions import save_playbook

RULES = Path(__file__).parents[2] / "rules"
DIGESTS_WITHIN = 120.0
PERSONS_POST_WITHIN = 5.0
PEOPLES_WORKSPACE = "TPEOPLE"
CHANNEL = "C1"
_OPEN_DECISIONS = 2
_DECISIONS = 4
_EVERY = 5.0
"""Seconds between two posts of the person."""


@dataclass(frozen=True)
class StormSize:
    """How large a storm is.

    Attributes:
        workspaces: those that answer, each with a digest that is due.
        hanging: those that do not answer, each with a digest and `messages`.
        messages: direct messages that are due in each hanging workspace.
        call_seconds: how long Slack takes for a call.
        limit: seconds after which the run ends in any case.
    """

    workspaces: int = 2000
    hanging: int = 10
    messages: int = 50
    call_seconds: float = 0.2
    limit: float = 300.0


@dataclass
class StormReport:
    """What arrived at Slack, and when: seconds since the digests were due.

    Attributes:
        digests: when each digest of a workspace that answers was posted.
        pictures: how many of these show a picture.
        waits: how long each post of the person took.
        twice: the dedupe keys that were posted more than once.
        calls: the calls that Slack answered, by method.
        megabytes: the bot's memory before, and at most.
    """

    digests: list[float] = field(default_factory=list)
    pictures: int = 0
    waits: list[float] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    megabytes: tuple[float, float] = (0.0, 0.0)


class StormSlack:
    """A Web API that takes its time, and leaves the calls of hanging workspaces unanswered."""

    def __init__(self, call_seconds: float) -> None:
        self._call_seconds = call_seconds
        self._over = asyncio.Event()
        self.calls = Counter[str]()
        self.posts: list[tuple[str, float, bool]] = []
        """Key, time and whether it shows a picture, of each post."""

    def app(self) -> web.Application:
        """Return the server."""
        app = web.Application(client_max_size=10**7)
        app.router.add_post("/api/{method}", self._call)
        app.router.add_get("/api/{method}", self._call)
        app.router.add_post("/upload", self._upload)
        app.router.add_get("/report", self._report)
        app.router.add_post("/end", self._end)
        return app

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if request.headers.get("Authorization", "").startswith("Bearer xoxb-hang"):
            await self._over.wait()
            return web.json_response({"ok": False, "error": "service_unavailable"}, status=503)
        body = await request.text()
        is_json = request.content_type == "application/json"
        given = json.loads(body) if is_json else dict(parse_qsl(body) + list(request.query.items()))
        self.calls[method] += 1
        await asyncio.sleep(self._call_seconds)
        return web.json_response({"ok": True, **self._answer(method, given, request)})

    def _answer(self, method: str, given: dict[str, Any], request: web.Request) -> dict[str, Any]:
        now = f"{time.time():.6f}"
        match method:
            case "chat.postMessage":
                shows_picture = "slack_file" in str(given.get("blocks"))
                key = given["metadata"]["event_payload"]["key"]
                self.posts.append((key, time.time(), shows_picture))
                return {"channel": given["channel"], "ts": now}
            case "files.getUploadURLExternal":
                return {"upload_url": str(request.url.origin()) + "/upload", "file_id": "F1"}
            case "files.completeUploadExternal":
                return {"files": [{"id": "F1"}]}
            case "chat.getPermalink":
                path = f"{given['channel']}/p{given['message_ts'].replace('.', '')}"
                return {"permalink": f"https://x.slack.com/archives/{path}"}
            case "users.info":
                return {"user": {"id": given["user"], "tz": "Europe/Paris", "real_name": "Ada"}}
        return {}

    async def _upload(self, request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(self._call_seconds)
        return web.Response(text="OK")

    async def _end(self, _request: web.Request) -> web.Response:
        """Refuse the calls that were not answered, so that the bot can stop."""
        self._over.set()
        return web.Response()

    async def _report(self, _request: web.Request) -> web.Response:
        return web.json_response({"posts": self.posts, "calls": self.calls})


def _serve_slack(call_seconds: float, port: Any) -> None:
    async def serve() -> None:
        runner = web.AppRunner(StormSlack(call_seconds).app(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1000).start()
        port.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(serve())


@asynccontextmanager
async def serving_slack(call_seconds: float) -> AsyncIterator[str]:
    """Serve a `StormSlack` in a process of its own; yield its address."""
    here, there = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_serve_slack, args=(call_seconds, there), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{await asyncio.to_thread(here.recv)}"
    finally:
        process.kill()
        process.join()


async def run_storm(size: StormSize, database_url: str, address: str) -> StormReport:
    """Fill a database, run the bot on it, and return what arrived at Slack.

    Args:
        size: of the storm.
        database_url: an empty database.
        address: of the `StormSlack`.
    """
    settings = Settings.model_validate(
        {
            "SLACK_CLIENT_ID": "1",
            "SLACK_CLIENT_SECRET": "2",
            "SLACK_SIGNING_SECRET": "3" * 32,
            "RAGVSFT_KEYS": Fernet.generate_key().decode(),
            "DATABASE_URL": database_url,
            "RAGVSFT_PERSISTENT": "1",
            "RAGVSFT_RULES": str(RULES),
            "SLACK_API_URL": f"{address}/api/",
            "PORT": "0",
            "HOST": "127.0.0.1",
        }
    )
    due = datetime.now(UTC).replace(second=0, microsecond=0)
    await _fill(settings, size, due)
    before = _megabytes()
    async with run_app(settings, SystemClock()) as bot, aiohttp.ClientSession() as session:
        return await _observe(bot, session, size, address, before)


async def _observe(
    bot: Application, session: aiohttp.ClientSession, size: StormSize, address: str, before: float
) -> StormReport:
    began, asked = time.time(), dict[str, float]()
    bot.check_due()
    while True:
        async with session.get(f"{address}/report") as answer:
            told = await answer.json()
        report = _report_of(told, began, asked)
        done = len(report.digests) >= size.workspaces and len(report.waits) >= len(asked) > 0
        if done or time.time() - began > size.limit:
            await session.post(f"{address}/end")
            return replace(report, megabytes=(before, _megabytes()))
        if time.time() - began >= _EVERY * len(asked) + 0.1:
            decision = await _post_as_a_person(bot)
            asked[f"{PEOPLES_WORKSPACE}/{decision}/announcement"] = time.time()
        await asyncio.sleep(0.2)


async def _post_as_a_person(bot: Application) -> int:
    """Post a decision in the person's workspace; return its number."""
    person, place = Person(PEOPLES_WORKSPACE, "U1"), Place("C9", Visibility.PUBLIC)
    page = await bot.services.drafts.start(person, place)
    await bot.services.drafts.describe(person, page.draft.id, Workflow(title="Mine"))
    question = next(each for each in _questions(bot) if not each.several)
    given = {question.id: next(iter(question.answers))}
    await bot.services.drafts.save_answers(person, page.draft.id, given)
    return (await bot.services.post(person, page.draft.id, place)).decision.number


def _questions(bot: Application) -> tuple[Question, ...]:
    return bot.services.playbooks.current("ragvsft").engine.playbook.questions


def _report_of(told: dict[str, Any], began: float, asked: dict[str, float]) -> StormReport:
    report = StormReport(calls=Counter(told["calls"]))
    counts = Counter(key for key, _, _ in told["posts"])
    report.twice = [key for key, number in counts.items() if number > 1]
    for key, at, shows_picture in told["posts"]:
        if "/digest/" in key:
            report.digests.append(at - began)
            report.pictures += shows_picture
        elif key in asked:
            report.waits.append(at - asked[key])
    return report


async def _fill(settings: Settings, size: StormSize, due: datetime) -> None:
    """Install the bot in all workspaces, and let their digests and messages be due."""
    database = await Database(settings.database).open()
    text = loader.read(RULES / "ragvsft")
    engine = RuleEngine(loader.parse(text))
    store = InstallationStore(database)
    cipher = TokenCipher([key.get_secret_value() for key in settings.keys])
    healthy = [f"T{number:06}" for number in range(size.workspaces)]
    hanging = [f"THANG{number}" for number in range(size.hanging)]
    rng = random.Random(0)
    await database.write(lambda db: save_playbook(db, text))
    for workspace in (*hanging, *healthy, PEOPLES_WORKSPACE):
        token = f"xoxb-{'hang' if workspace in hanging else 'well'}-{workspace}"
        await store.save(_installation(workspace, cipher.encrypt(workspace, token), due))

    def work(db: Connection) -> None:
        for workspace in (*hanging, *healthy):
            _add_workspace(db, workspace, engine, due, rng)
        for workspace in hanging:
            for number in range(size.messages):
                person = Person(workspace, f"U{number}")
                early = due - timedelta(minutes=1)
                enqueue(db, [to_person(person, TextNotice("Hello."), early)])

    await database.write(work)
    await database.close()


def _installation(workspace: str, token: str, at: datetime) -> Installation:
    return Installation(workspace, None, workspace, "UBOT", "U1", (), token, at)


def _add_workspace(
    db: Connection, workspace: str, engine: RuleEngine, due: datetime, rng: random.Random
) -> None:
    """Add decisions that were announced, and a digest that is due."""
    place = Place(CHANNEL, Visibility.PUBLIC)
    for number in range(1, _DECISIONS + 1):
        opened = due - timedelta(days=rng.randrange(1, 80), hours=rng.randrange(20))
        decision = _decision(engine, workspace, number, place, opened, rng)
        add_decisions(db, [decision])
        enqueue(db, [announcement_delivery(decision)])
        sent = {
            "state": DeliveryState.SENT.value,
            "sent_channel": CHANNEL,
            "ts": f"{number}.000001",
        }
        db.update("deliveries", sent, workspace=workspace, decision=number)
    weekday = list(Weekday)[due.weekday()]
    settings = DigestSettings(
        workspace,
        place,
        "U1",
        due - timedelta(days=1),
        schedule=Schedule(weekday=weekday, at=due.time(), zone="UTC"),
        scope=DigestScope.CHANNEL,
    )
    save_settings(db, settings)


def _decision(
    engine: RuleEngine,
    workspace: str,
    number: int,
    place: Place,
    opened: datetime,
    rng: random.Random,
) -> Decision:
    answers = {
        each.id: rng.choice([*each.answers, None])
        for each in engine.playbook.questions
        if not each.several
    }
    verdict = engine.evaluate(answers)
    is_open = number <= _OPEN_DECISIONS
    resolution = Resolution("U1", opened + timedelta(hours=1), "As recommended", verdict.option)
    return Decision(
        workspace=workspace,
        number=number,
        draft_id=secrets.token_hex(8),
        title=f"Decision {number}",
        problem="What should we do?",
        driver="U1",
        deciders=("U1",),
        review_on=date(2030, 1, 1),
        place=place,
        playbook_hash=engine.playbook.hash,
        answers=answers,
        verdict=verdict,
        status=Status.OPEN if is_open else Status.ACCEPTED,
        opened_at=opened,
        resolution=None if is_open else resolution,
    )


def _megabytes() -> float:
    """Return the peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@click.command()
@click.option("--workspaces", default=2000, show_default=True, help="Workspaces that answer.")
@click.option("--hanging", default=10, show_default=True, help="Workspaces that do not.")
@click.option("--seconds", default=300.0, show_default=True, help="After which the run ends.")
@click.option("--database", default="", help="An empty database; a SQLite file by default.")
def main(workspaces: int, hanging: int, seconds: float, database: str) -> None:
    """Run a storm; print how late digests and a person's posts came."""
    with tempfile.TemporaryDirectory(prefix="ragvsft-storm-") as folder:
        url = database or f"sqlite:///{folder}/storm.db"
        size = StormSize(workspaces, hanging, limit=seconds)
        report = asyncio.run(_storm(size, url))
    sys.exit(_print(size, report))


async def _storm(size: StormSize, url: str) -> StormReport:
    async with serving_slack(size.call_seconds) as address:
        return await run_storm(size, url, address)


def _print(size: StormSize, report: StormReport) -> bool:
    """Print a report; return whether it misses a bar."""
    digests, waits = sorted(report.digests), sorted(report.waits)
    last, slowest = max(digests, default=0.0), max(waits, default=0.0)
    print(
        f"{size.workspaces:,} workspaces due at one time, {size.hanging} others hang with "
        f"{size.messages} messages each; a call takes {size.call_seconds * 1000:.0f} ms"
    )
    print(f"digests posted: {len(digests):,}, {report.pictures:,} of them with a picture")
    if digests:
        print(
            f"the last one after {last:.0f} s, half of them after {digests[len(digests) // 2]:.0f}"
        )
    print(f"a person's own post, {len(waits)} times: {slowest:.1f} s at most")
    print(f"memory: {report.megabytes[0]:.0f} MB before, {report.megabytes[1]:.0f} MB at most")
    print(f"posted twice: {len(report.twice)}")
    print("calls: " + ", ".join(f"{name} {number:,}" for name, number in report.calls.items()))
    is_complete = len(digests) == size.workspaces and last <= DIGESTS_WITHIN
    return not (is_complete and slowest <= PERSONS_POST_WITHIN and waits and not report.twice)


if __name__ == "__main__":
    main()
