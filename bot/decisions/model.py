"""The model: drafts, decisions, their visibility, and what a team adds to them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.playbooks.model import Answer
from bot.playbooks.verdict import Strength, Verdict


class Visibility(StrEnum):
    """Who may see a decision, set by the conversation that it was posted in."""

    PUBLIC = "public"
    """All members of the workspace."""
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
    """A conversation that a decision can be posted in.

    `channel` is a channel's id; for `Visibility.DIRECT` it is the id of the user whose
    direct messages with the app are meant. `name` is the channel's name if Slack has just sent it;
    it is not compared.
    """

    channel: str
    visibility: Visibility
    name: str = field(default="", compare=False)


class DraftPurpose(StrEnum):
    """What a draft becomes."""

    OPEN = "open"
    """A new decision."""
    EDIT = "edit"
    """An edit of an open decision."""
    SUPERSEDE = "supersede"
    """A new decision that replaces an older one."""
    PERSPECTIVE = "perspective"
    """A person's perspective of an open decision."""


class ReviewChoice(StrEnum):
    """The choices for the review date."""

    DAYS_30 = "30"
    DAYS_60 = "60"
    DAYS_90 = "90"
    ON_DATE = "date"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Review:
    """When to review a decision: a choice, and the day for `ON_DATE`."""

    choice: ReviewChoice = ReviewChoice.DAYS_90
    day: date | None = None

    @classmethod
    def on(cls, day: date | None) -> "Review":
        """Return a review on a day; `NEVER` for None."""
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
    """The fields of the last page of the questionnaire.

    `deciders` are user ids; if there are none, the driver decides.
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


Trail = tuple[tuple[str, ...], ...]
"""The questions of pages, by page, for the way back."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A questionnaire in progress.

    Attributes:
        answers: answer by question id; None is "don't know". Unanswered questions are missing.
        chosen: what was pressed on a page that is not submitted yet, by question.
        pages: the questions of the pages that were submitted, in order.
        origin: the conversation in which it was opened; None for App Home.
        decision: the number of the decision that it became, or that it was applied to.
        about: the number of the decision to edit, to supersede, or to add a perspective to.
        source: the message that it was made from.
        choice: the option that the person would choose, in a perspective.
        note: what the others may have missed, in a perspective.
    """

    id: str
    driver: Person
    playbook_hash: str
    started_at: datetime
    changed_at: datetime
    origin: Place | None = None
    workflow: Workflow = Workflow()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    chosen: Mapping[str, Answer] = field(default_factory=dict)
    pages: Trail = ()
    decision: int | None = None
    purpose: DraftPurpose = DraftPurpose.OPEN
    about: int | None = None
    source: Source | None = None
    choice: str | None = None
    note: str = ""

    @property
    def entered(self) -> Mapping[str, Answer]:
        """The answers, and what was pressed since; a submitted answer wins over a late press."""
        return {**self.chosen, **self.answers}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known: no answer but "don't know", no choice and no note."""
        answered = any(answer is not None for answer in self.answers.values())
        return not (answered or self.choice or self.note)


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a decision was accepted or overridden: the option, who chose it, when, and why.

    `by` is a user id. `reason` may be empty for an acceptance.
    """

    by: str
    at: datetime
    reason: str
    option: str


@dataclass(frozen=True, slots=True)
class Closure:
    """How a decision was withdrawn or superseded: by which user id, when, and why."""

    by: str
    at: datetime
    reason: str = ""


class ReviewOutcome(StrEnum):
    """How a decision went."""

    WORKED = "worked"
    PARTLY = "partly"
    FAILED = "failed"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True, slots=True)
class ReviewAnswer:
    """The review of one person, by user id; `note` may be empty."""

    by: str
    at: datetime
    outcome: ReviewOutcome
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSummary:
    """A question put to a team, as lists and digests read it: a decision without its verdict.

    `number` counts from 1 within a workspace. `deciders` are user ids, never empty.
    `recommended` is an option; None if nothing is recommended. `resolution` is None while it is
    open. `supersedes` and `superseded_by` are numbers. `reviews` has the last review of each
    decider and of the driver, in the order given.
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
    playbook_id: str
    playbook_hash: str
    answers: Mapping[str, Answer]
    recommended: str | None
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
        return self.resolution.option if self.resolution else self.recommended

    @property
    def is_closed(self) -> bool:
        """Whether it was withdrawn or superseded."""
        return self.status in {Status.WITHDRAWN, Status.SUPERSEDED}

    @property
    def decided_as(self) -> Status | None:
        """Whether it was accepted or overridden, even if closed since; None if neither."""
        if self.resolution is None:
            return None
        if not self.is_closed:
            return self.status
        followed = self.resolution.option == self.recommended
        return Status.ACCEPTED if followed else Status.OVERRIDDEN

    @property
    def review_ahead(self) -> date | None:
        """The review date; None without one, and for a closed decision."""
        return None if self.is_closed else self.review_on

    @property
    def source_here(self) -> str | None:
        """The link to the message it was made from, if that is in the same channel.

        The link to another channel is hidden: readers of the decision may have no access to it.
        """
        if self.source is None or self.place.visibility is Visibility.DIRECT:
            return None
        return self.source.link if self.source.channel == self.place.channel else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(DecisionSummary):
    """A decision with its verdict, from which `playbook_id` and `recommended` follow."""

    playbook_id: str = field(init=False)
    recommended: str | None = field(init=False)
    verdict: Verdict

    def __post_init__(self) -> None:
        """Set what follows from the verdict."""
        object.__setattr__(self, "playbook_id", self.verdict.playbook.id)
        object.__setattr__(self, "recommended", self.verdict.recommended)


@dataclass(frozen=True, slots=True)
class Perspective:
    """A contributor's view of a decision.

    Attributes:
        user: the id of the contributor, never of the driver, whose answers are those of the
            decision.
        answers: to some of the questions, often three.
        option: what the decision would recommend with these answers in place of the driver's; None
            if too little is known for any.
        strength: of that recommendation.
        choice: the option that the contributor would choose; None if they did not say.
        note: what the others may have missed, in their words.
    """

    workspace: str
    decision: int
    user: str
    answers: Mapping[str, Answer]
    option: str | None
    strength: Strength
    added_at: datetime
    changed_at: datetime
    choice: str | None = None
    note: str = ""

    @property
    def favours(self) -> str | None:
        """The option that they would choose, else the one that their answers lead to."""
        return self.choice or self.option


@dataclass(frozen=True, slots=True)
class ViewRequest:
    """A request for a perspective; `nudged_at` is the time of the last reminder."""

    user: str
    by: str
    at: datetime
    nudged_at: datetime | None = None


def fingerprint(decision: Decision) -> str:
    """Return a hash of what a decider reads: the words, the answers and the recommendation.

    The buttons carry it, so that a press on an outdated message is detected.
    """
    read = [decision.title, decision.problem, dict(decision.answers), decision.verdict.option]
    return hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()[:12]
