"""What a record is made of, below the record itself. People are Slack's user ids throughout."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.decisions.model import ReviewOutcome as Went


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
