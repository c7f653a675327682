"""Samples of all messages and modals, at their shortest and their longest."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.decisions.access import DecisionFilter, DecisionPage, Direction
from bot.decisions.calibration import calibrate
from bot.decisions.comparison import TeamViews, compare
from bot.decisions.events import (
    Accepted,
    Edited,
    Event,
    EventDetail,
    HandedOver,
    Overridden,
    Superseded,
    Withdrawn,
)
from bot.decisions.model import (
    Closure,
    Decision,
    Draft,
    DraftPurpose,
    Person,
    Perspective,
    Place,
    Resolution,
    Review,
    ReviewAnswer,
    ReviewChoice,
    ReviewOutcome,
    Status,
    ViewRequest,
    Visibility,
    Workflow,
)
from bot.decisions.questionnaire import Questionnaire
from bot.decisions.records.build import DecisionContext, record_of
from bot.decisions.view_form import GivenView, ViewForm, deciding_questions
from bot.digest.views.replies import UpcomingDigest
from bot.doctor.samples import COMMAND
from bot.doctor.samples.alerts import alert_messages
from bot.doctor.samples.digests import digest_messages, digest_modals, home_digests
from bot.playbooks.engine import RuleEngine
from bot.playbooks.library import Example
from bot.playbooks.model import Answer, Playbook, Question
from bot.services.reviews import WaitingDecisions
from bot.services.search import Likeness, SimilarDecision
from bot.slack.views import notices, search
from bot.slack.views.announcement import announcement, decider_message, thread_note
from bot.slack.views.decide import REASON_LENGTH, hand_over_modal, override_modal, withdraw_modal
from bot.slack.views.home import home_view
from bot.slack.views.perspectives import (
    all_views_message,
    view_form_modal,
    view_news_message,
    view_request,
    view_request_modal,
)
from bot.slack.views.questionnaire import questionnaire_modal, resume_offer
from bot.slack.views.reader import OpenDecision, ReaderTab, reader_modal
from bot.slack.views.recommendation import recommendation_message
from bot.slack.views.result import PROBLEM_LENGTH, TITLE_LENGTH
from bot.slack.views.review import NOTE_LENGTH, review_modal, review_question
from bot.slack.views.rules import rules_message
from bot.slack.views.team import team_message
from bot.slackkit.message import Message, notice_modal
from bot.slackkit.metadata import DecisionMetadata, ListQuery

Sample = Mapping[str, Any]
HOSTILE = "<!channel> & <@U0> *x* `y` ‮עברית العربية 👩‍👩‍👧 "
"""A filling for fields: mentions, markup, right-to-left text and joined emoji."""

_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
_PLACES = {
    "public": Place("C0123456789", Visibility.PUBLIC),
    "private": Place("G0123456789", Visibility.PRIVATE),
    "direct": Place("U0123456789", Visibility.DIRECT),
}


def samples(engine: RuleEngine, command: str = COMMAND) -> dict[str, Sample]:
    """Return samples by name: each has a `view`, or `blocks` and `text`."""
    found: dict[str, Sample] = {}
    for size, filling in {"short": "A", "long": HOSTILE * 200}.items():
        found |= {
            f"{name}, {size}": sample for name, sample in _sized(engine, filling, command).items()
        }
    titles = {engine.playbook.id: engine.playbook.title}
    found["home, empty"] = {"view": home_view(titles, [], [])}
    found["help"] = _blocks(notices.help_message(command, titles))
    found["not understood"] = _blocks(notices.unknown_subcommand(command, HOSTILE * 200))
    found["unknown playbook"] = _blocks(
        notices.unknown_playbook(command, HOSTILE * 200, tuple(titles))
    )
    found["open again"] = _blocks(notices.open_again("0" * 32))
    found["notice modal"] = {"view": notice_modal("This didn't work", notices.UNEXPECTED)}
    lost = notice_modal("This didn't work", notices.UNEXPECTED, [HOSTILE * 100])
    found["notice modal with what was written"] = {"view": lost}
    return found


def _sized(engine: RuleEngine, filling: str, command: str) -> dict[str, Sample]:
    draft = _draft(engine.playbook, filling)
    decision = _decision(engine, draft)
    pages = Questionnaire(engine, draft)
    fresh = Questionnaire(engine, replace(draft, answers={}))
    edit = Questionnaire(engine, replace(draft, purpose=DraftPurpose.EDIT, about=decision.number))
    titles = {engine.playbook.id: engine.playbook.title}
    found: dict[str, Sample] = {
        "edit": {"view": questionnaire_modal(edit.result())},
        "result page": {
            "view": questionnaire_modal(pages.result(), similar_samples(decision, engine.playbook))
        },
        "result page of an example": {"view": questionnaire_modal(pages.result(filling))},
        "result page without answers": {"view": questionnaire_modal(fresh.result())},
        "first page": {"view": questionnaire_modal(fresh.first(_examples(filling)))},
        "recommendation": _blocks(recommendation_message(decision, engine.playbook)),
        "recommendation, plain": _plain_blocks(recommendation_message(decision, engine.playbook)),
        "home": {
            "view": home_view(
                titles,
                [draft] * 20,
                [decision] * 10,
                *_on_home(decision),
                playbooks={decision.playbook_hash: engine.playbook},
            )
        },
        "resume offer": _blocks(resume_offer([draft] * 20, engine.playbook.id)),
        "saved for later": {"view": notices.saved_for_later(decision)},
    }
    for question in engine.playbook.questions:
        page = pages.before(((question.id,), (question.id,)))
        found[f"page of {question.id}"] = {"view": questionnaire_modal(page)}
        change = {"view": questionnaire_modal(pages.change(question.id))}
        found[f"change of {question.id}"] = change
    found |= _perspective_samples(engine, decision)
    found |= _reader_samples(engine, decision)
    found |= _review_samples(_reviewed(decision, filling), engine.playbook)
    modals = deciding_modals(decision, engine.playbook) | digest_modals(decision, command)
    found |= {name: {"view": view} for name, view in modals.items()}
    messages = search_messages(decision, engine.playbook, command)
    messages |= deciding_messages(decision, engine.playbook, filling)
    messages |= alert_messages(decision, command)
    messages |= digest_messages(decision, engine.playbook, command)
    found |= {name: _blocks(message) for name, message in messages.items()}
    for name, place in _PLACES.items():
        placed = replace(decision, place=place)
        found[f"announcement, {name}"] = _blocks(announcement(placed, engine.playbook))
    return found


def _background(decision: Decision) -> DecisionContext:
    at, reason = decision.opened_at, decision.title * 10
    details = (HandedOver((), decision.deciders), Withdrawn(reason))
    return DecisionContext(events=tuple(Event(each, decision.driver, at) for each in details) * 10)


def _reader_samples(engine: RuleEngine, decision: Decision) -> dict[str, Sample]:
    """Return samples of each part of the reader, for its people, open and decided."""
    record, playbook = record_of(decision, engine, _background(decision)), engine.playbook
    about = (decision, playbook, record)
    found: dict[str, Sample] = {}
    for tab in ReaderTab:
        metadata = DecisionMetadata(decision=decision.number, tab=tab, here="G0123456789")
        people = {"decider": decision.deciders[0], "reader": "U9999999999"}
        for name, reader in {**people, "driver": decision.driver}.items():
            view = reader_modal(OpenDecision(*about, reader, None, metadata, "I've sent it."))
            found[f"reader, {tab}, {name}"] = {"view": view}
    decided = _reviewed(decision, decision.title * 20)
    link = "https://example.slack.com/archives/C0123456789/p1"
    opened = OpenDecision(decided, playbook, record, "U0", link, metadata)
    return {**found, "reader, decided": {"view": reader_modal(opened)}}


def _examples(filling: str) -> tuple[Example, ...]:
    return tuple(Example(id=f"e{number}", title=filling, answers={}) for number in range(120))


def _perspective_samples(engine: RuleEngine, decision: Decision) -> dict[str, Sample]:
    """Return samples of perspectives: the request, the questionnaire, the team's message."""
    playbook = engine.playbook
    named = _draft(playbook, decision.title)
    own = replace(named, purpose=DraftPurpose.PERSPECTIVE, about=decision.number)
    pages = Questionnaire(engine, own)
    answers = {question.id: _last_answer(question) for question in playbook.questions}
    score = engine.score(answers)
    views = tuple(
        Perspective(
            decision.workspace,
            decision.number,
            f"U{number:010}",
            answers,
            score.option,
            score.strength,
            _AT,
            _AT,
            choice=score.option if number % 2 else None,
            note=decision.title,
        )
        for number in range(50)
    )
    asked = tuple(ViewRequest(f"U1{number:09}", decision.driver, _AT) for number in range(50))
    seen = compare(TeamViews(decision, views, asked), engine)
    everyone = compare(TeamViews(decision, views), engine)
    form = ViewForm(
        decision,
        playbook,
        deciding_questions(decision, engine),
        GivenView(next(iter(playbook.options)), decision.title * 5, answers),
    )
    blank = replace(form, own=GivenView())
    return {
        "team": _blocks(team_message(decision, playbook, seen)),
        "team, nobody yet": _blocks(
            team_message(decision, playbook, compare(TeamViews(decision, (), asked), engine))
        ),
        "asked to decide": _blocks(decider_message(decision, decision.deciders[0], "U0")),
        "asked for a view": _blocks(view_request(decision, nudge=False)),
        "nudged": _blocks(view_request(decision, nudge=True)),
        "view given": _blocks(view_request(decision, nudge=True, given=True)),
        "view news": _blocks(view_news_message(decision, playbook, seen, views[0].user)),
        "everyone's in": _blocks(all_views_message(decision, playbook, everyone)),
        "view form": {"view": view_form_modal(blank)},
        "view form, filled in": {"view": view_form_modal(form)},
        "ask modal": {"view": view_request_modal(decision)},
        "ask modal, outsiders": {"view": view_request_modal(decision, None, decision.deciders)},
        "own view, first page": {"view": questionnaire_modal(pages.first())},
        "own view, last page": {"view": questionnaire_modal(pages.result())},
    }


