"""The doctor's checks of this machine: settings, playbooks, database, disk, port."""

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.clock import SystemClock
from bot.disk import Mount
from bot.doctor.local import DATABASE, PORT, SETTINGS
from bot.doctor.results import CheckState, results_as_text
from bot.storage.database import Database
from bot.storage.running_bots import RunningBots
from tests.doctor.helpers import create_database, not_ok, only_fault, run
from tests.engines import EmbeddedPostgres
from tests.services.harness import FakePlaybooks


async def test_checks_change_nothing(environ: dict[str, str], tmp_path: Path) -> None:
    """The checks create no database."""
    await run(environ)
    assert not (tmp_path / "ragvsft.db").exists()


async def test_each_missing_setting_is_named(environ: dict[str, str]) -> None:
    """A missing setting is a problem; the other checks run."""
    del environ["SLACK_APP_TOKEN"]
    results = await run(environ)
    (result,) = not_ok(results)
    assert result.message.startswith("SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing")
    assert "@ragvsft in Northwind" in results_as_text(results)


async def test_a_malformed_setting_does_not_stop_the_checks(environ: dict[str, str]) -> None:
    """A malformed setting is reported, and the other checks run."""
    result = await only_fault(environ | {"RAGVSFT_COMMAND": "/Tea"})
    assert result.message.startswith("RAGVSFT_COMMAND")


async def test_a_default_is_not_checked_for_a_malformed_setting(environ: dict[str, str]) -> None:
    """With a malformed address the database and the port are not reported as usable."""
    results = await run(environ | {"DATABASE_URL": "postgres://db", "PORT": "many"})
    assert [each.subject for each in not_ok(results)] == [SETTINGS, SETTINGS]
    assert not {DATABASE, PORT} & {each.subject for each in results}


async def test_a_misspelt_setting_is_a_warning(environ: dict[str, str]) -> None:
    """A name that looks like a setting and is none is a warning: the bot can run."""
    result = await only_fault(environ | {"RAGVSFT_RULE": "x"})
    assert result.state is CheckState.WARNING


async def test_a_broken_playbook_is_located(environ: dict[str, str]) -> None:
    """A playbook that does not load is a problem with file, line and column."""
    (Path(environ["RAGVSFT_RULES"]) / "rules.yml").write_text("rules: [\n")
    result = await only_fault(environ)
    assert "rules.yml:" in result.message
    assert "ragvsft rules check" in result.remedy


async def test_each_playbook_is_checked(environ: dict[str, str], tmp_path: Path) -> None:
    """Each of several playbooks has its own result."""
    folder = tmp_path / "folder"
    (folder / "broken").mkdir(parents=True)
    (folder / "broken" / "playbook.yml").write_text("id: [\n")
    (tmp_path / "rules").rename(folder / "tea")
    results = await run(environ | {"RAGVSFT_RULES": str(folder)})
    assert len(not_ok(results)) == 1
    assert "tea: 1 question" in results_as_text(results)


async def test_no_playbook(environ: dict[str, str], tmp_path: Path) -> None:
    """A folder without a playbook is a problem that names RAGVSFT_RULES."""
    result = await only_fault(environ | {"RAGVSFT_RULES": str(tmp_path / "nothing")})
    assert "RAGVSFT_RULES" in result.remedy


async def test_an_intact_database(environ: dict[str, str], tmp_path: Path) -> None:
    """An intact database that is up to date is ok."""
    await create_database(tmp_path / "ragvsft.db")
    results = await run(environ)
    assert not_ok(results) == []
    assert "intact and up to date, with 0 decisions" in results_as_text(results, width=200)


