"""Time the database of many decisions on each engine: list, search, digest, commits and claims.

Usage: python -m tests.bench.queries [--count N] [--engine sqlite|postgres|both] [--keep FOLDER]

PostgreSQL is an embedded server on this machine that does not wait for the disk. With --keep, the
databases are kept in a folder, and another run with it uses them. A million decisions take 14 GB
in SQLite and 6 GB in PostgreSQL, and are loaded without indexes, which are created afterwards.

The database has decisions of two workspaces, public, private and direct ones, by two thousand
people. Nearly all were made with an older version of the playbook and are reviewed. Each query is
the bot's own and is repeated; the first run, on a partly cold cache, is shown separately. The
limit is for the CPU time of a query, the server's included, which on an idle machine is nearly all
of its time.
"""

import asyncio
import itertools
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click
import psycopg

from bot.catalog import PlaybookCatalog
from bot.clock import SystemClock
from bot.decisions.access import Cursor, Direction, ReadScope
from bot.decisions.access import DecisionFilter as Filter
from bot.decisions.model import (
    Decision,
    Perspective,
    Place,
    Resolution,
    ReviewAnswer,
    ReviewOutcome,
    Status,
    Visibility,
)
from bot.digest.schedule import Window
from bot.digest.service import DigestService
from bot.digest.settings import DigestScope, DigestSettings
from bot.outbox.model import Delivery, TextNotice
from bot.outbox.store import Outbox
from bot.outbox.table import enqueue
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.loader import PlaybookText
from bot.playbooks.verdict import Strength
from bot.storage.connection import Connection, Location, PostgresUrl
from bot.storage.database import Database
from bot.storage.decisions import add_decisions, load_decisions, number_decision
from bot.storage.engines.sqlite import SqliteConnection
from bot.storage.perspectives import save_perspective
from bot.storage.playbook_versions import PlaybookVersions, save_playbook
from bot.storage.search import answer_sheets, find_page, read_decision
from tests.engines import ENGINES, EmbeddedPostgres

RULES = Path(__file__).parents[2] / "rules" / "ragvsft"
BATCH = 2000
INDEXES_OF_SQLITE = "select name, sql from sqlite_master where type = 'index' and sql is not null"
INDEXES_OF_POSTGRES = """
select indexname as name, indexdef as sql from pg_indexes
where schemaname = current_schema() and indexname like 'idx!_%' escape '!'
"""
SIZE_OF_SQLITE = """
select page_count * page_size as size from pragma_page_count, pragma_page_size
"""
SIZE_OF_POSTGRES = "select pg_database_size(current_database()) as size"
LIMIT = 50
RUNS = 20
DELIVERIES = 400
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
SENDING = AT + timedelta(days=3650)
"""When deliveries are claimed: later than every due time."""
OLD = "0" * 64
"""The hash of the older playbook version."""
WORDS = (
    *("answers", "support", "team", "refund", "contract", "summary", "search", "handbook"),
    *("style", "customers", "tickets", "house", "legal", "sales", "onboarding", "notes"),
    *("claims", "invoices", "reports", "audit", "policy", "catalogue", "prices", "quality"),
)


@click.command()
@click.option("--count", default=100_000, show_default=True, help="Number of decisions.")
@click.option(
    "--engine", type=click.Choice([*ENGINES, "both"]), default="sqlite", show_default=True
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the databases in this folder, or use those in it.",
)
def main(count: int, engine: str, keep: Path | None) -> None:
    """Build a database of many decisions and print the time of each query."""
    figures: dict[str, dict[str, float]] = {}
    if engine in {"sqlite", "both"}:
        with tempfile.TemporaryDirectory(prefix="ragvsft-bench-") as folder:
            path = (keep or Path(folder)) / "bench.db"
            figures["sqlite"] = asyncio.run(_bench(path, count, time.process_time))
    if engine in {"postgres", "both"}:
        server = EmbeddedPostgres(durable=True, kept=keep / "postgres" if keep else None)
        try:
            figures["postgres"] = asyncio.run(
                _bench(
                    server.database("bench"),
                    count,
                    lambda: time.process_time() + server.cpu_seconds,
                )
            )
        finally:
            server.stop()
    if engine == "both":
        _compare(figures["sqlite"], figures["postgres"])


