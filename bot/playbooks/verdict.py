"""What an answer sheet amounts to, and exactly how it is found.

Answers
    A question is answered, unknown (None: "don't know") or missing. Unknown and missing give no
    points and fulfil no condition, not even a `not`. The answer to a question whose `ask_when`
    does not hold counts as missing, whatever was entered.

Points
    An option's points are the sum of the points of the rules that hold.

Ruled out
    A veto that holds rules its options out: they keep their points for display and can't win. A
    veto with `alone` lets the option still be part of a combination.

Combinations
    An option that `combines` others is eligible when each part's points reach its bar (0 where
    none is given), no part is ruled out other than `alone`, and it is not ruled out itself. An
    eligible combination takes the place of its parts: they are no longer candidates. Its points,
    shown and compared, are the most that any of its parts has, plus its own from rules.
    A combination that is not eligible is not a candidate; it shows the least that any of its parts
    has, plus its own.

Winner
    The candidate with the most points; among equals the one named first in playbook.yml. If every
    option is ruled out, the last option of the playbook is recommended, too close to call, and
    `steps` begins by saying so.

Lead and strength
    The winner's points less those of the best other candidate, ruled-out options and the winner's
    own parts left aside. For a combination the lead is at most 1 + the smallest margin by which a
    part clears its bar. Under `close_call`, or with a lead of 0, the strength is too close to
    call, from `clear_lead` on it is clear, between them leaning. A sole candidate without parts
    is clear.

Settled
    Every way of answering the questions that are missing or unknown recommends the same option.

Provisional
    Not settled, or a gate holds that says so: what is recommended may rest on too little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import computed_field

Answers = Mapping[str, str | None]
"""Answer ids by question id: a missing question is not answered, None is "don't know"."""


class Strength(StrEnum):
    """How far ahead the recommended option is."""

    CLEAR = "clear"
    LEANING = "leaning"
    TOO_CLOSE = "too_close_to_call"


@dataclass(frozen=True, slots=True)
class PlaybookRef:
    """Which playbook, in which state, a verdict comes from."""

    id: str
    version: str
    hash: str


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that a reason, veto or gate rests on."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that holds, with the points that it gives to one option."""

    rule: str
    option: str
    points: int
    because: str
    source: str
    answers: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class VetoHit:
    """A veto that holds; `options` are those it rules out."""

    veto: str
    options: tuple[str, ...]
    because: str
    way_around: str
    source: str
    alone: bool
    answers: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class GateHit:
    """A gate that holds: a condition attached to the verdict."""

    gate: str
    provisional: bool
    say: str
    source: str | None
    answers: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One answer given otherwise; `from_answer` is None where the question is open."""

    question: str
    from_answer: str | None
    to_answer: str


@dataclass(frozen=True, slots=True)
class Flip:
    """A smallest set of changes that leads to another option.

    `drifts`: every change goes the way that the playbook says answers go by themselves.
    """

    changes: tuple[AnswerChange, ...]
    option: str
    strength: Strength
    drifts: bool
    text: str


@dataclass(frozen=True, slots=True)
class Homework:
    """An open question that could change the recommended option.

    `could_become`: the options that an answer to this question alone leads to, or, where it takes
    another open answer too (then `alone` is false), at least those that the two sides of it lead
    to.
    """

    question: str
    ask: str
    could_become: tuple[str, ...]
    alone: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """The recommendation for an answer sheet, with all that explains it.

    `reasons` speak for the recommended option, strongest first; `against` are the rules that take
    points from it and the strongest pushes for the runner-up. `kind` is the variety of the option
    that the rules point to, where it has varieties.
    """

    option: str
    kind: str | None
    strength: Strength
    settled: bool
    lead: int
    points: Mapping[str, int]
    runner_up: str | None
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    vetoes: tuple[VetoHit, ...]
    gates: tuple[GateHit, ...]
    flips: tuple[Flip, ...]
    homework: tuple[Homework, ...]
    steps: tuple[str, ...]
    playbook: PlaybookRef

    @property
    def anything_known(self) -> bool:
        """Whether any rule gave any option points; nothing is recommended as long as none did."""
        return any(self.points.values())

    @property
    def recommended(self) -> str | None:
        """The option that is recommended; None as long as nothing is."""
        return self.option if self.anything_known else None

    @computed_field  # type: ignore[prop-decorator]  # mypy has no decorated properties
    @property
    def provisional(self) -> bool:
        """Whether to act on it only once more is known: see `verdict`. Part of the JSON."""
        return not self.settled or any(gate.provisional for gate in self.gates)
