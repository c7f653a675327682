"""The lunch playbook of these tests, and edited copies of it."""

from pathlib import Path

import pytest

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine

LUNCH = Path(__file__).parent / "playbooks" / "lunch"


@pytest.fixture(scope="session")
def lunch_text():
    return loader.read(LUNCH)


@pytest.fixture(scope="session")
def lunch(lunch_text):
    return RuleEngine(loader.parse(lunch_text))


@pytest.fixture
def problems_of(lunch_text):
    """Return a function from an edit of the lunch playbook to the problems it causes."""

    def find(name, old, new, times=1):
        assert old in lunch_text.files[name]
        files = {**lunch_text.files, name: lunch_text.files[name].replace(old, new, times)}
        text = loader.PlaybookText("lunch", files)
        try:
            loader.parse_cases(text, loader.parse(text))
        except loader.PlaybookError as error:
            return [str(problem) for problem in error.problems]
        return []

    return find