def _review_samples(decision: Decision, playbook: Playbook) -> dict[str, Sample]:
    answered, other = decision.deciders[0], "U9999999999"
    return {
        "review question": _blocks(review_question(decision, playbook, other)),
        "review question, answered": _blocks(review_question(decision, playbook, answered)),
        "review modal": {"view": review_modal(decision, playbook, other, ReviewOutcome.PARTLY)},
        "review modal, answered": {"view": review_modal(decision, playbook, answered)},
        "rules": _blocks(rules_message([(playbook, calibrate([decision] * 9, {}))] * 9)),
        "announcement, reviewed": _blocks(announcement(decision, playbook)),
    }


def _reviewed(decision: Decision, filling: str) -> Decision:
    """Return an overridden decision with a review by every decider."""
    resolution = Resolution(decision.driver, _AT, filling[:REASON_LENGTH], decision.verdict.option)
    reviews = tuple(
        ReviewAnswer(decider, _AT, ReviewOutcome.PARTLY, filling[:NOTE_LENGTH])
        for decider in decision.deciders
    )
    return replace(decision, status=Status.OVERRIDDEN, resolution=resolution, reviews=reviews)


def _on_home(decision: Decision) -> tuple[WaitingDecisions, list[UpcomingDigest]]:
    many = tuple(replace(decision, number=number) for number in range(1, 61))
    verdicts = {each.number: each.verdict for each in many}
    waiting = WaitingDecisions(many[:20], many[20:40], many[40:], verdicts)
    return waiting, home_digests(decision)