def _compare(sqlite: dict[str, float], postgres: dict[str, float]) -> None:
    print(f"\n{'reads: CPU ms; then elapsed ms':<40}{'SQLite':>11}{'PostgreSQL':>11}{'ratio':>9}")
    for name, figure in sqlite.items():
        ratio = postgres[name] / figure if figure else 0
        print(f"{name:<40}{figure:11.1f}{postgres[name]:11.1f}{ratio:9.1f}")


async def _bench(location: Location, count: int, cpu: Callable[[], float]) -> dict[str, float]:
    """Return the CPU milliseconds of each query, and the figures of writes."""
    print(f"\n{'SQLite' if isinstance(location, Path) else 'PostgreSQL'}")
    database = await Database(location).open()
    try:
        if not await database.read(lambda db: db.one("select number from decisions")):
            await _build(database, count)
            if isinstance(location, PostgresUrl):
                with psycopg.connect(location.url, autocommit=True) as connection:
                    connection.execute("vacuum analyze")  # as autovacuum does
        print(f"{await database.read(_bytes) / 1e9:.1f} GB")
        reads = await _measure(database, count, cpu)
        return {**reads, **await _measure_writes(database)}
    finally:
        await database.close()


async def _measure_writes(database: Database) -> dict[str, float]:
    """Time commits and claims, and count the deliveries that one bot and two bots record."""
    row = await database.read(lambda db: db.one("select * from decisions where status = 'open'"))
    (decision,) = await database.read(lambda db: load_decisions(db, [row] if row else []))
    times = []
    for _ in range(RUNS):
        made = replace(decision, workspace="T9", draft_id=uuid.uuid4().hex)
        store = partial(database.write, partial(_store, made))
        times.append(await _timed(store))
    outbox = Outbox(database)
    await _enqueue(database, "claims", RUNS)
    claims = [await _timed(lambda: outbox.claim(SENDING)) for _ in range(RUNS)]
    found = {"store a decision": statistics.median(times), "claim": statistics.median(claims)}
    for bots in (1, 2):
        await _enqueue(database, f"bots{bots}", DELIVERIES)
        others = [await Database(database.location).open() for _ in range(bots)]
        began = time.perf_counter()
        await asyncio.gather(*(_deliver(Outbox(each)) for each in others for _ in range(4)))
        rate = DELIVERIES / (time.perf_counter() - began)
        found[f"deliveries a second, {bots} bot{'s' * (bots > 1)}"] = rate
        for each in others:
            await each.close()
    for name, figure in found.items():
        print(f"{name:<40}{'':>11}{figure:11.1f}")
    return found


def _store(decision: Decision, db: Connection) -> Decision:
    return number_decision(db, decision)


async def _enqueue(database: Database, name: str, count: int) -> None:
    run = uuid.uuid4().hex
    deliveries = [
        Delivery(f"T9/{run}/{at}", "T9", TextNotice("Hello."), f"U{name}{at}", AT)
        for at in range(count)
    ]
    await database.write(lambda db: enqueue(db, deliveries))


async def _deliver(outbox: Outbox) -> None:
    while (delivery := await outbox.claim(SENDING)) is not None:
        await outbox.mark_sent(delivery, delivery.channel, "1.0")


async def _build(database: Database, count: int) -> None:
    text = loader.read(RULES)
    engine = RuleEngine(loader.parse(text))
    await database.write(lambda db: _add_playbooks(db, text))
    began = time.perf_counter()
    indexes = await database.write(_drop_indexes)
    made = _decisions(engine, count)
    while batch := list(itertools.islice(made, BATCH)):
        await database.write(partial(add_decisions, decisions=batch))
    for statement in indexes:
        await database.write(lambda db, sql=statement: db.execute(sql))
    await database.write(_add_views)
    print(f"{count:,} decisions stored in {time.perf_counter() - began:.0f} s")


