"""Granted scopes compared with the requested ones."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.doctor.results import CheckResult, CheckState, results_as_text
from bot.doctor.slack import installation_scopes
from bot.manifest import HISTORY_SCOPES, SCOPES
from bot.storage.database import Database
from bot.storage.installations import Installation, InstallationStore
from tests.doctor.helpers import NOON, Api, create_database, not_ok, only_fault, run

NORTH = Installation(
    team="T0NORTH",
    enterprise=None,
    name="Northwind",
    bot_user="U0BOT",
    installed_by="U0ADA",
    scopes=tuple(SCOPES),
    encrypted_token="encrypted",
    installed_at=NOON,
)
SOUTH = replace(NORTH, team="T0SOUTH", name="Southwind", scopes=(*SCOPES, *HISTORY_SCOPES))


def text(results: Sequence[CheckResult]) -> str:
    """The results as text, one a line."""
    return results_as_text(results, width=500)


def test_matching_workspaces_share_a_result() -> None:
    """Workspaces with the requested scopes share one result, with its consequence."""
    (result,) = installation_scopes([NORTH, replace(NORTH, team="T0WEST")], with_history=False)
    assert result.state is CheckState.OK
    assert result.message.startswith("2 have the requested scopes: commands, chat:write")
    assert result.message.endswith("the bot asks people about unconfirmed posts")
    assert "/slack/install" in text(installation_scopes([], with_history=False))


@pytest.mark.parametrize(
    ("with_history", "words", "remedy"),
    [
        (True, "Northwind (T0NORTH) lacks channels:history, groups:history", "reinstall"),
        (False, "Southwind (T0SOUTH) has more scopes than requested: channels:history", "HIST"),
    ],
)
def test_differing_workspaces_are_named(with_history: bool, words: str, remedy: str) -> None:
    """A workspace with fewer or more scopes than requested is a warning; others are ok."""
    results = installation_scopes([NORTH, SOUTH], with_history=with_history)
    (result,) = not_ok(results)
    assert result.state is CheckState.WARNING
    assert words in result.message
    assert remedy in result.remedy
    assert ("the bot asks people about" if with_history else "the bot looks up") in result.message
    assert "1 has the requested scopes" in text(results)


def test_many_differing_workspaces_are_counted() -> None:
    """Ten are named, the rest are counted."""
    others = [replace(SOUTH, team=f"T{number}") for number in range(12)]
    results = installation_scopes(others, with_history=False)
    assert len(results) == 11
    assert results[-1].message == "2 more have other scopes than requested"


async def test_scopes_are_read_from_the_database(
    environ: dict[str, str], api: Api, tmp_path: Path
) -> None:
    """With OAuth, each workspace is checked without its token."""
    del environ["SLACK_BOT_TOKEN"]
    key = "c2VhbGVkc2VhbGVkc2VhbGVkc2VhbGVkc2VhbGVkMTI="
    many = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", "RAGVSFT_KEYS": key}
    await create_database(tmp_path / "ragvsft.db")
    assert "none yet; install at" in text(await run(environ | many))
    log = await Database(tmp_path / "ragvsft.db").open()
    await InstallationStore(log).save(SOUTH)
    await log.close()
    result = await only_fault(environ | many)
    assert "Southwind (T0SOUTH) has more scopes" in result.message
    results = await run(environ | many | {"RAGVSFT_HISTORY": "1"})
    assert not_ok(results) == []
    assert "1 has the requested scopes" in text(results)
    assert "auth.test" not in [call[0] for call in api.calls]
