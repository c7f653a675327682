"""`ragvsft digest`: preview and send a channel's digest from the database."""

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import root
from bot.cli.digest import digest_as_text
from bot.decisions.model import Status
from bot.digest.settings import DigestSettings
from bot.storage.database import Database
from bot.storage.migrations import MIGRATIONS
from tests.cli.helpers import NO_SETTINGS, create_database, error, output
from tests.services.factories import make_decision
from tests.services.harness import PRIVATE, PUBLIC, ServiceHarness

RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of one workspace, with a public and a private channel."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "ragvsft.db"
    decided = make_decision(2, title="House style", status=Status.ACCEPTED, chosen="rag")
    secret = make_decision(3, title="Nightingale", place=PRIVATE, people=("U7",))
    opened = make_decision(1, title="Answers <!channel> & more", people=("U1", "U2"))
    asyncio.run(create_database(path, opened, decided, secret))
    return path


async def _rows(path: Path, table: str) -> list[dict[str, object]]:
    database = await Database(path).open()
    try:
        return await ServiceHarness(database).rows(table)
    finally:
        await database.close()


def run(database: Path, *arguments: str) -> Result:
    """Run a digest command."""
    environ = NO_SETTINGS | {"DATABASE_URL": f"sqlite:///{database}", "RAGVSFT_RULES": str(RULES)}
    return CliRunner().invoke(root, ["digest", *arguments], env=environ)


def test_a_preview_reads_like_the_digest(database: Path) -> None:
    """The text has heading, sections and people, no markup of Slack's, and nothing private."""
    text = output(run(database, "preview", "--channel", "C1"))
    heading, line, *_ = text.splitlines()
    assert heading.startswith("Decisions  ·  week to ")
    assert line == "=" * len(heading)
    assert "Waiting for a decision (1)\n\n#1  Answers <!channel> & more  ·  waiting for @U2" in text
    assert "Nightingale" not in text
    assert asyncio.run(_rows(database, "deliveries")) == []


def test_a_preview_has_a_time(database: Path) -> None:
    """A preview is as of now or of --now, which needs a zone, and shows its time."""
    text = output(run(database, "preview", "--channel", "C1", "--now", "2026-01-12T10:30+01:00"))
    assert text.startswith("Decisions  ·  week to 12 January")
    assert text.endswith("\n\nAs of Monday 12 January 2026, 10:30 UTC+01:00.\n")
    before = run(
        database, "preview", "--channel", "C1", "--now", "2026-01-06T00:00+00:00", "--json"
    )
    after = run(database, "preview", "--channel", "C1", "--now", "2026-01-07T18:00+09:00", "--json")
    untils = [json.loads(output(each))["until"] for each in (before, after)]
    assert untils == ["2026-01-06T00:00:00Z", "2026-01-07T09:00:00Z"]
    assert output(run(database, "preview", "--channel", "C1")).endswith(" UTC.\n")
    for wrong in ("tomorrow", "2026-01-12T10:30", "2026-13-12T10:30Z"):
        line = error(run(database, "preview", "--channel", "C1", "--now", wrong))
        assert f"--now {wrong} is not a time with a zone: write it like 2026-11-30" in line


def test_a_private_channel_shows_its_own(database: Path) -> None:
    """The digest of a private channel shows that channel's decisions only."""
    text = output(run(database, "preview", "--channel", "G1"))
    assert "#3  Nightingale  ·  waiting for @U7" in text
    assert "Answers" not in text


def test_a_preview_as_json_has_everything(database: Path) -> None:
    """Every section has its entries and its count; times have a zone."""
    found = json.loads(output(run(database, "preview", "--channel", "C1", "--json")))
    assert (found["workspace"], found["channel"], found["is_empty"]) == ("T1", "C1", False)
    parts = ("waiting", "disagreements", "reviews", "new", "decided", "changed")
    assert [found[part]["count"] for part in parts] == [1, 0, 0, 0, 0, 0]
    (entry,) = found["waiting"]["shown"]
    assert (entry["number"], entry["deciders"], entry["announced"]) == (1, ["U2"], None)
    assert datetime.fromisoformat(found["until"]).tzinfo is not None
    assert {"titles", "calibration", "trend", "private", "missed"} <= found.keys()


def test_send_queues_the_digest_once(database: Path) -> None:
    """A sent digest is queued for the bot, once a minute, with an owner."""
    first = output(run(database, "send", "--channel", "C1"))
    assert "The bot that runs on this database posts it" in first
    assert "If it cannot be posted, U1 is notified." in first
    again = output(run(database, "send", "--channel", "C1"))
    kept = asyncio.run(_rows(database, "deliveries"))
    assert ("already" in again) is (len(kept) == 1)
    assert {(row["kind"], row["channel"], row["state"]) for row in kept} == {
        ("digest", "C1", "pending")
    }