def _plain_blocks(message: Message) -> Sample:
    return {"blocks": message.plain, "text": message.text}


def _blocks(message: Message) -> Sample:
    return {"blocks": message.blocks, "text": message.text}


def _draft(playbook: Playbook, filling: str) -> Draft:
    return Draft(
        id="0" * 32,
        driver=Person("T0123456789", "U0123456789"),
        playbook_hash=playbook.hash,
        started_at=_AT,
        changed_at=_AT,
        origin=_PLACES["private"],
        workflow=Workflow(
            title=filling[:TITLE_LENGTH],
            problem=filling[:PROBLEM_LENGTH],
            deciders=tuple(f"U{number:010}" for number in range(10)),
            review=Review(ReviewChoice.ON_DATE, _AT.date()),
        ),
        answers={question.id: _first_answer(question) for question in playbook.questions},
    )


def _first_answer(question: Question) -> Answer:
    """Return the first answer; of several all that can be given together."""
    answers = tuple(question.answers)
    together = tuple(each for each in answers if each not in question.alone)
    return (together or answers[:1]) if question.several else answers[0]


def _last_answer(question: Question) -> Answer:
    last = tuple(question.answers)[-1]
    return (last,) if question.several else last


def _decision(engine: RuleEngine, draft: Draft) -> Decision:
    return Decision(
        workspace=draft.driver.workspace,
        number=99_999,
        draft_id=draft.id,
        title=draft.workflow.title,
        problem=draft.workflow.problem,
        driver=draft.driver.user,
        deciders=draft.workflow.deciders,
        review_on=_AT.date(),
        place=_PLACES["public"],
        playbook_hash=draft.playbook_hash,
        answers=draft.answers,
        verdict=engine.evaluate(draft.answers),
        status=Status.OPEN,
        opened_at=_AT,
    )


