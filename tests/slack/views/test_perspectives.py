"""The team's message and the request for a view: Slack's limits and content."""

import json
import random
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from bot.decisions.comparison import TeamViews, compare, judged
from bot.decisions.model import Decision, Perspective, Place, Status, ViewRequest, Visibility
from bot.decisions.view_form import MOST_ASKED, GivenView, ViewForm, deciding_questions
from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import Answer
from bot.playbooks.verdict import Strength
from bot.slack.views.announcement import announcement
from bot.slack.views.perspectives import (
    NOTE_LENGTH,
    all_views_message,
    view_form_modal,
    view_news_message,
    view_request,
    view_request_modal,
)
from bot.slack.views.team import team_message
from bot.slackkit.message import Message
from tests.services.several import SEVERAL_ENGINE
from tests.slack.blocks import faults_of_message, faults_of_view
from tests.slack.examples import AT, a_decision, decision_of, draft_of, engine, first_answers
from tests.slack.words import words_in_sight

HERE = Place("C0123456789", Visibility.PUBLIC)
FILLINGS = ("ragvsft", "word ", "&", "<!channel>", "👩‍👩‍👧", "‮עברית")
Sheet = dict[str, Answer]
MEND = {"faults": ("slow", "loud"), "age": "new", "budget": "some"}


def open_decision(of: RuleEngine, answers: Sheet, title: str = "Answers") -> Decision:
    """Return an open decision with these answers."""
    return decision_of(draft_of(title, title * 20, answers=answers), HERE, of)


def team_of(of: RuleEngine, own: Sheet, *others: Sheet, asked: int = 0, **more: Any) -> TeamViews:
    """Return a decision with views of U1, U2 and so on, and with pending requests."""
    decision = replace(open_decision(of, own), **more)
    views = tuple(
        view(of, decision, f"U{number:010}", answers)
        for number, answers in enumerate(others, start=1)
    )
    waiting = tuple(ViewRequest(f"U9{number:09}", "U0123456789", AT) for number in range(asked))
    return TeamViews(decision, views, waiting)


def view(of: RuleEngine, decision: Decision, user: str, answers: Sheet, **more: Any) -> Perspective:
    """Return a perspective; `more` are its choice and note."""
    blank = Perspective(
        decision.workspace, decision.number, user, answers, None, Strength.CLEAR, AT, AT, **more
    )
    return judged(blank, decision, of)


def shown(of: RuleEngine, team: TeamViews) -> Message:
    """Return the team's message."""
    return team_message(team.decision, of.playbook, compare(team, of))


def text_of(message: Message) -> str:
    """Return the message's blocks as one text."""
    return json.dumps(message.blocks, ensure_ascii=False)


@pytest.mark.parametrize("name", FILLINGS)
@pytest.mark.parametrize("people", [0, 1, 3, 50])
def test_slack_accepts_the_message_of_any_team(name: str, people: int) -> None:
    """The message of fifty people who differ on everything is accepted, and notifies nobody."""
    of = engine(name)
    chance = random.Random(people)
    sheets: list[Sheet] = [
        {q.id: chance.choice([*islice(q.values(), 40), None]) for q in of.playbook.questions}
        for _ in range(people)
    ]
    team = team_of(of, first_answers(of), *sheets, asked=50)
    assert faults_of_message(shown(of, team)) == []


@pytest.mark.parametrize("name", FILLINGS)
def test_slack_accepts_requests_for_a_view(name: str) -> None:
    """Request, reminder and modal are accepted for any title, and notify nobody."""
    of = engine("ragvsft")
    decision = open_decision(of, first_answers(of), (name * 120)[:120].strip())
    assert faults_of_message(view_request(decision, nudge=False)) == []
    assert faults_of_message(view_request(decision, nudge=True)) == []
    assert faults_of_view(view_request_modal(decision)) == []


def test_a_request_shows_no_verdict() -> None:
    """A request shows title and problem, but nobody's answers."""
    of = engine("ragvsft")
    decision = open_decision(of, first_answers(of))
    title = of.playbook.options[decision.verdict.option].title
    for nudge in (False, True):
        message = view_request(decision, nudge=nudge)
        assert title not in f"{message.text} {text_of(message)}"


