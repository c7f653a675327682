"""The record of a decision: all of it, in words, for people and programs outside Slack; as JSON."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from bot.advice.playbook import Playbook
from bot.advice.verdict import Answered, Reason, VetoHit
from bot.decisions.calibration import outcome_of
from bot.decisions.model import Decision, ReviewAnswer, Status, Visibility
from bot.decisions.model import Outcome as Went


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordedAnswer(_Part):
    """A question and the answer it got, in the playbook's words; None is "don't know"."""

    question: str
    ask: str
    answer: str | None
    words: str


class Argument(_Part):
    """A rule that speaks for an option (more than 0 points) or against it."""

    rule: str
    option: str
    points: int
    because: str
    source: str
    answers: tuple[str, ...] = Field(description="The answers it rests on, in words.")


class RuledOut(_Part):
    """A veto that holds, and the way around it."""

    veto: str
    options: tuple[str, ...]
    alone: bool = Field(description="Only on their own: as part of a combination they may stand.")
    because: str
    way_around: str
    source: str


class Considered(_Part):
    """An option, and the points it got."""

    option: str
    title: str
    summary: str
    points: int


class Outcome(_Part):
    """How the decision was settled: who, when, what and why."""

    by: str
    at: datetime
    option: str | None = Field(description="What was chosen; null where nothing was.")
    reason: str


class Reviewed(_Part):
    """What one decider said later about how it went."""

    by: str
    at: datetime
    outcome: Went
    note: str


class Edition(_Part):
    """The playbook that was used, as it stood."""

    id: str
    title: str
    version: str
    hash: str


class Record(_Part):
    """A decision with everything that explains it. People and channels are Slack's ids."""

    workspace: str
    number: int
    title: str
    problem: str
    status: Status
    recommended: str
    strength: str
    settled: bool = Field(
        description="Every way of answering what is open leads to the same recommendation."
    )
    outcome: Outcome | None
    went: Went | None = Field(description="How it went, by all reviews; null before the first.")
    reviews: tuple[Reviewed, ...]
    driver: str
    deciders: tuple[str, ...]
    contributors: tuple[str, ...]
    channel: str
    visibility: Visibility
    opened_at: datetime
    review_on: date | None
    supersedes: int | None
    superseded_by: int | None
    playbook: Edition
    answers: tuple[RecordedAnswer, ...]
    considered: tuple[Considered, ...]
    reasons: tuple[Argument, ...]
    against: tuple[Argument, ...]
    ruled_out: tuple[RuledOut, ...]
    conditions: tuple[str, ...]
    revisit_when: tuple[str, ...]
    still_open: tuple[str, ...]
    first_steps: tuple[str, ...]
    measure: tuple[str, ...]

    @property
    def chosen(self) -> str:
        """The option that was chosen, else the one that is recommended."""
        return (self.outcome.option if self.outcome else None) or self.recommended

    def title_of(self, option: str) -> str:
        """Return an option's title; its id where the playbook has no such option."""
        return next((each.title for each in self.considered if each.option == option), option)

    @classmethod
    def of(cls, decision: Decision, playbook: Playbook, contributors: Sequence[str] = ()) -> Self:
        """Return the record of a decision.

        Args:
            decision: the decision.
            playbook: the playbook it was made by, as it stood then.
            contributors: user ids of those who added their view.
        """
        verdict, settlement = decision.verdict, decision.settlement
        outcome = settlement and Outcome(
            by=settlement.by,
            at=settlement.at,
            option=settlement.option,
            reason=settlement.reason,
        )
        return cls(
            **_of_itself(decision),
            contributors=tuple(contributors),
            outcome=outcome,
            went=outcome_of(decision.reviews),
            reviews=tuple(_reviewed(each) for each in decision.reviews),
            recommended=verdict.option,
            strength=verdict.strength.value,
            settled=verdict.settled,
            playbook=Edition(
                id=playbook.id,
                title=playbook.title,
                version=verdict.playbook.version,
                hash=verdict.playbook.hash,
            ),
            answers=_answers(decision, playbook),
            considered=_considered(decision, playbook),
            reasons=tuple(_argument(playbook, each) for each in verdict.reasons),
            against=tuple(_argument(playbook, each) for each in verdict.against),
            ruled_out=tuple(_ruled_out(each) for each in verdict.vetoes),
            conditions=tuple(gate.say for gate in verdict.gates),
            revisit_when=tuple(flip.text for flip in verdict.flips),
            still_open=tuple(item.ask for item in verdict.homework),
            first_steps=verdict.steps,
            measure=playbook.options[verdict.option].measure,
        )


class Records(_Part):
    """Records as one JSON document."""

    decisions: tuple[Record, ...]


def as_json(records: Iterable[Record]) -> str:
    """Return records as one JSON document, which `schema` describes."""
    document = Records(decisions=tuple(records)).model_dump(mode="json")
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of what `as_json` writes."""
    described = Records.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}


def _of_itself(decision: Decision) -> dict[str, Any]:
    return {
        "workspace": decision.workspace,
        "number": decision.number,
        "title": decision.title,
        "problem": decision.problem,
        "status": decision.status,
        "driver": decision.driver,
        "deciders": decision.deciders,
        "channel": decision.place.channel,
        "visibility": decision.place.visibility,
        "opened_at": decision.opened_at,
        "review_on": decision.review_on,
        "supersedes": decision.supersedes,
        "superseded_by": decision.superseded_by,
    }


def _reviewed(answer: ReviewAnswer) -> Reviewed:
    return Reviewed(by=answer.by, at=answer.at, outcome=answer.outcome, note=answer.note)


def _answers(decision: Decision, playbook: Playbook) -> tuple[RecordedAnswer, ...]:
    return tuple(
        RecordedAnswer(
            question=question.id,
            ask=question.ask,
            answer=decision.answers[question.id],
            words=question.answers.get(decision.answers[question.id] or "", "Don't know"),
        )
        for question in playbook.questions
        if question.id in decision.answers
    )


def _considered(decision: Decision, playbook: Playbook) -> tuple[Considered, ...]:
    ranked = sorted(decision.verdict.points.items(), key=lambda each: -each[1])
    return tuple(
        Considered(
            option=option,
            title=playbook.options[option].title,
            summary=playbook.options[option].summary,
            points=points,
        )
        for option, points in ranked
    )


def _argument(playbook: Playbook, reason: Reason) -> Argument:
    return Argument(
        rule=reason.rule,
        option=reason.option,
        points=reason.points,
        because=reason.because,
        source=reason.source,
        answers=tuple(_words(playbook, each) for each in reason.answers),
    )


def _ruled_out(hit: VetoHit) -> RuledOut:
    return RuledOut(
        veto=hit.veto,
        options=hit.options,
        alone=hit.alone,
        because=hit.because,
        way_around=hit.way_around,
        source=hit.source,
    )


def _words(playbook: Playbook, given: Answered) -> str:
    return playbook.question(given.question).answers[given.answer]
