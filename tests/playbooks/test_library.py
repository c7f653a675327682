"""Playbooks that change while the house runs."""

import shutil

import pytest

from bot.playbooks.library import Library
from bot.playbooks.loader import NoPlaybookError
from tests.playbooks.conftest import LUNCH


@pytest.fixture
def shelf(tmp_path):
    """A folder with the lunch playbook in it, free to change."""
    shutil.copytree(LUNCH, tmp_path / "lunch")
    return tmp_path


def change(folder, name, old, new):
    path = folder / "lunch" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_changed_playbook_is_taken_up_at_the_next_refresh(shelf):
    """After a change the new rules decide; who holds the old entry keeps the old ones."""
    library = Library(shelf)
    assert library.refresh().taken_up == ("lunch",)
    before = library.entries["lunch"]
    change(shelf, "rules.yml", "points: {skip: 4}", "points: {skip: 4, canteen: 6}")
    assert library.refresh().taken_up == ("lunch",)
    answers = {"hunger": "none"}
    assert before.engine.evaluate(answers).option == "skip"
    assert library.entries["lunch"].engine.evaluate(answers).option == "canteen"


def test_nothing_is_made_anew_while_nothing_changes(shelf):
    """The same text keeps the same engine."""
    library = Library(shelf)
    library.refresh()
    before = library.entries["lunch"]
    assert library.refresh().taken_up == ()
    assert library.entries["lunch"] is before


def test_a_broken_change_is_refused_and_the_last_good_playbook_stays(shelf):
    """The broken state is reported once and kept under `refused`; a repair clears it."""
    library = Library(shelf)
    library.refresh()
    good = library.entries["lunch"]
    change(shelf, "rules.yml", "points: {skip: 4}", "points: {skp: 4}")
    news = library.refresh()
    assert list(news.refused) == [shelf / "lunch"]
    assert "unknown option `skp`; did you mean `skip`?" in str(news.refused[shelf / "lunch"])
    assert library.entries["lunch"] is good
    assert library.refresh().refused == {}
    assert list(library.refused) == [shelf / "lunch"]
    change(shelf, "rules.yml", "points: {skp: 4}", "points: {skip: 4}")
    library.refresh()
    assert library.refused == {}


def test_a_playbook_taken_away_stays_in_use_and_is_reported(shelf):
    """Deleting the folder of a playbook in use does not take its advice away."""
    library = Library(shelf)
    library.refresh()
    shutil.rmtree(shelf / "lunch")
    assert list(library.refresh().refused) == [shelf / "lunch"]
    assert list(library.entries) == ["lunch"]


def test_a_new_folder_is_a_new_playbook_and_a_taken_id_is_refused(shelf):
    """A second folder is taken up under its own id, and refused under one that is in use."""
    library = Library(shelf)
    library.refresh()
    shutil.copytree(LUNCH, shelf / "dinner")
    assert "the id `lunch` is taken by" in str(library.refresh().refused[shelf / "dinner"])
    path = shelf / "dinner" / "playbook.yml"
    path.write_text(path.read_text().replace("id: lunch", "id: dinner"))
    assert library.refresh().taken_up == ("dinner",)
    assert list(library.entries) == ["dinner", "lunch"]


def test_a_broken_newcomer_does_not_disturb_the_others(shelf):
    """One good and one broken playbook: the good one is in use, the broken one is reported."""
    shutil.copytree(LUNCH, shelf / "broken")
    (shelf / "broken" / "rules.yml").write_text("rules: [")
    library = Library(shelf)
    library.refresh()
    assert list(library.entries) == ["lunch"]
    assert list(library.refused) == [shelf / "broken"]


def test_no_playbook_at_all_is_an_error(tmp_path):
    """An empty or missing folder is refused in words that say what to do."""
    with pytest.raises(NoPlaybookError, match=r"no playbook here \(a folder with a playbook.yml"):
        Library(tmp_path).refresh()
    with pytest.raises(NoPlaybookError, match="no such folder; name a folder of playbooks"):
        Library(tmp_path / "nowhere").refresh()
