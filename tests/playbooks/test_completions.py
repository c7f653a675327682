"""Completions: confidence, settledness, the questions to ask, and homework."""

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.playbooks import loader
from bot.playbooks.completions import DRAWS, Outlook
from bot.playbooks.engine import InvalidAnswers, RuleEngine
from bot.playbooks.scoring import CompiledPlaybook, OpenSheet, ScoredSheet
from tests.playbooks.naive import Naive
from tests.playbooks.strategies import playbooks, sheets

RULES = Path(__file__).parents[2] / "rules"
MODEST = settings(
    max_examples=40,
    phases=[Phase.generate],
)


def draw_case(data):
    """Draw a compiled playbook, its naive implementation and answers; None if it is refused."""
    files = data.draw(playbooks())
    try:
        playbook = loader.parse(loader.PlaybookText("random", files))
    except loader.PlaybookError:
        return None
    return CompiledPlaybook(playbook), Naive(files), data.draw(sheets(playbook))


@MODEST
@given(st.data())
def test_an_open_sheet_has_the_winners_of_its_completions(data):
    """An open sheet scores many completions at once, each equal to the naive result."""
    if (found := draw_case(data)) is None:
        return
    compiled, naive, answers = found
    names = data.draw(st.lists(st.sampled_from(sorted(naive.answers)), unique=True, min_size=1))
    choices = list(product(*([*naive.answers[name], None] for name in names)))
    winners = OpenSheet(ScoredSheet(compiled, answers), names).winners(choices)
    expected = [naive.option({**answers, **dict(zip(names, c, strict=True))}) for c in choices]
    assert [compiled.options[place] for place in winners] == expected


@MODEST
@given(st.data())
def test_many_sheets_get_the_recommendations_of_each(data):
    """Many sheets scored at once get the recommendations that each gets by itself."""
    if (found := draw_case(data)) is None:
        return
    compiled, _, answers = found
    drawn = data.draw(st.lists(sheets(compiled.playbook), max_size=4))
    engine, every = RuleEngine(compiled.playbook), [answers, {}, *drawn]
    assert engine.recommended(every) == [engine.score(each).recommended for each in every]


@MODEST
@given(st.data())
def test_shares_of_all_completions_are_exact(data):
    """If all completions are enumerated, each winner's share is exact."""
    if (found := draw_case(data)) is None:
        return
    compiled, naive, answers = found
    tried = list(naive.completions(answers, naive.open(answers), unknown_too=False))
    won = [naive.option(sheet) for sheet in tried]
    shares = Outlook(compiled).completions(ScoredSheet(compiled, answers)).shares()
    found = {compiled.options[place]: share for place, share in shares.items()}
    assert found == pytest.approx({each: won.count(each) / len(won) for each in set(won)})


def shipped_engine(name):
    """Return the engine of a shipped_engine playbook."""
    return RuleEngine(loader.load(RULES / name))


def outlook(engine):
    """Return the outlook of an engine's playbook, and the compiled playbook."""
    compiled = CompiledPlaybook(engine.playbook)
    return Outlook(compiled), compiled


def test_sampled_completions_estimate_the_shares():
    """Of 3,888 completions, a sample of 400 estimates each option's share within 5 %."""
    engine = shipped_engine("hosting")
    bare = engine.playbook.model_copy(update={"usual_answers": {}})
    look, compiled = outlook(RuleEngine(bare))
    given = {"data": ("contract",), "machines": ("none",)}
    completions = look.completions(ScoredSheet(compiled, given))
    names = [name for name in compiled.questions if name not in given]
    every = list(product(*(compiled.questions[name].answers for name in names)))
    winners = OpenSheet(ScoredSheet(compiled, given), names).winners(every)
    assert (completions.exact, len(completions.winners)) == (False, DRAWS)
    for place in range(len(compiled.options)):
        true_share = winners.count(place) / len(every)
        assert completions.shares().get(place, 0) == pytest.approx(true_share, abs=0.05)


def test_samples_follow_the_cases():
    """The share of each single answer in the sample equals its share in the cases, rounded."""
    engine = shipped_engine("ragvsft")
    look, compiled = outlook(engine)
    completions = look.completions(ScoredSheet(compiled, {}))
    for column in completions.columns:
        if column.question.several:
            continue
        counts = engine.playbook.usual_answers[column.question.id]
        whole = sum(counts.values()) + len(counts)
        for answer, count in counts.items():
            share = column.answers.count(answer) / DRAWS
            assert share == pytest.approx((count + 1) / whole, abs=1.5 / DRAWS)


