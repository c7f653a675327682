"""`ragvsft digest`: a channel's digest for an operator, read from the log alone."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner, Result

from bot.cli import root
from bot.cli.digest_text import digest_as_text
from bot.decisions.model import Status
from bot.digest.settings import DigestSettings
from bot.settings import NAMES
from bot.storage.database import Database
from bot.storage.migrations import MIGRATIONS
from tests.services.shelf import PUBLIC, SECRET, decision, shelve
from tests.services.world import World

NOTHING: dict[str, str | None] = dict.fromkeys((*NAMES, "DYNO"))
RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A log of one workspace, with a public and a private channel."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "ragvsft.db"
    decided = decision(2, title="House style", status=Status.ACCEPTED, chosen="rag")
    secret = decision(3, title="Nightingale", place=SECRET, people=("U7",))
    opened = decision(1, title="Answers <!channel> & more", people=("U1", "U2"))
    asyncio.run(_log(path, opened, decided, secret))
    yield path
    structlog.reset_defaults()


async def _log(path: Path, *decisions: Any) -> None:
    log = await Database(path).open()
    await shelve(World(log), *decisions)
    await log.close()


async def _rows(path: Path, table: str) -> list[dict[str, object]]:
    log = await Database(path).open()
    try:
        return await World(log).rows(table)
    finally:
        await log.close()


def run(log: Path, *arguments: str) -> Result:
    """Run a command about the digest."""
    environ = NOTHING | {"DATABASE_URL": f"sqlite:///{log}", "RAGVSFT_RULES": str(RULES)}
    return CliRunner().invoke(root, ["digest", *arguments], env=environ)


def said(result: Result) -> str:
    """What a success prints."""
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def refused(result: Result) -> str:
    """The one line of a refusal."""
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line


def test_a_preview_reads_like_the_digest(log: Path) -> None:
    """The text has heading, parts and people, without Slack's markup, and nothing private."""
    text = said(run(log, "preview", "--channel", "C1"))
    heading, line, *_ = text.splitlines()
    assert heading.startswith("Decisions  ·  week to ")
    assert line == "=" * len(heading)
    assert (
        "Waiting for a decision (1)\n•  #1  Answers <!channel> & more  ·  waiting for @U2" in text
    )
    assert "Nightingale" not in text
    assert asyncio.run(_rows(log, "deliveries")) == []


def test_a_preview_says_as_of_when_it_is(log: Path) -> None:
    """It looks from the present, or from the time that is named, with its zone, and says so."""
    told = said(run(log, "preview", "--channel", "C1", "--now", "2026-01-12T10:30+01:00"))
    assert told.startswith("Decisions  ·  week to 12 January")
    assert told.endswith("\n\nAs of Monday 12 January 2026, 10:30 UTC+01:00.\n")
    before = run(log, "preview", "--channel", "C1", "--now", "2026-01-06T00:00+00:00", "--json")
    after = run(log, "preview", "--channel", "C1", "--now", "2026-01-07T18:00+09:00", "--json")
    assert [json.loads(said(each))["new"]["count"] for each in (before, after)] == [0, 2]
    assert said(run(log, "preview", "--channel", "C1")).endswith(" UTC.\n")
    for wrong in ("tomorrow", "2026-01-12T10:30", "2026-13-12T10:30Z"):
        line = refused(run(log, "preview", "--channel", "C1", "--now", wrong))
        assert f"--now {wrong} is no time with a zone: write it such as 2026-11-30" in line


def test_a_private_channel_is_told_its_own(log: Path) -> None:
    """The digest of a private channel tells what that channel may read of its own."""
    text = said(run(log, "preview", "--channel", "G1"))
    assert "#3  Nightingale  ·  waiting for @U7" in text
    assert "Answers" not in text


def test_a_preview_as_json_has_everything(log: Path) -> None:
    """Every part comes with its entries and its count, times with their zone."""
    found = json.loads(said(run(log, "preview", "--channel", "C1", "--json")))
    assert (found["workspace"], found["channel"], found["quiet"]) == ("T1", "C1", False)
    parts = ("waiting", "disagreements", "reviews", "new", "decided", "altered")
    assert [found[part]["count"] for part in parts] == [1, 0, 0, 0, 0, 0]
    (entry,) = found["waiting"]["shown"]
    assert (entry["number"], entry["deciders"], entry["announced"]) == (1, ["U2"], None)
    assert datetime.fromisoformat(found["until"]).tzinfo is not None
    assert {"titles", "calibration", "trend", "hidden", "missed"} <= found.keys()


