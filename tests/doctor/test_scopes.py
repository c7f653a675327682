"""What workspaces have granted, held against what is asked for."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.decisions.installation import Installation
from bot.doctor.results import CheckResult, CheckState, results_as_text
from bot.doctor.scopes import install_scopes
from bot.manifest import HISTORY_SCOPES, SCOPES
from bot.storage.database import Database
from bot.storage.installations import SqliteInstallations
from tests.doctor.surroundings import NOON, Api, bad, look, make_log, one

NORTH = Installation(
    team="T0NORTH",
    enterprise=None,
    name="Northwind",
    bot_user="U0BOT",
    installed_by="U0ADA",
    scopes=tuple(SCOPES),
    sealed_token="sealed",
    installed_at=NOON,
)
SOUTH = replace(NORTH, team="T0SOUTH", name="Southwind", scopes=(*SCOPES, *HISTORY_SCOPES))


def told(findings: Sequence[CheckResult]) -> str:
    """All that is said, a finding a line."""
    return results_as_text(findings, width=500)


def test_those_as_asked_are_told_together() -> None:
    """Workspaces that granted what is asked for are one line, with what that means."""
    (finding,) = install_scopes([NORTH, replace(NORTH, team="T0WEST")], with_history=False)
    assert finding.state is CheckState.OK
    assert finding.message.startswith("2 have granted what is asked for: commands, chat:write")
    assert finding.message.endswith("people are asked about posts that broke off")
    assert "/slack/install" in told(install_scopes([], with_history=False))


@pytest.mark.parametrize(
    ("with_history", "words", "remedy"),
    [
        (True, "Northwind (T0NORTH) has not granted channels:history, groups:history", "opened"),
        (False, "Southwind (T0SOUTH) has granted more than is asked for: channels:history", "HIST"),
    ],
)
def test_others_are_told_by_name(with_history: bool, words: str, remedy: str) -> None:
    """A workspace with fewer or more scopes than asked for is a warning; others are still well."""
    findings = install_scopes([NORTH, SOUTH], with_history=with_history)
    (finding,) = bad(findings)
    assert finding.state is CheckState.WARNING
    assert words in finding.message
    assert remedy in finding.remedy
    assert ("people are asked about" if with_history else "it looks for") in finding.message
    assert "1 has granted what is asked for" in told(findings)


def test_many_others_are_counted() -> None:
    """Ten are told by name, the rest by their number."""
    others = [replace(SOUTH, team=f"T{number}") for number in range(12)]
    findings = install_scopes(others, with_history=False)
    assert len(findings) == 11
    assert findings[-1].message == "2 more have other scopes than are asked for"


async def test_the_doctor_reads_them_from_the_log(
    environ: dict[str, str], api: Api, tmp_path: Path
) -> None:
    """Installed by OAuth, the doctor tells of each workspace without its token."""
    del environ["SLACK_BOT_TOKEN"]
    key = "c2VhbGVkc2VhbGVkc2VhbGVkc2VhbGVkc2VhbGVkMTI="
    many = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", "RAGVSFT_KEYS": key}
    await make_log(tmp_path / "ragvsft.db")
    assert "none has installed it" in told(await look(environ | many))
    log = await Database(tmp_path / "ragvsft.db").open()
    await SqliteInstallations(log).keep(SOUTH)
    await log.close()
    finding = await one(environ | many)
    assert "Southwind (T0SOUTH) has granted more" in finding.message
    findings = await look(environ | many | {"RAGVSFT_HISTORY": "1"})
    assert bad(findings) == []
    assert "1 has granted what is asked for" in told(findings)
    assert "auth.test" not in [call[0] for call in api.asked]
