"""The searches through open answers, each by itself, against trying everything."""

import json

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.playbooks import loader
from bot.playbooks.decide import decides
from bot.playbooks.engine import RuleEngine
from bot.playbooks.hunt import hunt
from bot.playbooks.outcome import Outcomes
from bot.playbooks.space import Space
from bot.playbooks.tables import Tables
from bot.playbooks.walk import look, stroll, walk
from tests.playbooks.naive import Naive
from tests.playbooks.strategies import playbooks, sheets

MODEST = settings(
    max_examples=50,
    phases=[Phase.generate],
)


def drawn(data):
    """A space over the open questions of a sheet, and the naive reading; None where refused."""
    files = data.draw(playbooks())
    try:
        playbook = loader.parse(loader.PlaybookText("random", files))
    except loader.PlaybookError:
        return None
    naive, answers = Naive(files), data.draw(sheets(playbook))
    outcomes = Outcomes(Tables(playbook))
    return Space(outcomes, answers, naive.open(answers), unknown_too=True), naive, answers


@MODEST
@given(st.data())
def test_branch_and_bound_says_for_each_question_whether_it_can_decide(data):
    """The search alone is exact both ways, and the sheet that it shows is one that proves it."""
    if (found := drawn(data)) is None:
        return
    space, naive, answers = found
    sheets_found = {name: decides(space, name) for name in space.levels}
    deciding = {name for name, sheet in sheets_found.items() if sheet}
    assert deciding == naive.deciding(answers, naive.open(answers))
    for name in deciding:
        decided, _ = look(space, sheets_found[name])
        assert len(decided[name]) > 1


@MODEST
@given(st.data())
def test_a_search_that_is_given_up_claims_nothing(data):
    """With too few branches allowed the search says None, or what the full search says."""
    if (found := drawn(data)) is None:
        return
    space, _, _ = found
    for name in space.levels:
        hasty = decides(space, name, nodes=2)
        assert hasty is None or bool(hasty) == bool(decides(space, name))


@MODEST
@given(st.data())
def test_what_is_reached_and_what_differs_is_what_some_completion_does(data):
    """Reaching and differing are exact for every option."""
    if (found := drawn(data)) is None:
        return
    space, naive, answers = found
    won = {
        naive.option(sheet)
        for sheet in naive.completions(answers, naive.open(answers), unknown_too=True)
    }
    for place, option in enumerate(space.tables.options):
        assert space.reaches(place) == (option in won)
        assert space.differs(place) == (won != {option})


@MODEST
@given(st.data())
def test_walks_and_hunts_never_claim_what_is_not_so(data):
    """A question seen to decide does decide, between those winners."""
    if (found := drawn(data)) is None:
        return
    space, naive, answers = found
    deciding = naive.deciding(answers, naive.open(answers))
    assert set(walk(space)) <= deciding
    for name in space.levels:
        if sheet := hunt(space, name, dives=2):
            decided, _ = look(space, sheet)
            assert len(decided[name]) > 1
            assert name in deciding
            assert {name} <= set(stroll(space, sheet)) <= deciding


def tiny(rules):
    """A playbook of two options and two questions."""
    files = {
        "playbook.yml": {
            "id": "tiny",
            "title": "Tiny",
            "version": "1",
            "steps": [{"id": "s", "title": "S"}],
            "options": {name: {"title": name, "summary": name} for name in ("ant", "bee")},
        },
        "questions.yml": [
            {"id": name, "step": "s", "ask": name, "answers": {"yes": "Yes", "no": "No"}}
            for name in ("first", "second")
        ],
        "rules.yml": {
            "rules": [
                {"id": f"r{n}", "when": when, "points": points, "because": "So", "source": "Me"}
                for n, (when, points) in enumerate(rules)
            ]
        },
    }
    texts = {name: json.dumps(data) for name, data in files.items()}
    return RuleEngine(loader.parse(loader.PlaybookText("tiny", texts)))


def test_settled_looks_at_full_completions_and_asking_at_partial_ones_too():
    """Whatever both answers are it is the ant, so it is settled; the first alone would say bee.

    While the questionnaire runs both are still asked, since stopping between them would be wrong.
    """
    anything = ["yes", "no"]
    engine = tiny([({"first": anything}, {"bee": 2}), ({"second": anything}, {"ant": 3})])
    verdict = engine.evaluate({})
    assert (verdict.option, verdict.settled, verdict.homework) == ("ant", True, ())
    assert [q.id for q in engine.questions_that_matter({})] == ["first", "second"]


def test_a_dont_know_stays_unknown_while_asking_and_is_open_for_settledness():
    """A question answered "don't know" is not asked again, yet it keeps the verdict provisional."""
    engine = tiny([({"first": "yes"}, {"bee": 2}), ({"second": "yes"}, {"bee": 1})])
    answers = {"first": None, "second": "no"}
    assert engine.questions_that_matter(answers) == ()
    verdict = engine.evaluate(answers)
    assert not verdict.settled
    assert [(item.question, item.could_become) for item in verdict.homework] == [
        ("first", ("bee",))
    ]


def test_homework_that_can_decide_alone_comes_first():
    """Of two open questions the one that flips it by itself is listed before the helper."""
    engine = tiny(
        [
            ({"first": "yes"}, {"bee": 1}),
            ({"second": "yes"}, {"bee": 2}),
            ({"first": ["yes", "no"]}, {"ant": 1}),
            ({"second": "no"}, {"ant": 1}),
        ]
    )
    assert engine.evaluate({}).homework[0].question == "second"