def test_a_request_for_a_settled_decision_has_no_button() -> None:
    """A request that is sent after the decision says so and offers nothing."""
    of = engine("ragvsft")
    decision = replace(open_decision(of, first_answers(of)), status=Status.ACCEPTED)
    message = view_request(decision, nudge=True)
    assert "it's accepted now" in message.text
    assert "actions" not in text_of(message)


def test_a_settled_team_message_has_no_buttons() -> None:
    """After the decision the views can be read, but not added to."""
    of = engine("ragvsft")
    sheet = first_answers(of)
    team = team_of(of, sheet, sheet, asked=2, status=Status.ACCEPTED)
    assert '"actions"' not in text_of(shown(of, team))


def test_people_who_are_not_named_are_counted() -> None:
    """People beyond the names shown are counted."""
    of = engine("ragvsft")
    sheet = first_answers(of)
    text = text_of(shown(of, team_of(of, sheet, *([sheet] * 50), asked=50)))
    assert "50 views beside <@U0123456789>'s" in text
    assert "51 people: " in text
    assert "43 more" in text
    assert "42 more" in text


def test_a_difference_shows_answers_people_and_flip() -> None:
    """A difference shows question, answers, people, and the option it would flip to."""
    of = engine("ragvsft")
    own = first_answers(of)
    flips = [
        (question.id, answer)
        for question in of.playbook.questions
        for answer in question.answers
        if of.score({**own, question.id: answer}).option != of.score(own).option
    ]
    question, answer = flips[0]
    other = {**own, question: answer}
    text = text_of(shown(of, team_of(of, own, other)))
    asked = of.playbook.question(question)
    assert "1 would change the recommendation" in text
    assert asked.ask in text
    assert f"{asked.answers[answer]}: <@U0000000001>" in text
    assert f"it would be *{of.playbook.options[of.score(other).option].title}*" in text


@pytest.mark.parametrize("name", FILLINGS)
def test_slack_accepts_the_page_for_a_view(name: str) -> None:
    """The page is accepted blank and filled in to its limits, and notifies nobody."""
    of = engine(name)
    decision = open_decision(of, first_answers(of), (name * 120)[:120].strip())
    own = GivenView(next(iter(of.playbook.options)), (name * NOTE_LENGTH)[:NOTE_LENGTH], MEND)
    for given in (GivenView(), own):
        form = ViewForm(decision, of.playbook, deciding_questions(decision, of), given)
        assert faults_of_view(view_form_modal(form)) == []


@pytest.mark.parametrize("name", FILLINGS)
def test_slack_accepts_the_news_about_views(name: str) -> None:
    """The messages to the driver are accepted for any answers, and notify nobody else."""
    of = engine(name)
    own = first_answers(of)
    others: list[Sheet] = [
        {q.id: list(q.values())[-1] for q in of.playbook.questions},
        {q.id: next(q.values()) for q in of.playbook.questions},
    ]
    team = team_of(of, own, *others)
    seen = compare(team, of)
    for user in ("U0000000001", "U0000000002", "U0000000009"):
        message = view_news_message(team.decision, of.playbook, seen, user)
        assert faults_of_message(message) == []
    assert faults_of_message(all_views_message(team.decision, of.playbook, seen)) == []


def test_the_page_for_a_view_shows_nothing_of_others() -> None:
    """The text of the page is the same whatever others answered; which three it asks is not."""
    decision = open_decision(SEVERAL_ENGINE, MEND)
    other = open_decision(SEVERAL_ENGINE, {"faults": ("leaks",), "age": "old", "budget": "no"})
    assert decision.verdict.recommended != other.verdict.recommended
    questions = deciding_questions(decision, SEVERAL_ENGINE)
    pages = [
        view_form_modal(ViewForm(each, SEVERAL_ENGINE.playbook, questions, GivenView()))
        for each in (decision, other)
    ]
    assert pages[0] == pages[1]
    assert "initial_option" not in json.dumps(pages)
    assert f"<@{decision.driver}>" not in json.dumps(pages)


@pytest.mark.parametrize("name", ["ragvsft", "hosting"])
def test_the_page_for_a_view_is_read_in_a_minute(name: str) -> None:
    """Of the shipped playbooks the page has three questions, and at most 150 words."""
    of = engine(name)
    for place in range(4):
        answers = {q.id: list(islice(q.values(), 4))[-1 - place % 2] for q in of.playbook.questions}
        asked = dict(list(answers.items())[: len(answers) - 2 * place])
        decision = open_decision(of, asked)
        questions = deciding_questions(decision, of)
        form = view_form_modal(ViewForm(decision, of.playbook, questions, GivenView()))
        assert len(questions) == MOST_ASKED
        assert words_in_sight(form) <= 150


