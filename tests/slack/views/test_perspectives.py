"""The team's message and the request for a view: Slack's limits and content."""

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from bot.decisions.comparison import TeamViews, compare
from bot.decisions.model import Decision, Perspective, Place, Status, ViewRequest, Visibility
from bot.playbooks.engine import RuleEngine
from bot.slack.views.perspectives import team_message, view_request, view_request_modal
from bot.slackkit.message import Message
from tests.slack.blocks import faults_of_message, faults_of_view
from tests.slack.examples import AT, decision_of, draft_of, engine, first_answers

HERE = Place("C0123456789", Visibility.PUBLIC)
FILLINGS = ("ragvsft", "word ", "&", "<!channel>", "👩‍👩‍👧", "‮עברית")
Sheet = dict[str, str | None]


def open_decision(of: RuleEngine, answers: Sheet, title: str = "Answers") -> Decision:
    """Return an open decision with these answers."""
    return decision_of(draft_of(title, title * 20, answers=answers), HERE, of)


def team_of(of: RuleEngine, own: Sheet, *others: Sheet, asked: int = 0, **more: Any) -> TeamViews:
    """Return a decision with views of U1, U2 and so on, and with pending requests."""
    views = []
    for number, answers in enumerate(others, start=1):
        score = of.score(answers)
        views.append(
            Perspective(
                "T0123456789",
                99_999,
                f"U{number:010}",
                answers,
                score.option,
                score.strength,
                AT,
                AT,
            )
        )
    waiting = tuple(ViewRequest(f"U9{number:09}", "U0123456789", AT) for number in range(asked))
    return TeamViews(replace(open_decision(of, own), **more), tuple(views), waiting)


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
        {q.id: chance.choice([*q.answers, None]) for q in of.playbook.questions}
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
    assert "it was accepted" in message.text
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
    assert "50 views beside the driver's" in text
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
    assert "it would change the recommendation" in text
    assert asked.ask in text
    assert f"{asked.answers[answer]}: <@U0000000001>" in text
    assert f"would be *{of.playbook.options[of.score(other).option].title}*" in text
