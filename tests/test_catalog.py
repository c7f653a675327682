"""The playbooks of a folder, loaded and reloaded."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.catalog import PlaybookCatalog
from bot.decisions.errors import UnknownPlaybook
from bot.playbooks.loader import PLAYBOOK, NoPlaybookError, PlaybookError
from tests.services.harness import SMALL

RULES = Path(__file__).parents[1] / "rules"


def write(root: Path, playbook_id: str, title: str = "Small or large?") -> Path:
    """Write a playbook into its own folder."""
    folder = root / playbook_id
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in SMALL.files.items():
        changed = text.replace("id: small", f"id: {playbook_id}").replace("Small or large?", title)
        (folder / name).write_text(changed, encoding="utf-8")
    return folder


def test_the_shipped_playbooks() -> None:
    """The default playbook comes first; each playbook of the folder is found by its id."""
    playbooks = PlaybookCatalog(RULES)
    assert list(playbooks.titles()) == ["ragvsft", "hosting"]
    assert playbooks.current().engine.playbook.id == "ragvsft"
    assert playbooks.current("hosting").engine.playbook.id == "hosting"


def test_a_version_is_its_text_and_its_engine(tmp_path: Path) -> None:
    """The engine of a version is built from its text."""
    write(tmp_path, "small")
    version = PlaybookCatalog(tmp_path).current()
    assert version.engine.playbook.hash == version.text.hash


def test_playbooks_are_ordered(tmp_path: Path) -> None:
    """The default playbook comes first, the others by id."""
    for playbook_id in ("zebra", "ragvsft", "ant"):
        write(tmp_path, playbook_id)
    assert list(PlaybookCatalog(tmp_path).titles()) == ["ragvsft", "ant", "zebra"]


def test_the_root_may_be_a_playbook(tmp_path: Path) -> None:
    """The root may be the folder of a single playbook."""
    folder = write(tmp_path, "small")
    assert PlaybookCatalog(folder).titles() == {"small": "Small or large?"}


@pytest.mark.parametrize("root", ["empty", "missing"])
def test_no_playbook_is_an_error(tmp_path: Path, root: str) -> None:
    """A folder without playbooks, or a missing one, is refused with the setting to change."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoPlaybookError, match="RAGVSFT_RULES") as raised:
        PlaybookCatalog(tmp_path / root)
    assert str(tmp_path / root) in str(raised.value)


def test_an_unknown_playbook_is_an_error(tmp_path: Path) -> None:
    """The error for an unknown id lists the known ones."""
    write(tmp_path, "small")
    with pytest.raises(UnknownPlaybook) as raised:
        PlaybookCatalog(tmp_path).current("large")
    assert (raised.value.playbook_id, raised.value.known) == ("large", ("small",))


def test_a_broken_playbook_prevents_the_start(tmp_path: Path) -> None:
    """If no playbook is valid, the start fails with the place of the first error."""
    folder = write(tmp_path, "small")
    (folder / PLAYBOOK).write_text("id: [", encoding="utf-8")
    with pytest.raises(PlaybookError) as raised:
        PlaybookCatalog(tmp_path)
    assert str(raised.value).startswith(f"{folder / PLAYBOOK}:2:1: ")


def test_a_change_is_loaded(tmp_path: Path) -> None:
    """An edited playbook is loaded at the next refresh; a refresh without a change logs nothing."""
    write(tmp_path, "small")
    playbooks = PlaybookCatalog(tmp_path)
    write(tmp_path, "small", title="Quite another title")
    with capture_logs() as logs:
        playbooks.refresh()
        playbooks.refresh()
    assert playbooks.titles() == {"small": "Quite another title"}
    assert [entry["event"] for entry in logs] == ["a playbook was loaded"]


def test_a_broken_edit_keeps_the_last_version(tmp_path: Path) -> None:
    """A broken edit is rejected and logged once; the last valid version stays until it is fixed."""
    folder = write(tmp_path, "small")
    playbooks = PlaybookCatalog(tmp_path)
    before = playbooks.current()
    (folder / PLAYBOOK).write_text("id: [", encoding="utf-8")
    with capture_logs() as logs:
        playbooks.refresh()
        playbooks.refresh()
    assert playbooks.current() == before
    assert [entry["event"] for entry in logs] == ["a playbook was rejected"]
    (problem,) = playbooks.problems()
    assert problem.startswith("small/playbook.yml:")
    write(tmp_path, "small", title="Fixed")
    playbooks.refresh()
    assert playbooks.problems() == ()
    assert playbooks.titles() == {"small": "Fixed"}