def _drop_indexes(db: Connection) -> list[str]:
    """Drop all indexes but those of keys; return the statements that create them."""
    found = db.all(INDEXES_OF_POSTGRES if _is_postgres(db) else INDEXES_OF_SQLITE)
    for row in found:
        db.execute(f"drop index {row['name']}")
    return [row["sql"] for row in found]


def _bytes(db: Connection) -> int:
    """Return the size of the database on disk."""
    row = db.one(SIZE_OF_POSTGRES if _is_postgres(db) else SIZE_OF_SQLITE)
    return int(row["size"]) if row else 0


def _is_postgres(db: Connection) -> bool:
    return not isinstance(db, SqliteConnection)


def _add_playbooks(db: Connection, text: PlaybookText) -> None:
    save_playbook(db, text)
    db.execute(
        "insert into playbooks (hash, folder, files) select :old, folder, files from playbooks",
        {"old": OLD},
    )


def _decisions(engine: RuleEngine, count: int) -> Iterator[Decision]:
    rng = random.Random(0)
    patterns = [_pattern(engine, rng) for _ in range(50)]
    for at in range(count):
        decision = rng.choice(patterns)
        people = [f"U{rng.randrange(2000):05}" for _ in range(3)]
        channel, visibility = _place(rng, people[0])
        status = Status.OPEN if rng.random() < 0.002 else Status.ACCEPTED
        number = at // 2 + 1
        words = " ".join(rng.choices(WORDS, k=6))
        rare = " zanzibar" if rng.random() < 10 / count else ""
        opened = AT + timedelta(minutes=at)
        is_open = status is Status.OPEN
        resolution = Resolution(
            people[1], opened + timedelta(days=2), "As recommended", decision.verdict.option
        )
        is_over = opened + timedelta(days=90) < AT + timedelta(minutes=count)
        reviewed = not is_open and is_over and rng.random() < 0.99
        yield replace(
            decision,
            workspace=f"T{at % 2}",
            number=number,
            draft_id=f"{at:032x}",
            title=f"{words[:60]}{rare}",
            problem=" ".join(rng.choices(WORDS, k=40)),
            driver=people[0],
            deciders=tuple(dict.fromkeys(people[1:])),
            place=Place(channel, visibility),
            status=status,
            opened_at=opened,
            resolution=None if is_open else resolution,
            review_on=opened.date() + timedelta(days=90),
            reviews=_reviews(people[1:], rng) if reviewed else (),
            playbook_hash=OLD if at < count * 0.95 else decision.playbook_hash,
        )


def _reviews(deciders: list[str], rng: random.Random) -> tuple[ReviewAnswer, ...]:
    outcomes = rng.choices(list(ReviewOutcome), k=len(deciders))
    given = dict(zip(deciders, outcomes, strict=True))
    return tuple(ReviewAnswer(user, AT, outcome) for user, outcome in given.items())


def _add_views(db: Connection) -> None:
    """Add a view to every other open decision."""
    for row in db.all("select * from decisions where status = 'open' and number % 2 = 1"):
        (decision,) = load_decisions(db, [row])
        view = Perspective(
            workspace=decision.workspace,
            decision=decision.number,
            user="U99998",
            answers={},
            option="rag",
            strength=Strength.CLEAR,
            added_at=AT,
            changed_at=AT,
        )
        save_perspective(db, decision, view)


def _pattern(engine: RuleEngine, rng: random.Random) -> Decision:
    answers = {
        question.id: rng.choice([*question.answers, None]) for question in engine.playbook.questions
    }
    return Decision(
        workspace="T0",
        number=1,
        draft_id="",
        title="",
        problem="",
        driver="U1",
        deciders=("U1",),
        review_on=date(2026, 4, 5),
        place=Place("C1", Visibility.PUBLIC),
        playbook_hash=engine.playbook.hash,
        answers=answers,
        verdict=engine.evaluate(answers),
        status=Status.OPEN,
        opened_at=AT,
    )


def _place(rng: random.Random, driver: str) -> tuple[str, Visibility]:
    drawn = rng.random()
    if drawn < 0.5:
        return f"C{rng.randrange(300):05}", Visibility.PUBLIC
    if drawn < 0.9:
        return f"G{rng.randrange(300):05}", Visibility.PRIVATE
    return driver, Visibility.DIRECT


