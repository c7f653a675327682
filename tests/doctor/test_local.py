"""What the doctor finds on this machine: settings, playbooks, log, disk, port."""

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.disk import Mount
from bot.doctor.results import CheckState, results_as_text
from tests.doctor.surroundings import bad, look, make_log, one


async def test_looking_changes_nothing(environ: dict[str, str], tmp_path: Path) -> None:
    """Looking makes no database where there was none."""
    await look(environ)
    assert not (tmp_path / "ragvsft.db").exists()


async def test_each_missing_setting_is_named(environ: dict[str, str]) -> None:
    """A missing setting is a problem; what can be looked at without it still is."""
    del environ["SLACK_APP_TOKEN"]
    findings = await look(environ)
    (finding,) = bad(findings)
    assert finding.message.startswith("SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing")
    assert "@ragvsft in Northwind" in results_as_text(findings)


async def test_a_malformed_setting_hides_nothing(environ: dict[str, str]) -> None:
    """A malformed setting is told, and the rest is looked at all the same."""
    finding = await one(environ | {"RAGVSFT_COMMAND": "/Tea"})
    assert finding.message.startswith("RAGVSFT_COMMAND")


async def test_a_misspelt_setting_is_a_warning(environ: dict[str, str]) -> None:
    """A name that looks like a setting and is none is a warning: the bot would run without."""
    finding = await one(environ | {"RAGVSFT_RULE": "x"})
    assert finding.state is CheckState.WARNING


async def test_a_broken_playbook_is_told_with_its_place(environ: dict[str, str]) -> None:
    """A playbook that does not load is a problem with file, line and column."""
    (Path(environ["RAGVSFT_RULES"]) / "rules.yml").write_text("rules: [\n")
    finding = await one(environ)
    assert "rules.yml:" in finding.message
    assert "ragvsft rules check" in finding.remedy


async def test_a_broken_playbook_hides_no_other(environ: dict[str, str], tmp_path: Path) -> None:
    """Of several playbooks each is told by itself."""
    shelf = tmp_path / "shelf"
    (shelf / "broken").mkdir(parents=True)
    (shelf / "broken" / "playbook.yml").write_text("id: [\n")
    (tmp_path / "rules").rename(shelf / "tea")
    findings = await look(environ | {"RAGVSFT_RULES": str(shelf)})
    assert len(bad(findings)) == 1
    assert "tea: 1 question" in results_as_text(findings)


async def test_no_playbook(environ: dict[str, str], tmp_path: Path) -> None:
    """A folder without a playbook is a problem that names RAGVSFT_RULES."""
    finding = await one(environ | {"RAGVSFT_RULES": str(tmp_path / "nothing")})
    assert "RAGVSFT_RULES" in finding.remedy


async def test_a_sound_log(environ: dict[str, str], tmp_path: Path) -> None:
    """A log that is up to date and sound is well, and stays as it is."""
    await make_log(tmp_path / "ragvsft.db")
    findings = await look(environ)
    assert bad(findings) == []
    assert "sound and up to date, with 0 decisions" in results_as_text(findings, width=200)


async def test_a_log_that_another_program_locks(environ: dict[str, str], tmp_path: Path) -> None:
    """A log that is locked for good is a problem that says so."""
    await make_log(tmp_path / "ragvsft.db")
    with closing(sqlite3.connect(tmp_path / "ragvsft.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        finding = await one(environ)
    assert "database is locked" in finding.message


async def test_an_older_log(environ: dict[str, str], tmp_path: Path) -> None:
    """A log of an older version is a warning: the next start brings it up to date."""
    (tmp_path / "ragvsft.db").touch()
    finding = await one(environ)
    assert finding.state is CheckState.WARNING
    assert "older version" in finding.message


async def test_a_newer_log(environ: dict[str, str], tmp_path: Path) -> None:
    """A log that a newer version wrote is a problem: this version might harm it."""
    await make_log(tmp_path / "ragvsft.db")
    with closing(sqlite3.connect(tmp_path / "ragvsft.db")) as other, other:
        other.execute("insert into schema_migrations (name) values ('m999_later')")
    finding = await one(environ)
    assert finding.state is CheckState.PROBLEM
    assert "m999_later" in finding.message


async def test_another_programs_database(environ: dict[str, str], tmp_path: Path) -> None:
    """A database of somebody else's is a problem, and not taken for an empty log."""
    with closing(sqlite3.connect(tmp_path / "ragvsft.db")) as other, other:
        other.execute("create table songs (title text)")
    finding = await one(environ)
    assert finding.state is CheckState.PROBLEM
    assert "another program's database" in finding.message


async def test_not_a_database(environ: dict[str, str], tmp_path: Path) -> None:
    """A file that is no database is a problem."""
    (tmp_path / "ragvsft.db").write_text("Dear diary, " * 100)
    assert "not a database" in (await one(environ)).message


async def test_a_damaged_log(environ: dict[str, str], tmp_path: Path) -> None:
    """A log whose pages are damaged is a problem, and the remedy begins with a copy."""
    path = tmp_path / "ragvsft.db"
    await make_log(path)
    content = bytearray(path.read_bytes())
    page = len(content) // 4096 - 2
    content[page * 4096 : (page + 1) * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    finding = await one(environ)
    assert finding.state is CheckState.PROBLEM
    assert "damaged" in finding.message or "malformed" in finding.message


async def test_no_place_for_a_log(environ: dict[str, str], tmp_path: Path) -> None:
    """A path on which no file can be made is a problem."""
    (tmp_path / "file").touch()
    finding = await one(environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/file/x.db"})
    assert finding.state is CheckState.PROBLEM
    assert "cannot be made" in finding.message


async def test_disks_that_forget(environ: dict[str, str]) -> None:
    """A throwaway platform is a problem; a container's own layer is a warning."""
    thrown = await one(environ | {"DYNO": "web.1"})
    assert thrown.state is CheckState.PROBLEM
    assert "Heroku" in thrown.message
    layer = await one(environ, (Mount(Path("/"), "overlay"),))
    assert layer.state is CheckState.WARNING
    assert "overlay" in layer.message
    assert bad(await look(environ | {"RAGVSFT_PERSISTENT": "1", "DYNO": "web.1"})) == []


async def test_a_port_in_use(environ: dict[str, str]) -> None:
    """A port that is taken is a warning: it may be the bot itself that runs there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        finding = await one(environ | {"PORT": str(port)})
    assert finding.state is CheckState.WARNING
    assert str(port) in finding.message
