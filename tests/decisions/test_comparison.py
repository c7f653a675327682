"""Comparison of perspectives, checked against a brute-force search."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations, product

from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from bot.decisions.comparison import (
    Comparison,
    Contribution,
    JointFlip,
    SharedAnswer,
    TeamViews,
    compare,
    judged,
)
from bot.decisions.model import Decision, Perspective, Place, Status, ViewRequest, Visibility
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.verdict import Strength
from tests.playbooks.naive import Naive
from tests.playbooks.strategies import playbooks, sheets
from tests.services.harness import SMALL

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
MODEST = settings(
    max_examples=50,
    phases=[Phase.generate],
)
Sheet = Mapping[str, str | None]
ENGINE = RuleEngine(loader.parse(SMALL))


def team_of(
    engine: RuleEngine, own: Sheet, *others: Sheet, asked: tuple[str, ...] = ()
) -> TeamViews:
    """Return a decision of the driver U0 with the perspectives of U1, U2 and so on."""
    decision = Decision(
        workspace="T1",
        number=1,
        draft_id="0",
        title="Answers",
        problem="",
        driver="U0",
        deciders=("U0",),
        review_on=None,
        place=Place("C1", Visibility.PUBLIC),
        playbook_hash=engine.playbook.hash,
        answers=own,
        verdict=engine.evaluate(own),
        status=Status.OPEN,
        opened_at=AT,
    )
    views = tuple(
        view(engine, decision, f"U{at}", sheet) for at, sheet in enumerate(others, start=1)
    )
    return TeamViews(decision, views, tuple(ViewRequest(user, "U0", AT) for user in asked))


def view(
    engine: RuleEngine, decision: Decision, user: str, answers: Sheet, choice: str | None = None
) -> Perspective:
    """Return a perspective, judged as the services do."""
    blank = Perspective("T1", 1, user, answers, None, Strength.CLEAR, AT, AT, choice)
    return judged(blank, decision, engine)


def known(answers: Sheet) -> dict[str, str]:
    """Return the answers that are not "don't know"."""
    return {name: answer for name, answer in answers.items() if answer is not None}


def seen(own: Sheet, *others: Sheet, asked: tuple[str, ...] = ()) -> Comparison:
    """Compare a team's perspectives by the small playbook."""
    return compare(team_of(ENGINE, own, *others, asked=asked), ENGINE)


def counted(naive: Naive, answers: Sheet) -> dict[str, str | None]:
    """Return the answers to applicable questions, by a naive reading of the conditions."""
    found: dict[str, str | None] = {}
    for question in naive.questions:
        name = question["id"]
        if name in answers and naive.true(question.get("ask_when", {}), known(found)):
            found[name] = answers[name]
    return found


def recommended(naive: Naive, answers: Sheet) -> str | None:
    """Return the recommended option; None if no option has points."""
    return naive.recommended(answers)


@MODEST
@given(st.data())
def test_what_would_flip_is_what_trying_every_answer_finds(data: st.DataObject) -> None:
    """A difference flips if and only if a teammate's answer changes the driver's result."""
    files = data.draw(playbooks())
    try:
        engine = RuleEngine(loader.parse(loader.PlaybookText("random", files)))
    except loader.PlaybookError:
        assume(False)
    naive = Naive(files)
    for _ in range(6):
        team_size = data.draw(st.integers(1, 4))
        own, *others = (data.draw(sheets(engine.playbook)) for _ in range(team_size + 1))
        comparison = compare(team_of(engine, own, *others), engine)
        _is_what_trying_finds(comparison, naive, own, others)


def _is_what_trying_finds(
    comparison: Comparison, naive: Naive, own: Sheet, others: list[Sheet]
) -> None:
    before = recommended(naive, own)
    said: dict[str, set[str | None]] = {}
    for question, given_answer in counted(naive, own).items():
        said.setdefault(question, set()).add(given_answer)
    for sheet in others:
        for question, answer in counted(naive, {**own, **known(sheet)}).items():
            if question in known(sheet):
                said.setdefault(question, set()).add(answer)
    differing = {
        question: answers
        for question, answers in said.items()
        if len(answers - {None}) > 1
        or any(recommended(naive, {**own, question: answer}) != before for answer in answers)
    }
    assert {each.question for each in comparison.differences} == differing.keys()

    single = {
        (question, answer): option
        for question, answers in differing.items()
        for answer in answers
        if (option := recommended(naive, {**own, question: answer})) != before
    }
    assert {
        (each.question, answer): option
        for each in comparison.differences
        for answer, option in each.flips_to.items()
    } == single

    pairs = {
        frozenset(zip(names, answers, strict=True)): option
        for names in combinations(said, 2)
        for answers in product(*(said[name] for name in names))
        if all(own.get(name, "") != each for name, each in zip(names, answers, strict=True))
        and (option := recommended(naive, {**own, **dict(zip(names, answers, strict=True))}))
        != before
    }
    found = {frozenset(each.answers): each.option for each in comparison.joint_flips}
    assert found == ({} if single else pairs)


