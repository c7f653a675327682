"""Read access to decisions, and the filters and pages of lists.

Each query for a person takes a `ReadScope`. Storage translates it into SQL conditions;
`ReadScope.allows` is the same rule for a single decision.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from bot.decisions.model import (
    DecisionSummary,
    Draft,
    DraftPurpose,
    Person,
    Place,
    Status,
    Visibility,
)
from bot.playbooks.model import Answer

_NOBODY = ""
"""The user of a scope for an audience: nothing is its own."""


@dataclass(frozen=True, slots=True)
class ReadScope:
    """What a person may read from the conversation in which they ask.

    Never a decision of another workspace. Within it: decisions of public channels; decisions of
    the private channel in which they ask, whose members they are; and decisions that they
    drive, decide or contribute to. `here` is the id of that private channel, otherwise None.

    A guest sees only the channels that they were invited to. The one in which they ask is the only
    one that the bot knows of, so `here` is its id, public or private, and of public channels they
    may read the decisions of that one.

    A person who is asked for a perspective is not a contributor yet. They may read title and
    problem first, and the rest after answering, so that their perspective is independent.
    """

    workspace: str
    user: str
    here: str | None = None
    guest: bool = False

    @classmethod
    def of(cls, person: Person, place: Place | None = None, *, guest: bool = False) -> Self:
        """Return the scope of a person at a place; in App Home if there is none."""
        here = None
        if place is not None:
            counts = guest or place.visibility is Visibility.PRIVATE
            here = place.channel if counts and place.visibility is not Visibility.DIRECT else None
        return cls(person.workspace, person.user, here, guest)

    @classmethod
    def for_audience(cls, workspace: str, place: Place) -> Self:
        """Return the scope that all readers of a place have in common."""
        private = place.visibility is Visibility.PRIVATE
        return cls(workspace, _NOBODY, place.channel if private else None)

    def allows(self, decision: DecisionSummary, contributors: Collection[str] = ()) -> bool:
        """Return whether a decision may be read; `contributors` are user ids."""
        if decision.workspace != self.workspace:
            return False
        if self.user in {decision.driver, *decision.deciders, *contributors}:
            return True
        match decision.place.visibility:
            case Visibility.PUBLIC:
                return not self.guest or decision.place.channel == self.here
            case Visibility.PRIVATE:
                return decision.place.channel == self.here
            case Visibility.DIRECT:
                return False

    def allows_contribution(self, decision: DecisionSummary, asked: Collection[str]) -> bool:
        """Return whether this user may read title and problem, and add a perspective.

        Args:
            decision: the decision.
            asked: the user ids of those who were asked for one.
        """
        return decision.workspace == self.workspace and self.user in asked


def opened_from(draft: Draft, place: Place | None) -> Draft:
    """Return a draft after it was opened at a place; None is App Home.

    A draft of a private channel loses that origin if it is opened elsewhere, because its driver may
    no longer be a member. It gets an origin again when it is opened in a private channel. Edits and
    perspectives are not posted, so they keep their origin.
    """
    begun = draft.origin
    fixed = begun is not None and begun.visibility is not Visibility.PRIVATE
    if fixed or draft.purpose in {DraftPurpose.EDIT, DraftPurpose.PERSPECTIVE}:
        return draft
    private = place is not None and place.visibility is Visibility.PRIVATE
    return replace(draft, origin=place if private else None)


class Direction(StrEnum):
    """The direction of a page."""

    OLDER = "older"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The start of a page: a decision's number, which is not included, and a direction."""

    number: int
    direction: Direction


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """A filter on the decisions that may be read.

    `mine` keeps the decisions that the person drives, decides or contributed to. Empty `statuses`
    and `options` keep all. `options` are ids; an option matches if it was chosen, or if it is
    recommended and none was chosen. `words` must all occur in the title, the problem or the reason
    for deciding.
    """

    mine: bool = False
    statuses: tuple[Status, ...] = ()
    options: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """A page of decisions, newest first, and whether there are newer and older ones."""

    decisions: tuple[DecisionSummary, ...]
    newer: bool
    older: bool


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """The answers of a decision, by its number."""

    number: int
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class MessageRef:
    """The location of a decision's announcement in Slack."""

    channel: str
    ts: str