def test_a_verdict_is_the_same_in_every_process():
    """Results do not depend on Python's hash seed."""
    code = (
        "import sys, json; from pathlib import Path; from bot.playbooks import loader;"
        "from bot.playbooks.engine import RuleEngine;"
        "engine = RuleEngine(loader.load(Path(sys.argv[1])));"
        "sheet = {'job': 'answer', 'material': 'large', 'need': None};"
        "verdict = engine.evaluate(sheet);"
        "print(verdict.confidence, [item.question for item in verdict.homework],"
        "[question.id for question in engine.next_questions(sheet).questions])"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code, str(RULES / "ragvsft")],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=RULES.parent,
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] != ""


def test_information_is_measured_in_bits():
    """A question's information is 0 bits if no rule uses it, and 1 bit if it decides alone."""
    engine = tiny([({"first": "yes"}, {"bee": 2})])
    look, compiled = outlook(engine)
    information = look.completions(ScoredSheet(compiled, {})).information
    assert information == pytest.approx({"first": 1, "second": 0})


def test_invalid_cases_are_not_used(lunch_text):
    """Without valid cases, all answers are equally likely."""
    files = {**lunch_text.files, "cases.yml": "cases: ["}
    playbook = loader.parse(loader.PlaybookText("lunch", files))
    bare = {name: text for name, text in lunch_text.files.items() if name != "cases.yml"}
    without = loader.parse(loader.PlaybookText("lunch", bare))
    sheet = {"company": "few"}
    confidence = RuleEngine(playbook).evaluate(sheet).confidence
    assert confidence == RuleEngine(without).evaluate(sheet).confidence
    usual = RuleEngine(loader.parse(lunch_text)).evaluate(sheet).confidence
    assert confidence != usual


def tiny(rules):
    """Return the engine of a playbook with two options, two questions and these rules."""
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


def test_a_dont_know_is_not_asked_again():
    """A question answered "don't know" is not asked again, but keeps the verdict unsettled."""
    engine = tiny([({"first": "yes"}, {"bee": 2}), ({"second": "yes"}, {"bee": 1})])
    answers = {"first": None, "second": "no"}
    assert engine.next_questions(answers).questions == ()
    verdict = engine.evaluate(answers)
    assert not verdict.settled
    assert [(item.question, item.could_become) for item in verdict.homework] == [
        ("first", ("bee",))
    ]


def test_homework_that_can_decide_alone_comes_first():
    """Homework that can change the option alone comes before homework that cannot."""
    engine = tiny(
        [
            ({"first": "yes"}, {"bee": 1}),
            ({"second": "yes"}, {"bee": 2}),
            ({"first": ["yes", "no"]}, {"ant": 1}),
            ({"second": "no"}, {"ant": 1}),
        ]
    )
    assert engine.evaluate({}).homework[0].question == "second"


def test_a_question_without_information_is_not_asked():
    """A question without information about the winner is not asked."""
    rules = [({"first": "yes", "second": "yes"}, {"ant": 1}), ({"second": "yes"}, {"bee": 2})]
    upcoming = tiny(rules).next_questions({})
    assert [question.id for question in upcoming.questions] == ["second"]
    assert not upcoming.enough


def test_asking_ends_when_the_option_cannot_change():
    """Asking ends when no missing answer can change the option, even after a "don't know"."""
    engine = tiny([({"first": "yes"}, {"bee": 2}), ({"second": "yes"}, {"bee": 1})])
    upcoming = engine.next_questions({"first": None, "second": "no"})
    assert (upcoming.option, upcoming.questions, upcoming.enough) == ("ant", (), True)
    assert upcoming.confidence < 0.5


def test_a_follow_up_is_asked_once_it_applies(lunch):
    """A question is only asked once its `ask_when` holds."""
    assert "blanket" not in {q.id for q in lunch.next_questions({}).questions}
    sunny = {"weather": "sun", "company": "few"}
    assert "blanket" in {q.id for q in lunch.next_questions(sunny).questions}


def test_shipped_questions_are_ordered_by_information():
    """The first page of `ragvsft` asks for material and need, which tell most."""
    upcoming = shipped_engine("ragvsft").next_questions({})
    assert {"material", "need"} < {question.id for question in upcoming.questions[:3]}


