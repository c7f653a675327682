"""The record of a decision, with everything that explains it, for use outside Slack.

People are Slack's user ids throughout.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.decisions.model import ReviewOutcome as Went
from bot.decisions.model import Status, Visibility
from bot.decisions.needs import NeedsPlot
from bot.decisions.records.words import NOTHING_YET, sure
from bot.playbooks.costs import CostEstimate
from bot.playbooks.model import Answer


class RecordModel(BaseModel):
    """Base of the models of a record: immutable, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordedAnswer(RecordModel):
    """A question and its answer, or answers, also in words; None is "don't know"."""

    question: str
    ask: str
    answer: Answer
    words: str


class RecordedReason(RecordModel):
    """A rule that speaks for an option (more than 0 points) or against it."""

    rule: str
    option: str
    points: int
    because: str
    source: str
    answers: tuple[str, ...] = Field(description="The answers that it depends on, in words.")


class RuledOut(RecordModel):
    """A veto that holds, and the way around it."""

    veto: str
    options: tuple[str, ...]
    because: str
    way_around: str
    source: str


class Considered(RecordModel):
    """An option with its points, and the arguments that they come from."""

    option: str
    title: str
    summary: str
    points: int
    meets: tuple[str, ...] = Field(default=(), description="The titles of the needs it meets.")
    start: int = Field(
        description="The points without any argument: 1 less the bar of each need it meets."
    )
    arguments: tuple[RecordedReason, ...] = Field(description="Every rule that gives it points.")
    ruled_out: bool


class RecordedResolution(RecordModel):
    """How the decision was accepted or overridden."""

    by: str
    at: datetime
    option: str
    reason: str


class RecordedClosure(RecordModel):
    """How the decision was withdrawn or superseded."""

    by: str
    at: datetime
    reason: str


class RecordedReview(RecordModel):
    """The review of one person."""

    by: str
    at: datetime
    outcome: Went
    note: str


class RecordedPerspective(RecordModel):
    """One person's view; the driver's answers are those of the decision."""

    by: str
    choice: str | None = Field(description="The option that they would choose, if they said so.")
    option: str | None = Field(
        description="The option that their answers lead to; null if too little is known."
    )
    strength: str | None
    note: str = Field(description="What the others may have missed.")
    driver: bool


class RecordedAnswerGroup(RecordModel):
    """An answer in words, and the users who gave it."""

    words: str
    by: tuple[str, ...]


class RecordedDifference(RecordModel):
    """A question that people answered differently, and the options it could flip to."""

    question: str
    ask: str
    said: tuple[RecordedAnswerGroup, ...]
    leads_to: tuple[str | None, ...] = Field(
        description="Empty if it flips nothing by itself; null is no recommendation."
    )


class RecordedEvent(RecordModel):
    """An event; its sentence is the name of `by`, then `did`, then the names of `to`."""

    at: datetime
    by: str
    kind: str
    did: str
    to: tuple[str, ...] = Field(description="The people that it is about.")
    note: str = Field(description="The reason or note of the person.")
    details: tuple[str, ...]


class RecordedPlaybook(RecordModel):
    """The playbook version that was used."""

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
    recommended: str | None = Field(description="Null if too little is known.")
    strength: str | None = Field(description="Null without a recommendation.")
    needs: NeedsPlot | None = Field(
        description="Null unless the playbook has exactly two needs and something is known."
    )
    settled: bool = Field(
        description="Every way of answering what is open leads to the same recommendation."
    )
    outcome: RecordedResolution | None
    ended: RecordedClosure | None = Field(description="Null unless it was withdrawn or superseded.")
    went: Went | None = Field(description="How it went, by all reviews; null without any.")
    reviews: tuple[RecordedReview, ...]
    driver: str
    deciders: tuple[str, ...]
    contributors: tuple[str, ...]
    names: dict[str, str] = Field(description="Known names by user id.")
    channel: str
    channel_name: str | None = Field(description="Null if unknown.")
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
    costs: tuple[CostEstimate, ...] = Field(
        description="What each option takes, as far as the playbook knows."
    )
    cost_basis: tuple[str, ...] = Field(description="Sentences on what the costs rest on.")
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
        """The option chosen, else the one recommended; None if there is neither."""
        return self.outcome.option if self.outcome else self.recommended

    def view_words(self, view: RecordedPerspective) -> str:
        """Return what a person would choose, and what their answers lead to, in words."""
        leads_to = f"{self.title_of(view.option)} ({sure(view.strength)})"
        if view.choice is None:
            return leads_to
        words = f"would go for {self.title_of(view.choice)}"
        if view.option in {None, view.choice}:
            return words
        return f"{words}, though their answers lead to {leads_to}"

    def title_of(self, option: str | None) -> str:
        """Return an option's title; its id if the playbook has no such option."""
        if option is None:
            return NOTHING_YET
        return next((each.title for each in self.considered if each.option == option), option)

    def cost_of(self, option: str | None) -> CostEstimate | None:
        """Return what an option takes; None if that is not known."""
        return next((each for each in self.costs if each.option == option), None)

    def person(self, user: str) -> str:
        """Return a person's name and id; the id alone if the name is unknown."""
        name = self.names.get(user)
        return f"{name} ({user})" if name else user

    def where(self) -> str:
        """Return the channel's name and id; the id alone if the name is unknown."""
        return f"#{self.channel_name} ({self.channel})" if self.channel_name else self.channel

    def speaks_for(self, option: str | None) -> tuple[RecordedReason, ...]:
        """Return the rules that give points to an option, strongest first."""
        return self._strongest(option, 1)

    def speaks_against(self, option: str | None) -> tuple[RecordedReason, ...]:
        """Return the rules that take points from an option, strongest first."""
        return self._strongest(option, -1)

    def _strongest(self, option: str | None, sign: int) -> tuple[RecordedReason, ...]:
        found = [
            argument
            for each in self.considered
            if each.option == option
            for argument in each.arguments
            if argument.points * sign > 0
        ]
        return tuple(sorted(found, key=lambda each: -abs(each.points)))


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
