"""The verdict on an answer sheet, and the semantics by which it is found.

Answers
    A question is answered, unknown (None: "don't know") or missing. Unknown and missing are open:
    they give no points and fulfil no condition, not even a `not`. One with `several` answers may
    have more than one at once, and fulfils a condition that names any of them. The answer to a
    question whose `ask_when` does not hold counts as missing, whatever was entered.

Points
    An option's points are the sum of the points of the rules that hold.

Needs
    A need's points are the sum of what rules give it; from its bar on it is large. An option is
    worth its own points and, for each need that it meets, 1 + the need's points less its bar. So an
    option that meets exactly the large needs is ahead, and what speaks for one need counts against
    no option that meets another.

Ruled out
    A veto that holds rules its options out: they keep their points for display and can't win. The
    others are the candidates.

Winner
    The candidate with the most points; among equals the one named first in playbook.yml. If every
    option is ruled out, the last option of the playbook is recommended, too close to call, and
    `steps` begins by saying so.

Lead
    The winner's points less those of the best other candidate; ruled-out options do not count.

Confidence
    How sure it is that the option stays ahead once everything is known: the certainty of its lead,
    averaged over plausible completions of the sheet (see `bot.playbooks.completions`). The
    certainty of a lead is 1 / (1 + 9 ^ (-lead / clear_lead)): a half at 0, 0.9 at `clear_lead`;
    1 for a sole candidate, 0 for an option that is no candidate. A gate with `caps` limits the
    confidence while it holds.

Strength
    The word for the confidence. From 0.9 on it is clear; under the certainty of `close_call`, or
    at a half, too close to call; between them leaning. Where all others are ruled out and it is
    not too close, it is the only one left. So the strength of a complete sheet is that of its lead.

Settled
    No completion recommends another option. Exact where there are few completions, which are then
    all tried; else by a sample, and by every single answer to an open question.

Provisional
    Not settled, or a gate with `provisional` holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import computed_field

from bot.playbooks.costs import CostEstimate
from bot.playbooks.model import Answer

Answers = Mapping[str, Answer]
"""Answers by question id: a missing question is not answered, None is "don't know"."""


class Strength(StrEnum):
    """How sure it is that the recommended option is the right one."""

    CLEAR = "clear"
    LEANING = "leaning"
    TOO_CLOSE = "too_close_to_call"
    ONLY_LEFT = "only_one_left"


@dataclass(frozen=True, slots=True)
class PlaybookRef:
    """The playbook, with version and content hash, that a verdict comes from."""

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
    year: int | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class VetoHit:
    """A veto that holds; `options` are those it rules out."""

    veto: str
    options: tuple[str, ...]
    because: str
    way_around: str
    source: str
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
    """A changed answer; `from_answer` is None where the question is open."""

    question: str
    from_answer: Answer
    to_answer: Answer


@dataclass(frozen=True, slots=True)
class Flip:
    """A smallest set of changes that leads to another option.

    `strength` is by the lead alone. `drifts`: every change goes the way that the playbook says
    answers go by themselves.
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
    another open answer too (then `alone` is false), other options that completions lead to.
    """

    question: str
    ask: str
    could_become: tuple[str, ...]
    alone: bool = True


@dataclass(frozen=True, slots=True)
class NeedLevel:
    """How large a need is; `large` from its bar on."""

    points: int
    bar: int
    large: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """The recommendation for an answer sheet, with everything that explains it.

    `reasons` speak for the recommended option, strongest first; `against` are the rules that take
    points from it and the strongest rules for the runner-up. `kind` is the variety of the option
    that the rules point to, where it has varieties. `confidence` is from 0 to 1. `anything_known`
    says whether rules gave any points; without points nothing is recommended. `costs` has an
    estimate for each option whose costs the playbook knows, in their order.
    """

    option: str
    kind: str | None
    strength: Strength
    confidence: float
    settled: bool
    lead: int
    points: Mapping[str, int]
    needs: Mapping[str, NeedLevel]
    anything_known: bool
    runner_up: str | None
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    vetoes: tuple[VetoHit, ...]
    gates: tuple[GateHit, ...]
    flips: tuple[Flip, ...]
    homework: tuple[Homework, ...]
    steps: tuple[str, ...]
    playbook: PlaybookRef
    costs: tuple[CostEstimate, ...] = ()

    @property
    def recommended(self) -> str | None:
        """The option that is recommended; None if nothing is."""
        return self.option if self.anything_known else None

    @computed_field  # type: ignore[prop-decorator]  # mypy has no decorated properties
    @property
    def provisional(self) -> bool:
        """Whether more should be known before acting on it. Part of the JSON."""
        return not self.settled or any(gate.provisional for gate in self.gates)

    @computed_field  # type: ignore[prop-decorator]  # mypy has no decorated properties
    @property
    def cost(self) -> CostEstimate | None:
        """What the recommended option costs; None if that is not known. Part of the JSON."""
        return next((each for each in self.costs if each.option == self.option), None)

    def vetoes_against(self, option: str) -> tuple[VetoHit, ...]:
        """Return the vetoes that hold and rule an option out."""
        return tuple(hit for hit in self.vetoes if option in hit.options)
