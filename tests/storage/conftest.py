"""Fixtures: a SQLite file, and an older backup of it."""

from pathlib import Path

import pytest

from bot.storage.maintenance.backup import back_up
from tests.storage.restores import make


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ragvsft.db"


@pytest.fixture
async def saved(tmp_path: Path, path: Path) -> Path:
    """A backup with three decisions; the database has five by now."""
    backup = tmp_path / "backups" / "saved.db"
    backup.parent.mkdir()
    back_up(await make(tmp_path / "then.db", 1, 2, 3), backup)
    (tmp_path / "then.db").unlink()
    await make(path, 1, 2, 3, 4, 5)
    return backup
