"""A copy has all rows, on either engine, and the bot continues on it."""

from pathlib import Path

import pytest

from bot.decisions.access import DecisionFilter, ReadScope
from bot.storage.connection import Location
from bot.storage.database import Database
from bot.storage.maintenance.copying import CopiedTable, CopyDiffers, copy_database, stored_tables
from bot.storage.search import find_page
from tests.engines import EmbeddedPostgres
from tests.services.harness import ADA, BEN, ServiceHarness


@pytest.fixture(params=["sqlite", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    """A database that does not exist yet, or is empty."""
    if request.param == "sqlite":
        return tmp_path / "copy.db"
    server: EmbeddedPostgres = request.getfixturevalue("postgres")
    return server.create()


async def _everything(harness: ServiceHarness) -> dict[str, list[dict[str, object]]]:
    return {table: sorted(await harness.rows(table), key=repr) for table in stored_tables()}


async def test_a_copy_has_all_rows_and_continues(harness: ServiceHarness, target: Location) -> None:
    """Rows and ids are the same; the words are found; new numbers and ids follow the old ones."""
    await harness.post_decision()
    await harness.services.decisions.accept(ADA, 1)
    await harness.post_decision(BEN)
    before = await _everything(harness)
    shown: list[CopiedTable] = []
    copied = copy_database(harness.database.location, target, shown.append)
    assert shown == copied
    assert {table.name: table.rows for table in copied} == {
        table: len(rows) for table, rows in before.items()
    }
    other = ServiceHarness(await Database(target).open())
    assert await _everything(other) == before
    page = await other.read(
        find_page, ReadScope.of(ADA), DecisionFilter(words=("answer",)), None, 9
    )
    assert [each.number for each in page.decisions] == [2, 1]
    assert (await other.post_decision()).number == 3
    await other.database.close()


async def test_only_an_empty_database_is_copied_to(
    harness: ServiceHarness, target: Location
) -> None:
    """A target with decisions is refused, and does not change."""
    await harness.post_decision()
    other = ServiceHarness(await Database(target).open())
    await other.post_decision(BEN)
    before = await _everything(other)
    with pytest.raises(CopyDiffers, match=r"the table playbooks of the target has rows"):
        copy_database(harness.database.location, target, lambda _table: None)
    assert await _everything(other) == before
    await other.database.close()
