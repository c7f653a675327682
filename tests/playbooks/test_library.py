"""The playbook library: reloading while the bot runs."""

import shutil

import pytest

from bot.playbooks.library import Library
from bot.playbooks.loader import NoPlaybookError
from tests.playbooks.conftest import LUNCH


@pytest.fixture
def folder(tmp_path):
    """A folder with the lunch playbook in it, free to change."""
    shutil.copytree(LUNCH, tmp_path / "lunch")
    return tmp_path


def change(folder, name, old, new):
    path = folder / "lunch" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_changed_playbook_is_loaded_at_the_next_refresh(folder):
    """A refresh loads a changed playbook; entries returned before keep the old rules."""
    library = Library(folder)
    assert library.refresh().taken_up == ("lunch",)
    before = library.entries["lunch"]
    change(folder, "rules.yml", "points: {skip: 4}", "points: {skip: 4, canteen: 6}")
    assert library.refresh().taken_up == ("lunch",)
    answers = {"hunger": "none"}
    assert before.engine.evaluate(answers).option == "skip"
    assert library.entries["lunch"].engine.evaluate(answers).option == "canteen"


def test_an_unchanged_playbook_keeps_its_engine(folder):
    """An unchanged text keeps its engine."""
    library = Library(folder)
    library.refresh()
    before = library.entries["lunch"]
    assert library.refresh().taken_up == ()
    assert library.entries["lunch"] is before


def test_an_invalid_change_keeps_the_last_valid_playbook(folder):
    """An invalid change is reported once and kept under `refused`; a fix clears it."""
    library = Library(folder)
    library.refresh()
    good = library.entries["lunch"]
    change(folder, "rules.yml", "points: {skip: 4}", "points: {skp: 4}")
    news = library.refresh()
    assert list(news.refused) == [folder / "lunch"]
    assert "unknown option `skp`; did you mean `skip`?" in str(news.refused[folder / "lunch"])
    assert library.entries["lunch"] is good
    assert library.refresh().refused == {}
    assert list(library.refused) == [folder / "lunch"]
    change(folder, "rules.yml", "points: {skp: 4}", "points: {skip: 4}")
    library.refresh()
    assert library.refused == {}


def test_a_deleted_playbook_stays_in_use(folder):
    """A playbook whose folder was deleted stays in use, and is reported."""
    library = Library(folder)
    library.refresh()
    shutil.rmtree(folder / "lunch")
    assert list(library.refresh().refused) == [folder / "lunch"]
    assert list(library.entries) == ["lunch"]


def test_a_new_folder_is_a_new_playbook_and_a_taken_id_is_refused(folder):
    """A new folder is loaded under its own id, and refused if that id is in use."""
    library = Library(folder)
    library.refresh()
    shutil.copytree(LUNCH, folder / "dinner")
    assert "the id `lunch` is taken by" in str(library.refresh().refused[folder / "dinner"])
    path = folder / "dinner" / "playbook.yml"
    path.write_text(path.read_text().replace("id: lunch", "id: dinner"))
    assert library.refresh().taken_up == ("dinner",)
    assert list(library.entries) == ["dinner", "lunch"]


def test_an_invalid_playbook_does_not_affect_the_others(folder):
    """An invalid playbook is reported; the valid ones are loaded."""
    shutil.copytree(LUNCH, folder / "broken")
    (folder / "broken" / "rules.yml").write_text("rules: [")
    library = Library(folder)
    library.refresh()
    assert list(library.entries) == ["lunch"]
    assert list(library.refused) == [folder / "broken"]


def test_no_playbook_is_an_error(tmp_path):
    """An empty or missing folder is refused, with the remedy."""
    with pytest.raises(NoPlaybookError, match=r"no playbook here \(a folder with a playbook.yml"):
        Library(tmp_path).refresh()
    with pytest.raises(NoPlaybookError, match="no such folder; name a folder of playbooks"):
        Library(tmp_path / "nowhere").refresh()