async def test_a_locked_database(environ: dict[str, str], tmp_path: Path) -> None:
    """A database that another program locks is a problem."""
    await create_database(tmp_path / "ragvsft.db")
    with closing(sqlite3.connect(tmp_path / "ragvsft.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        result = await only_fault(environ)
    assert "database is locked" in result.message


async def test_an_older_schema(environ: dict[str, str], tmp_path: Path) -> None:
    """An older schema is a warning: the next start migrates it."""
    (tmp_path / "ragvsft.db").touch()
    result = await only_fault(environ)
    assert result.state is CheckState.WARNING
    assert "older version" in result.message


async def test_a_newer_schema(environ: dict[str, str], tmp_path: Path) -> None:
    """A schema of a newer version is a problem: this version could damage it."""
    await create_database(tmp_path / "ragvsft.db")
    with closing(sqlite3.connect(tmp_path / "ragvsft.db")) as other, other:
        other.execute("insert into schema_migrations (name) values ('m999_later')")
    result = await only_fault(environ)
    assert result.state is CheckState.PROBLEM
    assert "m999_later" in result.message


async def test_another_programs_database(environ: dict[str, str], tmp_path: Path) -> None:
    """Another program's database is a problem, and not mistaken for an empty one."""
    with closing(sqlite3.connect(tmp_path / "ragvsft.db")) as other, other:
        other.execute("create table songs (title text)")
    result = await only_fault(environ)
    assert result.state is CheckState.PROBLEM
    assert "another program's database" in result.message


async def test_not_a_database(environ: dict[str, str], tmp_path: Path) -> None:
    """A file that is not a database is a problem."""
    (tmp_path / "ragvsft.db").write_text("Dear diary, " * 100)
    assert "not a database" in (await only_fault(environ)).message


async def test_a_damaged_database(environ: dict[str, str], tmp_path: Path) -> None:
    """A database with damaged pages is a problem."""
    path = tmp_path / "ragvsft.db"
    await create_database(path)
    content = bytearray(path.read_bytes())
    page = len(content) // 4096 - 2
    content[page * 4096 : (page + 1) * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    result = await only_fault(environ)
    assert result.state is CheckState.PROBLEM
    assert "is damaged" in result.message
    assert "ragvsft restore" in result.remedy


async def test_a_truncated_database(environ: dict[str, str], tmp_path: Path) -> None:
    """A database whose end is missing is damaged, even if SQLite cannot begin to check it."""
    path = tmp_path / "ragvsft.db"
    await create_database(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    result = await only_fault(environ)
    assert "is damaged: database disk image is malformed" in result.message
    assert "ragvsft restore" in result.remedy


async def test_no_folder_for_a_database(environ: dict[str, str], tmp_path: Path) -> None:
    """A path where no file can be created is a problem."""
    (tmp_path / "file").touch()
    result = await only_fault(environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/file/x.db"})
    assert result.state is CheckState.PROBLEM
    assert "cannot be created" in result.message


async def test_ephemeral_disks(environ: dict[str, str]) -> None:
    """A platform with an ephemeral disk is a problem; a container's layer is a warning."""
    platform = await only_fault(environ | {"DYNO": "web.1"})
    assert platform.state is CheckState.PROBLEM
    assert "Heroku" in platform.message
    layer = await only_fault(environ, (Mount(Path("/"), "overlay"),))
    assert layer.state is CheckState.WARNING
    assert "overlay" in layer.message
    assert not_ok(await run(environ | {"RAGVSFT_PERSISTENT": "1", "DYNO": "web.1"})) == []


async def test_a_port_in_use(environ: dict[str, str]) -> None:
    """A port in use is a warning: the bot itself may be running."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        result = await only_fault(environ | {"PORT": str(port)})
    assert result.state is CheckState.WARNING
    assert str(port) in result.message


async def test_an_empty_postgresql_database_can_be_used(
    environ: dict[str, str], postgres: EmbeddedPostgres
) -> None:
    """An empty database on a server is no fault, and the checks create no tables in it."""
    url = postgres.create()
    for _ in range(2):
        results = await run(environ | {"DATABASE_URL": url.url})
        assert not_ok(results) == []
        (result,) = (each for each in results if each.subject == DATABASE)
        assert result.message.endswith("is empty: the first start creates the tables")
    postgres.drop(url)


async def test_a_server_that_refuses_is_a_problem(
    environ: dict[str, str], postgres: EmbeddedPostgres
) -> None:
    """What the server answers is named, and what to check; the password is not shown."""
    url = postgres.url("none").url.replace("postgres:@", "postgres:secret@")
    result = await only_fault(environ | {"DATABASE_URL": url})
    assert 'database "none" does not exist' in result.message
    assert "password and database name in DATABASE_URL" in result.message
    assert "secret" not in results_as_text([result])


async def test_bots_with_other_playbooks_are_a_warning(
    environ: dict[str, str], tmp_path: Path
) -> None:
    """A bot that runs on the database with another version of a playbook is named."""
    database = await Database(tmp_path / "ragvsft.db").open()
    await RunningBots(database, SystemClock(), FakePlaybooks(), "other").report()
    await database.close()
    result = await only_fault(environ)
    assert result.state is CheckState.WARNING
    assert result.message.startswith("another bot on this database uses small 1 (")
