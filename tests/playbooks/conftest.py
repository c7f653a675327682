"""The small playbook of these tests, and changed copies of it."""

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
    """The problems of the lunch playbook after replacing text in one file."""

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
