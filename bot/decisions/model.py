"""The model: drafts, decisions, their visibility, and what a team adds to them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.playbooks.verdict import Strength, Verdict


class Visibility(StrEnum):
    """Who may see a decision, fixed by the place it was posted in."""

    PUBLIC = "public"
    """Everybody in the workspace."""
    PRIVATE = "private"
    """The people of one private channel, and the decision's own people."""
    DIRECT = "direct"
    """The decision's own people only."""


class Status(StrEnum):
    """The state of a decision."""

    OPEN = "open"
    ACCEPTED = "accepted"
    OVERRIDDEN = "overridden"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Person:
    """A person in a workspace, by Slack's ids of the workspace and of the user."""

    workspace: str
    user: str


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation a decision can live in.

    `channel` is a channel's id; for `Visibility.DIRECT` it is the id of the user whose
    direct messages with the app are meant. `name` is the channel's name if Slack has just sent it;
    it is not compared.
    """

    channel: str
    visibility: Visibility
    name: str = field(default="", compare=False)


class DraftPurpose(StrEnum):
    """What a questionnaire is filled in for."""

    OPEN = "open"
    """A new decision."""
    EDIT = "edit"
    """Other answers to an open decision."""
    SUPERSEDE = "supersede"
    """A new decision that replaces an older one."""
    PERSPECTIVE = "perspective"
    """A person's perspective of an open decision."""


class ReviewChoice(StrEnum):
    """When the team wants to look at the outcome."""

    DAYS_30 = "30"
    DAYS_60 = "60"
    DAYS_90 = "90"
    ON_DATE = "date"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Review:
    """The wish for a review: a choice, and the day if the choice is `ON_DATE`."""

    choice: ReviewChoice = ReviewChoice.DAYS_90
    day: date | None = None

    @classmethod
    def on(cls, day: date | None) -> "Review":
        """Return the wish for a review on a day; for none if there is no day."""
        return cls(ReviewChoice.ON_DATE if day else ReviewChoice.NEVER, day)

    def due(self, today: date) -> date | None:
        """Return the day of the review for a decision posted `today`; None for never."""
        match self.choice:
            case ReviewChoice.NEVER:
                return None
            case ReviewChoice.ON_DATE:
                return self.day
            case _:
                return today + timedelta(days=int(self.choice))


@dataclass(frozen=True, slots=True)
class Workflow:
    """The first page of the questionnaire: what is to be decided, and by whom.

    `deciders` are user ids; empty means the driver decides.
    """

    title: str = ""
    problem: str = ""
    deciders: tuple[str, ...] = ()
    review: Review = Review()


@dataclass(frozen=True, slots=True)
class Source:
    """The message that a decision was made from: the id of its channel, and the link to it."""

    channel: str
    link: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A questionnaire under way.

    `answers` maps a question's id to an answer's id, or to None for "don't know"; a question
    that is not in it has not been answered. `origin` is where the questionnaire was opened,
    None when that was no conversation (App Home). `decision` is the number of the decision
    that it became, or did its work for. `about` is the number of the decision that is edited or
    superseded, or that the perspective is of.
    """

    id: str
    driver: Person
    playbook_hash: str
    started_at: datetime
    changed_at: datetime
    origin: Place | None = None
    workflow: Workflow = Workflow()
    answers: Mapping[str, str | None] = field(default_factory=dict)
    decision: int | None = None
    purpose: DraftPurpose = DraftPurpose.OPEN
    about: int | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who decided for which option, when, and why.

    `by` is a user id. `reason` is in their words; it may be empty for an acceptance.
    """

    by: str
    at: datetime
    reason: str
    option: str


@dataclass(frozen=True, slots=True)
class Closure:
    """Who withdrew or superseded a decision, a user id, when, and why; `reason` may be empty."""

    by: str
    at: datetime
    reason: str = ""


class ReviewOutcome(StrEnum):
    """How a decision went, in the words of a review."""

    WORKED = "worked"
    PARTLY = "partly"
    FAILED = "failed"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True, slots=True)
class ReviewAnswer:
    """What one decider, a user id, said at the review; `note` may be empty."""

    by: str
    at: datetime
    outcome: ReviewOutcome
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A question put to a team, with the recommendation it got.

    `number` counts from 1 within a workspace. `deciders` are user ids, never empty.
    `resolution` is None while it is open. `supersedes` and `superseded_by` are numbers. `reviews`
    holds the last answer of each who gave one, deciders or the driver, in the order given.
    """

    workspace: str
    number: int
    draft_id: str
    title: str
    problem: str
    driver: str
    deciders: tuple[str, ...]
    review_on: date | None
    place: Place
    playbook_hash: str
    answers: Mapping[str, str | None]
    verdict: Verdict
    status: Status
    opened_at: datetime
    resolution: Resolution | None = None
    closure: Closure | None = None
    supersedes: int | None = None
    superseded_by: int | None = None
    reviews: tuple[ReviewAnswer, ...] = ()
    source: Source | None = None

    @property
    def chosen(self) -> str | None:
        """The option that was decided, else the recommended one; None if there is neither."""
        return self.resolution.option if self.resolution else self.verdict.recommended

    @property
    def is_closed(self) -> bool:
        """Whether it was withdrawn or superseded."""
        return self.status in {Status.WITHDRAWN, Status.SUPERSEDED}

    @property
    def decided_as(self) -> Status | None:
        """Whether it was accepted or overridden, also if it is closed by now; None if neither."""
        if self.resolution is None:
            return None
        if not self.is_closed:
            return self.status
        followed = self.resolution.option == self.verdict.recommended
        return Status.ACCEPTED if followed else Status.OVERRIDDEN

    @property
    def review_ahead(self) -> date | None:
        """The day of the review; None where there is none to come, as for what has ended."""
        return None if self.is_closed else self.review_on

    @property
    def source_here(self) -> str | None:
        """The link to the message it was made from, if that is in the same channel.

        The link to another channel is hidden: readers of the decision may have no access to it.
        """
        if self.source is None or self.place.visibility is Visibility.DIRECT:
            return None
        return self.source.link if self.source.channel == self.place.channel else None


@dataclass(frozen=True, slots=True)
class Perspective:
    """A contributor's answers to a decision's questions, and the resulting option.

    `user` is the id of the contributor, never of the driver, whose answers are those of the
    decision. `option` is None if too little is known for any.
    """

    workspace: str
    decision: int
    user: str
    answers: Mapping[str, str | None]
    option: str | None
    strength: Strength
    added_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ViewRequest:
    """A person who was asked for a perspective: by whom, when, and when reminded last."""

    user: str
    by: str
    at: datetime
    nudged_at: datetime | None = None


def fingerprint(decision: Decision) -> str:
    """Return a hash of what a decider reads: the words, the answers and the recommendation.

    It travels with the buttons, so that a press on an outdated message is noticed.
    """
    read = [decision.title, decision.problem, dict(decision.answers), decision.verdict.option]
    return hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()[:12]