def test_sending_keeps_it_once_for_the_bot(log: Path) -> None:
    """What is sent is kept for the bot to post, once in a minute, with an owner."""
    first = said(run(log, "send", "--channel", "C1"))
    assert "posted by the bot that runs on this log" in first
    assert "If it cannot be posted, U1 is told why." in first
    again = said(run(log, "send", "--channel", "C1"))
    kept = asyncio.run(_rows(log, "deliveries"))
    assert ("already" in again) is (len(kept) == 1)
    assert {(row["kind"], row["channel"], row["state"]) for row in kept} == {
        ("digest", "C1", "pending")
    }


def test_a_log_that_cannot_be_written_gets_one_line(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be kept, nothing is promised, and the operator is told why."""
    monkeypatch.setattr("bot.store.log.BUSY_SECONDS", 0)
    with closing(sqlite3.connect(log, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        line = refused(run(log, "send", "--channel", "C1"))
    assert "cannot be written: database is locked; see that there is room" in line


def test_an_unknown_channel_says_which_there_are(log: Path) -> None:
    """A channel that the log does not know is refused with those it knows, the largest first."""
    asyncio.run(_settle(log))
    line = refused(run(log, "preview", "--channel", "C404"))
    assert line.endswith(
        "no channel C404 in workspace T1: there are C1 (2 decisions, a digest), G1 (1 decision)"
    )


async def _settle(path: Path) -> None:
    log = await Database(path).open()
    settings = DigestSettings("T1", PUBLIC, "U9", datetime(2026, 1, 1, tzinfo=UTC))
    await World(log).services.digests.change(settings)
    await log.close()


def test_several_workspaces_must_be_told_apart(log: Path) -> None:
    """Where the log holds several workspaces, one has to be named, and one that is there."""
    asyncio.run(_log(log, decision(1, workspace="T2", title="Elsewhere")))
    which = ("preview", "--channel", "C1")
    assert "with --workspace: the log holds T1, T2" in refused(run(log, *which))
    assert "no workspace T3: it holds T1, T2" in refused(run(log, *which, "--workspace", "T3"))
    assert "Elsewhere" in said(run(log, *which, "--workspace", "T2"))


def test_nothing_to_tell_of(log: Path) -> None:
    """Without a log, or with an empty one, there is one line."""
    assert "there is no log at" in refused(run(log.with_name("no.db"), "send", "--channel", "C1"))
    empty = log.with_name("empty.db")
    asyncio.run(_log(empty))
    assert "holds no decisions yet" in refused(run(empty, "preview", "--channel", "C1"))


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
    log: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log of an older version stays as it is, and there is one line that says what to do."""
    monkeypatch.setitem(MIGRATIONS, "m001_later", lambda db: db.execute("create table later (a)"))
    before = log.read_bytes()
    environ = NOTHING | {"DATABASE_URL": f"sqlite:///{log}", "RAGVSFT_RULES": str(RULES)}
    line = refused(CliRunner().invoke(root, command, env=environ))
    assert "the schema of an older version of ragvsft: start the bot of this version" in line
    assert log.read_bytes() == before


def test_a_channel_may_be_told_by_its_name(log: Path) -> None:
    """A name that the log knows stands for the channel, and is listed beside its id."""
    with closing(sqlite3.connect(log)) as connection:
        connection.execute("insert into channel_names values ('T1', 'C1', 'product')")
        connection.commit()
    by_id = said(run(log, "preview", "--channel", "C1", "--now", "2026-01-12T10:30Z"))
    for name in ("product", "#product"):
        assert said(run(log, "preview", "--channel", name, "--now", "2026-01-12T10:30Z")) == by_id
    assert "C1 (#product, 2 decisions)" in refused(run(log, "preview", "--channel", "produce"))


def test_no_terminal_obeys_a_title() -> None:
    """Control characters are left out of what is printed, wherever they stand."""
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