def test_the_driver_reads_what_matters() -> None:
    """The message says on how many points a person differs, and what each would lead to."""
    decision = open_decision(SEVERAL_ENGINE, MEND)
    theirs = view(SEVERAL_ENGINE, decision, "U2", {"faults": ("loud", "leaks")}, choice="buy")
    seen = compare(TeamViews(decision, (theirs,)), SEVERAL_ENGINE)
    text = text_of(view_news_message(decision, SEVERAL_ENGINE.playbook, seen, "U2"))
    assert "<@U2> disagrees on 1 point that matters" in text
    assert "What is wrong? It is loud; It leaks → *Buy*" in text
    assert "They'd go for *Buy*." in text
    assert '"show"' in text


def test_a_choice_without_differing_answers_is_told() -> None:
    """A person who answers the same and would choose differently is quoted with their choice."""
    decision = open_decision(SEVERAL_ENGINE, MEND)
    theirs = view(SEVERAL_ENGINE, decision, "U2", MEND, choice="keep", note="It is loved")
    seen = compare(TeamViews(decision, (theirs,)), SEVERAL_ENGINE)
    text = text_of(view_news_message(decision, SEVERAL_ENGINE.playbook, seen, "U2"))
    assert "<@U2> would go for Keep" in text
    team = text_of(team_message(decision, SEVERAL_ENGINE.playbook, seen))
    assert "<@U2> (answers lead to Mend)" in team
    assert "<@U2>: “It is loved”" in team


def test_an_answer_to_an_open_question_is_told_as_knowledge() -> None:
    """What the driver left open is not called a disagreement."""
    decision = open_decision(SEVERAL_ENGINE, {"faults": None, "age": "old", "budget": "no"})
    theirs = view(SEVERAL_ENGINE, decision, "U2", {"faults": ("slow",)})
    seen = compare(TeamViews(decision, (theirs,)), SEVERAL_ENGINE)
    text = text_of(view_news_message(decision, SEVERAL_ENGINE.playbook, seen, "U2"))
    assert "<@U2> knows something you left open" in text


def test_news_follow_the_decision() -> None:
    """News without effect any more, and news about a settled decision, have no button."""
    decision = open_decision(SEVERAL_ENGINE, MEND)
    same = view(SEVERAL_ENGINE, decision, "U2", MEND)
    seen = compare(TeamViews(decision, (same,)), SEVERAL_ENGINE)
    settled = replace(decision, status=Status.ACCEPTED)
    for about in (decision, settled):
        message = view_news_message(about, SEVERAL_ENGINE.playbook, seen, "U2")
        assert "actions" not in text_of(message)
    ready = all_views_message(settled, SEVERAL_ENGINE.playbook, seen)
    assert "It's accepted now" in ready.text
    assert "actions" not in text_of(ready)


def test_everyone_is_in_offers_to_decide_to_who_may() -> None:
    """The driver who decides can accept in the message; another one reads who decides."""
    decision = replace(open_decision(SEVERAL_ENGINE, MEND), deciders=("U0123456789",))
    seen = compare(TeamViews(decision), SEVERAL_ENGINE)
    mine = text_of(all_views_message(decision, SEVERAL_ENGINE.playbook, seen))
    assert "Everyone's in: time to decide?" in mine
    assert '"accept"' in mine
    theirs = text_of(
        all_views_message(replace(decision, deciders=("U5",)), SEVERAL_ENGINE.playbook, seen)
    )
    assert "<@U5> can decide." in theirs
    assert '"accept"' not in theirs


def test_a_preference_and_answers_are_told_apart() -> None:
    """A colleague may prefer another option although none of their answers changes the result."""
    about, of = a_decision(), engine("ragvsft")
    other = next(each for each in about.verdict.points if each != about.verdict.option)
    view = Perspective("T1", 1, "U2", {}, None, about.verdict.strength, AT, AT, choice=other)
    team = TeamViews(about, (view,))
    assert "1 view, for another option" in json.dumps(announcement(about, of.playbook, team).blocks)
    words = json.dumps(team_message(about, of.playbook, compare(team, of)).blocks)
    assert "(opened it)" in words
    assert "driver" not in words
