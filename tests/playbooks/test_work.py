"""How much work a page takes at most, counted so that it does not depend on the machine."""

from random import Random

import pytest

from bot.playbooks.completions import DRAWS
from bot.playbooks.engine import RuleEngine
from bot.playbooks.scoring import OpenSheet
from tests.bench.worst_sheet import crafted_sheets, random_sheet
from tests.playbooks.large import large_playbook

TRIED = 20


@pytest.fixture(scope="module")
def engine():
    """Return the engine of a playbook as large as they come."""
    return RuleEngine(large_playbook())


@pytest.fixture
def scored(monkeypatch):
    """Return a list that gets an item for every completion that is scored."""
    every, totals = [], OpenSheet.totals

    def counted(self, columns):
        found = totals(self, columns)
        every.extend(found)
        return found

    monkeypatch.setattr(OpenSheet, "totals", counted)
    return every


def sheets(engine):
    """Return the crafted sheets of a playbook and a few random ones."""
    random = Random(2)
    drawn = [random_sheet(engine.playbook, random) for _ in range(TRIED)]
    return [*crafted_sheets(engine.playbook), *drawn]


def test_a_page_of_questions_scores_each_draw_twice_at_most(engine, scored):
    """Once with all that is unknown open, once with only what was not asked yet."""
    for sheet in sheets(engine):
        engine.forget()
        scored.clear()
        engine.next_questions(sheet)
        assert len(scored) <= 2 * DRAWS + 10, sheet


def test_a_result_scores_each_draw_and_each_answer_to_an_open_question_once(engine, scored):
    """Homework tries every answer to each open question; flips are left for the post."""
    questions = engine.playbook.questions
    values = sum(len(list(question.values())) for question in questions)
    for sheet in sheets(engine):
        engine.forget()
        scored.clear()
        assert engine.preview(sheet).flips == ()
        assert len(scored) <= DRAWS + values, sheet


def test_the_same_page_again_scores_nothing(engine, scored):
    """People go back and forth between pages; what was computed for one is kept."""
    sheet = random_sheet(engine.playbook, Random(3))
    engine.next_questions(sheet)
    engine.preview(sheet)
    scored.clear()
    engine.next_questions(dict(reversed(sheet.items())))
    engine.preview(sheet)
    assert scored == []