async def _measure(database: Database, count: int, cpu: Callable[[], float]) -> dict[str, float]:
    stranger, insider = ReadScope("T0", "U99999"), ReadScope("T0", "U00007", "G00007")
    middle = Cursor(count // 4, Direction.OLDER)
    back = replace(middle, direction=Direction.NEWER)

    def page(
        scope: ReadScope, filters: Filter, cursor: Cursor | None = None
    ) -> Callable[[], Awaitable[Any]]:
        return lambda: database.read(lambda db: find_page(db, scope, filters, cursor, 10))

    digest_of = _digests(database, AT + timedelta(minutes=count))
    public, private = Place("C00007", Visibility.PUBLIC), Place("G00007", Visibility.PRIVATE)

    cases = {
        "list": page(insider, Filter()),
        "list, from the middle": page(insider, Filter(), middle),
        "list, back to newer ones": page(insider, Filter(), back),
        "list mine": page(insider, Filter(mine=True)),
        "list open": page(insider, Filter(statuses=(Status.OPEN,))),
        "list withdrawn (none)": page(insider, Filter(statuses=(Status.WITHDRAWN,))),
        "list rag": page(insider, Filter(options=("rag",))),
        "list open rag": page(insider, Filter(statuses=(Status.OPEN,), options=("rag",))),
        "list support open": page(insider, Filter(statuses=(Status.OPEN,), words=("support",))),
        "list mine support": page(insider, Filter(mine=True, words=("support",))),
        "search, a common word": page(insider, Filter(words=("support",))),
        "search, three common words": page(insider, Filter(words=("support", "team", "audit"))),
        "search, a rare word": page(stranger, Filter(words=("zanzibar",))),
        "search, an unknown word": page(stranger, Filter(words=("xylophone",))),
        "search, a common and a rare word": page(stranger, Filter(words=("support", "zanzibar"))),
        "search, from the middle": page(insider, Filter(words=("support",)), middle),
        "show": lambda: database.read(lambda db: read_decision(db, insider, count // 4)),
        "similar (answers of the newest 500)": (
            lambda: database.read(lambda db: answer_sheets(db, insider, "ragvsft", 500))
        ),
        "digest of a channel": digest_of(public, DigestScope.CHANNEL),
        "digest of a private channel": digest_of(private, DigestScope.CHANNEL),
        "digest of the workspace": digest_of(public, DigestScope.WORKSPACE),
        "the same in a private channel": digest_of(private, DigestScope.WORKSPACE),
    }  # fmt: skip
    heads = "".join(f"{head:>11}" for head in ("first", "median", "worst", "processor"))
    print(f"{'':<40}{heads}   (ms; the limit for the processor is {LIMIT})")
    means = {}
    for name, query in cases.items():
        first, began = await _timed(query), cpu()
        times = [await _timed(query) for _ in range(RUNS)]
        means[name] = mean = (cpu() - began) * 1000 / RUNS
        mark = "  over the limit" if mean > LIMIT else ""
        row = (first, statistics.median(times), max(times), mean)
        print(f"{name:<40}{''.join(f'{each:11.2f}' for each in row)}{mark}", flush=True)
    return means


def _digests(
    database: Database, until: datetime
) -> Callable[[Place, DigestScope], Callable[[], Awaitable[Any]]]:
    """Return what reads a week's digest, with all sections."""
    playbooks = PlaybookVersions(database, PlaybookCatalog(RULES))
    service = DigestService(database, SystemClock(), playbooks, lambda: None)
    window = Window(until - timedelta(weeks=1), until)

    def digest_of(place: Place, scope: DigestScope) -> Callable[[], Awaitable[Any]]:
        settings = DigestSettings("T0", place, "U1", until, scope=scope)
        return lambda: service.read(settings, window)

    return digest_of


async def _timed(query: Callable[[], Awaitable[Any]]) -> float:
    """Return the milliseconds that a query takes."""
    began = time.perf_counter()
    await query()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
