"""Installations on a real database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.storage.connection import Location
from bot.storage.database import Database
from bot.storage.installations import Installation, InstallationStore

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=10)
NORTH = Installation(
    team="T0NORTH",
    enterprise=None,
    name="Northwind",
    bot_user="U0BOT",
    installed_by="U0ADA",
    scopes=("commands", "chat:write"),
    encrypted_token="encrypted",
    installed_at=NOON,
)
ORG = replace(NORTH, team=None, enterprise="E0ORG", name="The Org", encrypted_token="of the org")


@pytest.fixture
async def database(location: Location) -> AsyncIterator[Database]:
    opened = await Database(location).open()
    yield opened
    await opened.close()


@pytest.fixture
def kept(database: Database) -> InstallationStore:
    return InstallationStore(database)


async def test_what_is_kept_is_found(kept: InstallationStore) -> None:
    """An installation is read as it was stored, by its workspace or its organisation."""
    await kept.save(NORTH)
    await kept.save(ORG)
    assert await kept.find("T0NORTH") == NORTH
    assert await kept.find("E0ORG") == ORG
    assert await kept.find("T0OTHER") is None
    assert await kept.all() == [NORTH, ORG]


async def test_a_new_installation_replaces_the_old_one(kept: InstallationStore) -> None:
    """An account has one installation, the latest; organisations and workspaces are separate."""
    await kept.save(NORTH)
    renewed = replace(NORTH, name="Northwind Ltd", encrypted_token="new", installed_at=LATER)
    await kept.save(renewed)
    assert await kept.all() == [renewed]


def test_an_installation_has_an_account() -> None:
    """Without a workspace and an organisation there is no account."""
    with pytest.raises(ValueError, match="belongs to a workspace or to an organisation"):
        _ = replace(NORTH, team=None).account


async def test_a_workspace_falls_back_on_its_organisation(kept: InstallationStore) -> None:
    """A workspace's own installation is preferred to the one of its organisation."""
    await kept.save(ORG)
    assert await kept.of_workspace("T0NORTH") is None
    await kept.note_workspace("T0NORTH", "E0OTHER")
    assert await kept.of_workspace("T0NORTH") is None
    await kept.note_workspace("T0NORTH", "E0ORG")
    assert await kept.of_workspace("T0NORTH") == ORG
    await kept.save(NORTH)
    assert await kept.of_workspace("T0NORTH") == NORTH
    assert await kept.of_workspace("T0SOUTH") is None


async def test_a_removal_takes_what_is_older(kept: InstallationStore) -> None:
    """A removal deletes only older installations of its own account."""
    await kept.save(NORTH)
    await kept.save(ORG)
    assert not await kept.delete("T0NORTH", NOON)
    assert await kept.delete("T0NORTH", NOON + timedelta(microseconds=1))
    assert not await kept.delete("T0NORTH", LATER)
    assert await kept.all() == [ORG]


@pytest.mark.parametrize(("bots", "gone"), [(None, True), (["U0BOT"], True), (["U0X"], False)])
async def test_a_removal_can_name_the_bot(
    kept: InstallationStore, bots: list[str] | None, gone: bool
) -> None:
    """With bot users given, only their installation is deleted."""
    await kept.save(NORTH)
    assert await kept.delete("T0NORTH", LATER, bots) == gone
    assert not await kept.delete("T0NORTH", LATER, [])


async def test_a_reseal_spares_a_token_that_has_changed(kept: InstallationStore) -> None:
    """Re-encryption does not overwrite a token that another process has renewed."""
    await kept.save(NORTH)
    assert await kept.replace_token(NORTH, "encrypted again")
    assert not await kept.replace_token(NORTH, "too late")
    found = await kept.find("T0NORTH")
    assert found == replace(NORTH, encrypted_token="encrypted again")


async def test_a_state_is_taken_once_by_two_processes(database: Database) -> None:
    """Of fifty concurrent takers on two connections, one gets the state."""
    other = await Database(database.location).open()
    takers = [InstallationStore(database), InstallationStore(other)]
    await takers[0].add_state("state", NOON, LATER)
    taken = await asyncio.gather(*(takers[i % 2].use_state("state", NOON) for i in range(50)))
    await other.close()
    assert sum(taken) == 1


async def test_a_state_ends_on_time(kept: InstallationStore, database: Database) -> None:
    """A state is invalid from its expiry on; storing the next one deletes it."""
    await kept.add_state("early", NOON, LATER)
    assert not await kept.use_state("early", LATER)
    assert not await kept.use_state("unknown", NOON)
    await kept.add_state("next", LATER, LATER + timedelta(minutes=10))
    states = await database.read(
        lambda db: [row["state"] for row in db.all("select state from oauth_states")]
    )
    assert states == ["next"]
    assert await kept.use_state("next", LATER)