SEVERAL = {
    "playbook.yml": {
        "id": "faults",
        "title": "Faults",
        "version": "1",
        "steps": [{"id": "s", "title": "S"}],
        "options": {name: {"title": name, "summary": name} for name in ("ant", "bee")},
    },
    "questions.yml": [
        {
            "id": "faults",
            "step": "s",
            "ask": "What is wrong?",
            "answers": {"slow": "Slow", "wrong": "Wrong", "dear": "Dear", "none": "Nothing"},
            "several": True,
            "alone": ["none"],
            "becomes": {"wrong": "answers are wrong"},
        },
        {
            "id": "more",
            "step": "s",
            "ask": "More?",
            "answers": {"yes": "Yes", "no": "No"},
            "ask_when": {"faults": ["wrong", "slow"]},
        },
    ],
    "rules.yml": {
        "rules": [
            {
                "id": f"r{number}",
                "when": when,
                "points": points,
                "because": "So",
                "source": "Me",
            }
            for number, (when, points) in enumerate(
                [
                    ({"faults": "slow"}, {"ant": 2}),
                    ({"faults": ["wrong", "dear"]}, {"bee": 3}),
                    ({"not": {"faults": ["slow", "wrong"]}}, {"ant": 1}),
                    ({"more": "yes"}, {"bee": 1}),
                ]
            )
        ]
    },
}


@pytest.fixture
def several():
    """Return the engine of a playbook with a question that takes several answers."""
    texts = {name: json.dumps(data) for name, data in SEVERAL.items()}
    return RuleEngine(loader.parse(loader.PlaybookText("faults", texts)))


def test_any_of_several_answers_fulfils_a_condition(several):
    """A condition holds if any chosen answer matches; a `not` holds if none does."""
    verdict = several.evaluate({"faults": ("slow", "wrong")})
    assert verdict.points == {"ant": 2, "bee": 3}
    assert [(r.rule, [a.answer for a in r.answers]) for r in verdict.reasons] == [("r1", ["wrong"])]
    assert several.score({"faults": ("dear",)}).points == {"ant": 1, "bee": 3}
    assert several.score({"faults": "none"}).points == {"ant": 1, "bee": 0}
    assert several.score({"faults": None}).points == {"ant": 0, "bee": 0}


def test_a_flip_adds_or_drops_one_of_several_answers(several):
    """A flip adds or drops one answer; an answer that excludes the others replaces them."""
    flips = several.evaluate({"faults": ("slow", "wrong")}).flips
    found = {(flip.changes[0].to_answer, flip.text) for flip in flips if len(flip.changes) == 1}
    assert found == {
        (("slow",), "If “What is wrong?” is no longer “Wrong”: ant."),
        (("none",), "If “What is wrong?” becomes “Nothing”: ant."),
    }
    added = several.evaluate({"faults": ("slow",)}).flips
    assert {(flip.changes[0].to_answer, flip.text) for flip in added} == {
        (("slow", "wrong"), "If answers are wrong: bee."),
        (("slow", "dear"), "If “What is wrong?” also becomes “Dear”: bee."),
    }


def test_a_follow_up_of_several_answers_applies_with_any_of_them(several):
    """A follow-up applies if any chosen answer matches."""
    more = several.playbook.question("more")
    assert several.applies(more, {"faults": ("slow", "dear")})
    assert not several.applies(more, {"faults": ("dear",)})
    assert not several.applies(more, {})


def test_several_answers_are_a_tuple_in_order(several):
    """A single answer without its tuple, or answers in another order, give the same verdict."""
    assert several.evaluate({"faults": "slow"}) is several.evaluate({"faults": ("slow",)})
    flip = several.evaluate({"faults": "slow"}).flips[0]
    assert flip.changes[0].from_answer == ("slow",)
    assert several.evaluate({"faults": ("wrong", "slow")}) == several.evaluate(
        {"faults": ("slow", "wrong")}
    )


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (("slow", "slow"), "`faults` needs one or more different answers, or null"),
        ((), "`faults` needs one or more different answers, or null"),
        (("slow", "none"), "`none` of `faults` excludes the other answers"),
        (("slow", "wrnog"), "`wrnog` is no answer to `faults` (there are slow, wrong, dear, none)"),
    ],
)
def test_invalid_combinations_of_answers_are_refused(several, answer, problem):
    """Duplicates, no answer, excluded combinations and unknown answers are refused."""
    with pytest.raises(InvalidAnswers) as caught:
        several.evaluate({"faults": answer})
    assert caught.value.problems[0].startswith(problem)


def test_a_question_with_several_answers_is_homework(several):
    """An open question with several answers is homework, is asked, and lowers the confidence."""
    verdict = several.evaluate({})
    assert [item.question for item in verdict.homework] == ["faults"]
    assert verdict.confidence < 0.9
    assert [question.id for question in several.next_questions({}).questions] == ["faults"]
