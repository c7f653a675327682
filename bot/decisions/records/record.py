"""The record of a decision: everything that explains it, in words, for use outside Slack.

People are Slack's user ids throughout.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.decisions.model import ReviewOutcome as Went
from bot.decisions.model import Status, Visibility
from bot.decisions.records.words import NOTHING_YET


class RecordModel(BaseModel):
    """Anything in a record: immutable, and closed to keys that are not its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordedAnswer(RecordModel):
    """A question and the answer it got, in the playbook's words; None is "don't know"."""

    question: str
    ask: str
    answer: str | None
    words: str


class RecordedReason(RecordModel):
    """A rule that speaks for an option (more than 0 points) or against it."""

    rule: str
    option: str
    points: int
    because: str
    source: str
    answers: tuple[str, ...] = Field(description="The answers it rests on, in words.")


class RuledOut(RecordModel):
    """A veto that holds, and the way around it."""

    veto: str
    options: tuple[str, ...]
    alone: bool = Field(description="Only on their own: as part of a combination they may stand.")
    because: str
    way_around: str
    source: str


class Considered(RecordModel):
    """An option, and how it comes by its points: those of its arguments and of its parts."""

    option: str
    title: str
    summary: str
    points: int
    parts: tuple[str, ...] = Field(description="The options that it combines.")
    from_parts: int = Field(description="The points that a combination has by its parts.")
    arguments: tuple[RecordedReason, ...] = Field(description="Every rule that gives it points.")
    ruled_out: Literal["", "ruled out", "not alone"]


class RecordedOutcome(RecordModel):
    """How the decision was settled: who, when, what and why."""

    by: str
    at: datetime
    option: str
    reason: str


class RecordedClosure(RecordModel):
    """Who withdrew or superseded the decision, when, and why."""

    by: str
    at: datetime
    reason: str


class RecordedReview(RecordModel):
    """What one decider said later about how it went."""

    by: str
    at: datetime
    outcome: Went
    note: str


class RecordedPerspective(RecordModel):
    """What one person's answers come to; the driver's are those of the decision itself."""

    by: str
    option: str | None = Field(description="Null where too little is known for any.")
    strength: str | None
    driver: bool


class RecordedAnswerGroup(RecordModel):
    """An answer in words, and who gave it."""

    words: str
    by: tuple[str, ...]


class RecordedDifference(RecordModel):
    """A question that people answered differently, and what the recommendation would become."""

    question: str
    ask: str
    said: tuple[RecordedAnswerGroup, ...]
    leads_to: tuple[str | None, ...] = Field(
        description="Empty where it changes nothing by itself; null: to no recommendation."
    )


class RecordedEvent(RecordModel):
    """An event: who did what, and when; `did` goes on after the name and is followed by `to`."""

    at: datetime
    by: str
    kind: str
    did: str
    to: tuple[str, ...] = Field(description="The people whom it was done to.")
    note: str = Field(description="In the words of whoever did it.")
    details: tuple[str, ...]


class RecordedPlaybook(RecordModel):
    """The playbook that was used, as it stood."""

    id: str
    title: str
    version: str
    hash: str


class Record(RecordModel):
    """A decision with everything that explains it. People and channels are Slack's ids."""

    workspace: str
    number: int
    title: str
    problem: str
    source: str | None = Field(description="Link to the message that it was made from.")
    status: Status
    recommended: str | None = Field(description="Null as long as too little is known.")
    strength: str | None = Field(description="How far ahead it is; null where nothing is.")
    settled: bool = Field(
        description="Every way of answering what is open leads to the same recommendation."
    )
    outcome: RecordedOutcome | None
    ended: RecordedClosure | None = Field(
        description="How it was withdrawn or superseded, if it was."
    )
    went: Went | None = Field(description="How it went, by all reviews; null before the first.")
    reviews: tuple[RecordedReview, ...]
    driver: str
    deciders: tuple[str, ...]
    contributors: tuple[str, ...]
    names: dict[str, str] = Field(
        description="What the people named here are called, by id, as far as that is known."
    )
    channel: str
    channel_name: str | None = Field(
        description="What the channel is called, as far as that is known."
    )
    visibility: Visibility
    opened_at: datetime
    review_on: date | None
    supersedes: int | None
    superseded_by: int | None
    playbook: RecordedPlaybook
    answers: tuple[RecordedAnswer, ...]
    considered: tuple[Considered, ...]
    ruled_out: tuple[RuledOut, ...]
    despite: tuple[RuledOut, ...] = Field(
        description="The vetoes that rule out the option chosen, else recommended."
    )
    conditions: tuple[str, ...]
    revisit_when: tuple[str, ...]
    still_open: tuple[str, ...]
    first_steps: tuple[str, ...] = Field(description="Of the option chosen, else recommended.")
    measure: tuple[str, ...] = Field(description="The same.")
    pitfalls: tuple[str, ...] = Field(description="The same.")
    views: tuple[RecordedPerspective, ...]
    differences: tuple[RecordedDifference, ...]
    history: tuple[RecordedEvent, ...]

    @property
    def chosen(self) -> str | None:
        """The option that was chosen, else the one that is recommended; None where neither is."""
        return self.outcome.option if self.outcome else self.recommended

    def title_of(self, option: str | None) -> str:
        """Return an option's title; its id where the playbook has no such option."""
        if option is None:
            return NOTHING_YET
        return next((each.title for each in self.considered if each.option == option), option)

    def person(self, user: str) -> str:
        """Return a person by name and id; by the id alone where the name is not known."""
        name = self.names.get(user)
        return f"{name} ({user})" if name else user

    def where(self) -> str:
        """Return the channel by name and id; by the id alone where the name is not known."""
        return f"#{self.channel_name} ({self.channel})" if self.channel_name else self.channel

    def speaks_for(self, option: str | None) -> tuple[RecordedReason, ...]:
        """Return what gives points to an option or its parts, each rule once, strongest first."""
        return self._strongest(option, 1)

    def speaks_against(self, option: str | None) -> tuple[RecordedReason, ...]:
        """Return what takes points from an option or its parts; otherwise like `speaks_for`."""
        return self._strongest(option, -1)

    def _strongest(self, option: str | None, sign: int) -> tuple[RecordedReason, ...]:
        own = next((each for each in self.considered if each.option == option), None)
        counted = {option, *(own.parts if own else ())}
        found = [
            argument
            for each in self.considered
            if each.option in counted
            for argument in each.arguments
            if argument.points * sign > 0
        ]
        found.sort(key=lambda each: -abs(each.points))
        return tuple({each.rule: each for each in reversed(found)}.values())[::-1]


class Records(RecordModel):
    """Records as one JSON document."""

    decisions: tuple[Record, ...]


def record_as_json(records: Iterable[Record]) -> str:
    """Return records as one JSON document, which `record_schema` describes."""
    document = Records(decisions=tuple(records)).model_dump(mode="json")
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def record_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of what `record_as_json` writes."""
    described = Records.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}