def deciding_modals(decision: Decision, playbook: Playbook) -> dict[str, dict[str, Any]]:
    """Return the modals of an announcement's buttons, by name."""
    return {
        "choose differently": override_modal(decision, playbook),
        "withdraw": withdraw_modal(decision),
        "hand over": hand_over_modal(decision, decision.deciders[0]),
    }


def deciding_messages(decision: Decision, playbook: Playbook, filling: str) -> dict[str, Message]:
    """Return a thread note for each kind of event, and each settled announcement, by name."""
    words = {
        f"thread note, {detail.kind}": thread_note(
            Event(detail, decision.driver, decision.opened_at), decision, playbook
        )
        for detail in _note_details(decision, playbook, filling[:REASON_LENGTH])
    }
    option = decision.verdict.option
    by, at, reason = decision.driver, decision.opened_at, filling[:REASON_LENGTH]
    decided = replace(
        decision,
        resolution=Resolution(by, at, reason, option),
        closure=Closure(by, at, reason),
        supersedes=1,
        superseded_by=3,
    )
    settled = {
        f"announcement, {status}": announcement(replace(decided, status=status), playbook)
        for status in Status
        if status is not Status.OPEN
    }
    return words | settled


def _note_details(decision: Decision, playbook: Playbook, reason: str) -> tuple[EventDetail, ...]:
    option = decision.verdict.option
    answers = {question.id: ("", _last_answer(question)) for question in playbook.questions}
    return (
        Accepted(option),
        Overridden(option, option, reason),
        Withdrawn(reason),
        HandedOver((), decision.deciders),
        Superseded(3),
        Edited(answers, option, option),
    )


def search_messages(
    decision: Decision, playbook: Playbook, command: str = COMMAND
) -> dict[str, Message]:
    """Return answers to list, search, show and export by name, empty ones included."""
    query = ListQuery.typed("list", decision.title * 10).from_here(2**50, Direction.NEWER)
    many = tuple(replace(decision, number=2**50 + number) for number in range(search.PAGE))
    words = tuple(word[:64] for word in decision.title.split()[:12])
    wanted = DecisionFilter(mine=True, statuses=(decision.status,), options=("rag",), words=words)
    listed = [search.ListedDecision(each, playbook) for each in many]
    nothing = DecisionPage((), newer=False, older=False)
    return {
        "list": search.decision_list(
            command, query, wanted, DecisionPage(many, newer=True, older=True), listed
        ),
        "list, nothing": search.decision_list(command, query, wanted, nothing, []),
        "list, none yet": search.decision_list(
            command, ListQuery.typed("list", ""), DecisionFilter(), nothing, []
        ),
        "search, no words": search.decision_list(
            command, ListQuery.typed("search", ""), DecisionFilter(), nothing, []
        ),
        "search, no letters": search.decision_list(
            command, ListQuery.typed("search", "?!"), DecisionFilter(), nothing, []
        ),
        "record": search.record_message(decision.number, (decision.title + "`<!channel>&")[:2500]),
        "not sent": search.file_not_sent("missing_scope"),
        "not sent, unreachable": search.file_not_sent(""),
    }


def similar_samples(decision: Decision, playbook: Playbook) -> list[SimilarDecision]:
    """Return as many similar decisions as the review page shows."""
    return [SimilarDecision(decision, playbook, Likeness(999, 999, 999, 1.0))] * 3
