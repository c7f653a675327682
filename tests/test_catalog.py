"""The playbooks of a folder, as the bot uses them."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.catalog import NoPlaybooks, PlaybookCatalog
from bot.decisions.errors import UnknownPlaybook
from bot.playbooks.loader import PLAYBOOK, PlaybookError
from tests.services.world import SMALL

RULES = Path(__file__).parents[1] / "rules"


def written(root: Path, playbook_id: str, title: str = "Small or large?") -> Path:
    """Write a playbook into a folder of its own."""
    folder = root / playbook_id
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in SMALL.files.items():
        changed = text.replace("id: small", f"id: {playbook_id}").replace("Small or large?", title)
        (folder / name).write_text(changed, encoding="utf-8")
    return folder


def test_the_shipped_playbooks() -> None:
    """The product's own playbook comes first, and every one of the folder can be named."""
    playbooks = PlaybookCatalog(RULES)
    assert list(playbooks.titles()) == ["ragvsft", "hosting"]
    assert playbooks.current().engine.playbook.id == "ragvsft"
    assert playbooks.current("hosting").engine.playbook.id == "hosting"


def test_an_edition_is_its_text_and_its_engine(tmp_path: Path) -> None:
    """The engine of an edition was made from its text."""
    written(tmp_path, "small")
    edition = PlaybookCatalog(tmp_path).current()
    assert edition.engine.playbook.hash == edition.text.hash


def test_the_order_is_the_same_everywhere(tmp_path: Path) -> None:
    """The product's own comes first, the others by name."""
    for playbook_id in ("zebra", "ragvsft", "ant"):
        written(tmp_path, playbook_id)
    assert list(PlaybookCatalog(tmp_path).titles()) == ["ragvsft", "ant", "zebra"]


def test_a_folder_that_is_a_playbook_itself(tmp_path: Path) -> None:
    """The folder of one playbook does in place of a folder of several."""
    folder = written(tmp_path, "small")
    assert PlaybookCatalog(folder).titles() == {"small": "Small or large?"}


@pytest.mark.parametrize("root", ["empty", "missing"])
def test_no_playbook_is_told_with_what_to_do(tmp_path: Path, root: str) -> None:
    """A folder without playbooks, or none at all, is refused with the setting to change."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoPlaybooks, match="RAGVSFT_RULES") as raised:
        PlaybookCatalog(tmp_path / root)
    assert str(tmp_path / root) in str(raised.value)


def test_an_unknown_playbook_is_told_with_those_there_are(tmp_path: Path) -> None:
    """Asking for a playbook that does not exist names those that do."""
    written(tmp_path, "small")
    with pytest.raises(UnknownPlaybook) as raised:
        PlaybookCatalog(tmp_path).current("large")
    assert (raised.value.playbook_id, raised.value.known) == ("large", ("small",))


def test_a_broken_playbook_keeps_the_bot_from_starting(tmp_path: Path) -> None:
    """With nothing good to begin with, the start fails and says where the mistake is."""
    folder = written(tmp_path, "small")
    (folder / PLAYBOOK).write_text("id: [", encoding="utf-8")
    with pytest.raises(PlaybookError) as raised:
        PlaybookCatalog(tmp_path)
    assert str(raised.value).startswith(f"{folder / PLAYBOOK}:2:1: ")


def test_a_change_is_taken_up(tmp_path: Path) -> None:
    """An edited playbook is in use after the next look, and a look without a change is quiet."""
    written(tmp_path, "small")
    playbooks = PlaybookCatalog(tmp_path)
    written(tmp_path, "small", title="Quite another title")
    with capture_logs() as logs:
        playbooks.refresh()
        playbooks.refresh()
    assert playbooks.titles() == {"small": "Quite another title"}
    assert [entry["event"] for entry in logs] == ["a playbook was taken up"]


def test_a_playbook_broken_by_an_edit_stays_as_it_was(tmp_path: Path) -> None:
    """A broken edit is refused and said once with its place, until it is mended."""
    folder = written(tmp_path, "small")
    playbooks = PlaybookCatalog(tmp_path)
    before = playbooks.current()
    (folder / PLAYBOOK).write_text("id: [", encoding="utf-8")
    with capture_logs() as logs:
        playbooks.refresh()
        playbooks.refresh()
    assert playbooks.current() == before
    assert [entry["event"] for entry in logs] == ["a playbook was refused"]
    (trouble,) = playbooks.problems()
    assert trouble.startswith("small/playbook.yml:")
    written(tmp_path, "small", title="Mended")
    playbooks.refresh()
    assert playbooks.problems() == ()
    assert playbooks.titles() == {"small": "Mended"}