@MODEST
@given(st.data())
def test_everybody_is_named_once_under_what_they_said(data: st.DataObject) -> None:
    """Each answer to an applicable question occurs once, with the users who gave it."""
    own, *others = data.draw(st.lists(sheets(ENGINE.playbook), min_size=1, max_size=6))
    comparison = seen(own, *others)
    shown = [
        (each.question, said.answer, user)
        for each in comparison.differences
        for said in each.said
        for user in said.users
    ]
    shown += [(each.question, each.answer, u) for each in comparison.agreements for u in each.users]
    given_answers = {f"U{at}": sheet for at, sheet in enumerate((own, *others))}
    assert len(shown) == len(set(shown))
    assert all(given_answers[user][question] == answer for question, answer, user in shown)


def test_verdicts_stand_side_by_side_the_driver_first() -> None:
    """Each person's result is by their answers in place of the driver's; the driver is first."""
    comparison = seen({"facts": "many"}, {"facts": "never"}, {"style": "strict"})
    assert [voice.option for voice in comparison.contributions] == ["rag", None, "tuning"]
    assert comparison.contributions[0].driver
    assert comparison.contributions[1] == Contribution("U1", None, Strength.ONLY_LEFT)


def test_one_answer_is_judged_with_the_drivers_others() -> None:
    """Answers that are missing, or not known, are the driver's, and no differences."""
    own = {"facts": "many", "freshness": "daily", "style": "strict", "examples": "none"}
    comparison = seen(own, {"examples": "many", "facts": None})
    assert [each.question for each in comparison.differences] == ["examples"]
    assert comparison.flipping[0].flips_to == {"many": "tuning"}
    assert comparison.contributions[1].option == "tuning"
    assert comparison.decisive_for("U1") == comparison.flipping
    assert comparison.matters("U1")


def test_what_the_driver_left_open_can_be_known_by_others() -> None:
    """An answer to a question that the driver was not asked is a difference if it flips."""
    comparison = seen({"facts": "many"}, {"style": "strict"}, {"style": "free"})
    (difference,) = comparison.differences
    assert difference.flips_to == {"strict": "tuning"}
    assert seen({"facts": "many"}, {"style": "free"}).differences == ()


def test_a_choice_counts_before_answers() -> None:
    """Who would choose another option matters, whatever their answers lead to; a doubt does not."""
    team = team_of(ENGINE, {"facts": "many"})
    chosen = view(ENGINE, team.decision, "U1", {"facts": "many"}, choice="tuning")
    unsure = view(ENGINE, team.decision, "U2", {"facts": None})
    comparison = compare(replace(team, perspectives=(chosen, unsure)), ENGINE)
    _, first, second = comparison.contributions
    assert (first.option, first.choice, first.favours) == ("rag", "tuning", "tuning")
    assert (second.option, second.favours) == (None, None)
    assert comparison.differences == ()
    assert [comparison.matters(each) for each in ("U0", "U1", "U2")] == [False, True, False]


def test_the_same_answers_are_an_agreement() -> None:
    """A question with one answer from all is shared, and no difference."""
    comparison = seen({"facts": "many", "style": "free"}, {"facts": "many"})
    assert comparison.differences == ()
    assert comparison.agreements == (SharedAnswer("facts", "many", ("U0", "U1")),)


def test_dont_know_differs_from_an_answer_and_is_no_agreement() -> None:
    """The answer "don't know" differs from any other; a question with only it is not shared."""
    assert [each.question for each in seen({"facts": None}, {"facts": "many"}).differences] == [
        "facts"
    ]
    comparison = seen({"facts": None}, {"facts": None})
    assert (comparison.differences, comparison.agreements) == ((), ())


def test_inapplicable_questions_are_not_compared() -> None:
    """Answers to questions that do not apply are not compared."""
    own = {"facts": "never", "freshness": "daily"}
    comparison = seen(own, {"facts": "many", "freshness": "rarely"})
    assert [each.question for each in comparison.differences] == ["facts"]


def test_two_differences_that_flip_only_together_are_found() -> None:
    """If no single answer flips the decision, the pairs that do are returned."""
    own = {"facts": "many", "freshness": "daily", "style": "free"}
    comparison = seen(own, {**own, "style": "strict", "examples": "many"})
    assert comparison.flipping == ()
    (pair,) = comparison.joint_flips
    assert pair == JointFlip((("style", "strict"), ("examples", "many")), "tuning")


def test_differences_that_flip_come_first() -> None:
    """Differences that flip the recommendation come before those that do not."""
    own = {"facts": "many", "freshness": "rarely", "style": "free"}
    comparison = seen(own, {"facts": "many", "freshness": "daily", "style": "strict"})
    assert [each.question for each in comparison.differences] == ["style", "freshness"]
    assert comparison.flipping[0].flips_to == {"strict": "tuning"}


def test_who_was_asked_waits_until_they_answer() -> None:
    """A request waits until the person asked has a perspective."""
    comparison = seen({"facts": "many"}, {"facts": "some"}, asked=("U1", "U2"))
    assert comparison.waiting == ("U2",)