def test_an_unwritable_database_gives_one_line(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the database cannot be written, nothing is promised, and one line says why."""
    monkeypatch.setattr("bot.storage.engines.sqlite.BUSY_SECONDS", 0)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        line = error(run(database, "send", "--channel", "C1"))
    assert "cannot be written: database is locked; check the free space" in line


def test_an_unknown_channel_lists_the_known_ones(database: Path) -> None:
    """The error for an unknown channel lists the known ones, the largest first."""
    asyncio.run(_settle(database))
    line = error(run(database, "preview", "--channel", "C404"))
    assert line.endswith(
        "no channel C404 in workspace T1: it has C1 (2 decisions, a digest), G1 (1 decision)"
    )


async def _settle(path: Path) -> None:
    database = await Database(path).open()
    settings = DigestSettings("T1", PUBLIC, "U9", datetime(2026, 1, 1, tzinfo=UTC))
    await ServiceHarness(database).services.digests.change(settings)
    await database.close()


def test_several_workspaces_need_a_choice(database: Path) -> None:
    """With several workspaces in the database, an existing one must be chosen."""
    asyncio.run(create_database(database, make_decision(1, workspace="T2", title="Elsewhere")))
    which = ("preview", "--channel", "C1")
    assert "with --workspace: the database has T1, T2" in error(run(database, *which))
    assert "no workspace T3: it has T1, T2" in error(run(database, *which, "--workspace", "T3"))
    assert "Elsewhere" in output(run(database, *which, "--workspace", "T2"))


def test_no_database_and_no_decisions(database: Path) -> None:
    """A missing or an empty database gives one line."""
    assert "there is no database at" in error(
        run(database.with_name("no.db"), "send", "--channel", "C1")
    )
    empty = database.with_name("empty.db")
    asyncio.run(create_database(empty))
    assert "has no decisions yet" in error(run(empty, "preview", "--channel", "C1"))


@pytest.mark.parametrize(
    "command",
    [
        ("digest", "preview", "--channel", "C1"),
        ("digest", "send", "--channel", "C1"),
        ("export", "records"),
        ("rules", "replay", str(RULES)),
    ],
)
def test_no_command_changes_the_schema_under_a_bot(
    database: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database with an older schema stays unchanged, and one line names the remedy."""
    monkeypatch.setitem(MIGRATIONS, "m001_later", lambda db: db.execute("create table later (a)"))
    before = database.read_bytes()
    environ = NO_SETTINGS | {"DATABASE_URL": f"sqlite:///{database}", "RAGVSFT_RULES": str(RULES)}
    line = error(CliRunner().invoke(root, command, env=environ))
    assert "the schema of an older version of ragvsft: start the bot of this version" in line
    assert database.read_bytes() == before


def test_a_channel_by_its_name(database: Path) -> None:
    """A channel can be given by its name, which is listed beside its id."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("insert into channel_names values ('T1', 'C1', 'product')")
        connection.commit()
    by_id = output(run(database, "preview", "--channel", "C1", "--now", "2026-01-12T10:30Z"))
    for name in ("product", "#product"):
        assert (
            output(run(database, "preview", "--channel", name, "--now", "2026-01-12T10:30Z"))
            == by_id
        )
    assert "C1 (#product, 2 decisions)" in error(run(database, "preview", "--channel", "produce"))


def test_control_characters_are_removed() -> None:
    """Control characters are removed from the output."""
    hostile = "\x1b]0;owned\x07\x1b[2Ja\x9b31mb\r"
    block = {"type": "section", "text": {"text": f"•  {hostile}\n<@U1>"}}
    table = {"type": "table", "rows": [[{"text": hostile}]]}
    printed = digest_as_text([block, table], {"U1": hostile})
    assert [each for each in printed if not each.isprintable()] == ["\n"] * 3
    assert "owned" in printed


def test_text_of_blocks() -> None:
    """Mentions become names, tables columns; what people typed stays as it is."""
    table = [["Week of", "RAG"], ["2 Nov", "12"]]
    blocks = [
        {"type": "section", "text": {"text": "*New (1)*\n•  *#1  a *b* c*  ·  <@U1> in <#C1>"}},
        {"type": "table", "rows": [[{"text": cell} for cell in row] for row in table]},
        {"type": "context", "elements": [{"text": "_Said &lt;so&gt; &amp; kept_"}]},
    ]
    assert digest_as_text(blocks, {"U1": "Ada"}) == (
        "New (1)\n•  #1  a *b* c  ·  @Ada in channel C1\n\n"
        "Week of  RAG\n2 Nov     12\n\n"
        "Said <so> & kept"
    )
