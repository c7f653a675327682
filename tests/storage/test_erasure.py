"""Erasure: nothing of a workspace or a person is left, in no table and in no file."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.decisions.model import Person, Visibility, Workflow
from bot.decisions.ports import CachedProfile, DirectoryEntry
from bot.services.retention import Retention
from bot.storage.connection import Location
from bot.storage.convert import utc_text
from bot.storage.database import Database
from bot.storage.maintenance.copying import stored_tables
from bot.storage.maintenance.erasure import erase_person, erase_workspace
from bot.storage.people import save_profile
from tests.services.factories import PUBLIC
from tests.services.harness import ADA, BEN, ServiceHarness

EVA = Person("T1", "U0EVA")
THEIRS = ("U0EVA", "Eva Nightingale", "quokkas", "wombats", "numbats")


async def _live(harness: ServiceHarness) -> None:
    """Let people of two workspaces decide, with words that can be found again."""
    services, clock = harness.services, harness.clock
    for person in (ADA, Person("T2", "U1")):
        words = Workflow(title=f"Capybaras of {person.workspace}", deciders=("U0EVA",))
        draft = await harness.create_draft(person, workflow=words)
        await services.post(person, draft, PUBLIC)
    entry = DirectoryEntry("Eva Nightingale")
    await harness.write(save_profile, CachedProfile(EVA, entry, clock.now()))
    await services.decisions.override(EVA, 1, "tuning", "because of quokkas")
    await services.decisions.withdraw(ADA, 1, "no more")
    second = await harness.post_decision()
    page = await services.perspectives.begin(EVA, PUBLIC, second.number)
    await services.perspectives.finish(page.draft.__class__(**_with_note(page.draft)))
    await services.drafts.start(EVA, PUBLIC, problem="numbats")
    await services.notify(EVA, "about numbats")


def _with_note(draft: object) -> dict[str, object]:
    values = {name: getattr(draft, name) for name in draft.__slots__}  # type: ignore[attr-defined]
    return {**values, "note": "wombats first", "choice": "rag"}


async def _found(harness: ServiceHarness, word: str) -> list[str]:
    """Return the tables that hold a word."""
    tables = [*stored_tables(), "decision_words"]
    return [each for each in tables if word in str(await harness.rows(each))]


def _in_files(location: Location, word: str) -> list[str]:
    """Return the files of a SQLite database that hold a word."""
    if not isinstance(location, Path):
        return []
    files = sorted(location.parent.glob(f"{location.name}*"))
    return [each.name for each in files if word.encode() in each.read_bytes()]


@pytest.fixture
async def lived(location: Location) -> ServiceHarness:
    """Services on a database in which two workspaces have decided."""
    harness = ServiceHarness(await Database(location).open())
    await _live(harness)
    return harness


async def test_nothing_of_a_workspace_is_left(lived: ServiceHarness, location: Location) -> None:
    """An erased workspace is in no table and no file, but the count of its decisions."""
    assert await _found(lived, "Capybaras of T1")
    erased = await lived.write(erase_workspace, "T1")
    assert erased == 2
    assert await lived.database.compact()
    for word in ("Capybaras of T1", *THEIRS[1:]):
        assert await _found(lived, word) == []
        assert _in_files(location, word) == []
    assert await _found(lived, "T1") == ["number_floors"]
    assert "decisions" in await _found(lived, "Capybaras of T2")
    assert (await lived.post_decision()).number == 3
    await lived.database.close()


async def test_nothing_of_a_person_is_left(lived: ServiceHarness, location: Location) -> None:
    """An erased person's id, name and words are nowhere; the team's decisions stay."""
    for word in THEIRS:
        assert await _found(lived, word), word
    await lived.write(erase_person, EVA.user)
    assert await lived.database.compact()
    for word in THEIRS:
        assert await _found(lived, word) == [], word
        assert _in_files(location, word) == [], word
    decision = await lived.services.decision("T1", 1)
    assert decision is not None
    assert decision.title == "Capybaras of T1"
    assert decision.deciders[0].startswith("erased-")
    await lived.services.decisions.hand_over(ADA, 2, (BEN.user,))
    await lived.database.close()


async def test_a_person_is_erased_in_one_workspace_only(
    lived: ServiceHarness, location: Location
) -> None:
    """With a workspace, the person stays in the others; another id that begins alike stays too."""
    await lived.services.decisions.hand_over(ADA, 2, ("U0EVA", "U0EVAN"))
    await lived.write(erase_person, EVA.user, "T1")
    rows = await lived.rows("decision_people")
    assert {row["workspace"] for row in rows if row["user_id"] == EVA.user} == {"T2"}
    assert "U0EVAN" in {row["user_id"] for row in rows}
    await lived.database.close()


async def test_what_is_done_is_deleted_after_a_while(
    lived: ServiceHarness, location: Location
) -> None:
    """Used drafts, sent notices and removed workspaces go after the time set, decisions stay."""
    harness, clock = lived, lived.clock
    await harness.write(
        lambda db: db.insert(
            "removed_workspaces", {"workspace": "T2", "removed_at": utc_text(clock.now())}
        )
    )
    await harness.write(lambda db: db.execute("update deliveries set state = 'sent'"))
    retention = Retention(harness.database, clock, timedelta(days=30))
    clock.advance(timedelta(days=29))
    await retention.delete_outdated()
    assert "decisions" in await _found(harness, "Capybaras of T2")
    assert any(row["decision"] for row in await harness.rows("drafts"))
    clock.advance(timedelta(days=2))
    await retention.delete_outdated()
    assert await _found(harness, "Capybaras of T2") == []
    assert not any(row["decision"] for row in await harness.rows("drafts"))
    kinds = {row["kind"] for row in await harness.rows("deliveries")}
    assert "announcement" in kinds
    assert not kinds & {"redraw", "notice"}
    decision = await harness.services.decision("T1", 1)
    assert decision is not None
    assert decision.place.visibility is Visibility.PUBLIC
    await harness.database.close()


@pytest.mark.parametrize("location", ["sqlite"], indirect=True)
async def test_only_the_owner_reads_the_database(location: Location, tmp_path: Path) -> None:
    """The file, its log and a folder made for it are the owner's, and an open file is closed."""
    path = tmp_path / "new" / "deep" / "ragvsft.db"
    old = tmp_path / "old.db"
    old.touch(mode=0o644)
    for each in (path, old):
        database = await Database(each).open()
        await database.write(lambda db: db.execute("pragma user_version = 0"))
        for file in each.parent.glob(f"{each.name}*"):
            assert file.stat().st_mode & 0o777 == 0o600, file
        await database.close()
    for folder in (path.parent, path.parent.parent):
        assert folder.stat().st_mode & 0o777 == 0o700
