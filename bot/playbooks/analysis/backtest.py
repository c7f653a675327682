"""Backtest the rules on published decisions, beside baselines that any rules should beat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.playbooks import conditions
from bot.playbooks.completions import ENOUGH, ENOUGH_BY_PAGE
from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import Answer, Case, CasesFile
from bot.playbooks.verdict import Strength

PAGE = 3
"""Questions on a page of the questionnaire."""
CONFIDENCES = (0.0, 0.5, 0.7, 0.9, 1.01)
"""The bounds of the ranges of confidence in a calibration table."""


@dataclass(frozen=True, slots=True)
class CaseShare:
    """A number of hits out of a number of cases."""

    hits: int
    of: int

    @property
    def percent(self) -> float:
        """The share in percent; 100 if there are no cases."""
        return 100 * self.hits / self.of if self.of else 100.0

    def __str__(self) -> str:
        return f"{self.hits} of {self.of} ({self.percent:.0f}%)" if self.of else "none"


@dataclass(frozen=True, slots=True)
class CaseAgreement:
    """How often a method recommends what was published, over all cases and over the clear ones."""

    name: str
    overall: CaseShare
    clear: CaseShare


@dataclass(frozen=True, slots=True)
class Interview:
    """How a questionnaire goes: the number of questions asked, and the option it ends with."""

    asked: int
    option: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """The playbook's result on one case.

    `one_by_one` and `by_pages` are what is left to ask when questions are asked in the order of
    `RuleEngine.next_questions` until it is enough. `applying` counts the questions whose
    `ask_when` holds.
    """

    case: Case
    option: str
    strength: Strength
    confidence: float
    agrees: bool
    one_by_one: Interview
    by_pages: Interview
    applying: int


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """All cases together; `confusion` counts them by (expected, recommended).

    `calibration` counts for each range of confidence how many agree. `exact` is the number
    recommended as published, without those that are only also acceptable. `same_...` is how often
    a questionnaire that stops when it is enough ends with the option of all answers.
    """

    results: tuple[CaseResult, ...]
    playbook: CaseAgreement
    baselines: tuple[CaseAgreement, ...]
    confusion: Mapping[tuple[str, str], int]
    calibration: Mapping[str, CaseShare]
    exact: int
    asked_one_by_one: float
    asked_by_pages: float
    same_one_by_one: CaseShare
    same_by_pages: CaseShare
    applying: float


def run_cases(engine: RuleEngine, cases: Sequence[Case]) -> Iterable[CaseResult]:
    """Yield the playbook's result on each case."""
    for case in cases:
        verdict = engine.evaluate(case.answers)
        yield CaseResult(
            case=case,
            option=verdict.option,
            strength=verdict.strength,
            confidence=verdict.confidence,
            agrees=agrees(case, verdict.option),
            one_by_one=interview(engine, case, page=1),
            by_pages=interview(engine, case, page=PAGE),
            applying=sum(
                engine.applies(question, case.answers) for question in engine.playbook.questions
            ),
        )


def summarize(file: CasesFile, results: Sequence[CaseResult], engine: RuleEngine) -> BacktestReport:
    """Summarize the results of all cases of a file, beside its baselines."""
    by_case = {result.case.id: result.option for result in results}
    count = len(results) or 1
    return BacktestReport(
        results=tuple(results),
        playbook=_agreement(engine.playbook.id, file.cases, lambda case: by_case[case.id]),
        baselines=tuple(_baselines(file, engine)),
        confusion=Counter((result.case.expected, result.option) for result in results),
        calibration=_calibration(results),
        exact=sum(result.option == result.case.expected for result in results),
        asked_one_by_one=sum(result.one_by_one.asked for result in results) / count,
        asked_by_pages=sum(result.by_pages.asked for result in results) / count,
        same_one_by_one=_same(results, [result.one_by_one for result in results]),
        same_by_pages=_same(results, [result.by_pages for result in results]),
        applying=sum(result.applying for result in results) / count,
    )


def agrees(case: Case, option: str) -> bool:
    """Return whether an option is what was published, or also acceptable."""
    return option == case.expected or option in case.also_acceptable


def interview(engine: RuleEngine, case: Case, page: int) -> Interview:
    """Ask for the answers of a case, the most telling first, until it is enough.

    Args:
        engine: of the playbook.
        case: an answer that it does not have is "don't know".
        page: how many questions to ask at once.
    """
    enough = ENOUGH_BY_PAGE if page > 1 else ENOUGH
    given: dict[str, Answer] = {}
    while not (upcoming := engine.next_questions(given, enough)).enough:
        given.update({each.id: case.answers.get(each.id) for each in upcoming.questions[:page]})
    return Interview(len(given), upcoming.option)


def _calibration(results: Sequence[CaseResult]) -> dict[str, CaseShare]:
    found = {}
    for low, high in pairwise(CONFIDENCES):
        within = [result for result in results if low <= result.confidence < high]
        label = f"{low:.0%} and more" if high > 1 else f"{low:.0%} to {high:.0%}"
        found[label] = CaseShare(sum(result.agrees for result in within), len(within))
    return found


def _same(results: Sequence[CaseResult], interviews: Sequence[Interview]) -> CaseShare:
    pairs = zip(results, interviews, strict=True)
    return CaseShare(sum(a.option == b.option for a, b in pairs), len(results))


def _baselines(file: CasesFile, engine: RuleEngine) -> Iterable[CaseAgreement]:
    expected = Counter(case.expected for case in file.cases)
    always = file.always or (expected.most_common(1)[0][0] if expected else None)
    if always is not None:
        title = engine.playbook.options[always].title
        yield _agreement(f"always {title}", file.cases, lambda _: always)
    if file.baseline:
        branches = [(engine.terms(branch.when), branch.option) for branch in file.baseline]
        asked = frozenset[str]().union(*(conditions.named(b.when) for b in file.baseline))

        def decide(case: Case) -> str:
            for terms, option in branches:
                if engine.holds(terms, case.answers):
                    return option
            return next(iter(engine.playbook.options))

        yield _agreement(f"a rule of {len(asked)} questions", file.cases, decide)


def _agreement(name: str, cases: Sequence[Case], decide: Callable[[Case], str]) -> CaseAgreement:
    return CaseAgreement(
        name,
        _share(cases, decide),
        _share([case for case in cases if case.ambiguity == "clear"], decide),
    )


def _share(cases: Sequence[Case], decide: Callable[[Case], str]) -> CaseShare:
    return CaseShare(sum(agrees(case, decide(case)) for case in cases), len(cases))
