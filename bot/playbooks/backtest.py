"""Backtest the rules on published decisions, beside baselines that any rules should beat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.playbooks import conditions
from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import Case, CasesFile
from bot.playbooks.verdict import Strength


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
class CaseResult:
    """The playbook's result on one case.

    `asked` is the number of questions asked one at a time until none matters any more, `paged` the
    number asked a whole step at a time, `applying` the number whose `ask_when` holds.
    """

    case: Case
    option: str
    strength: Strength
    agrees: bool
    asked: int
    paged: int
    applying: int


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """All cases together; `confusion` counts them by (expected, recommended).

    `exact` is the number recommended as published, without those that are only also acceptable.
    """

    results: tuple[CaseResult, ...]
    playbook: CaseAgreement
    baselines: tuple[CaseAgreement, ...]
    confusion: Mapping[tuple[str, str], int]
    exact: int
    asked: float
    paged: float
    applying: float


def run_cases(engine: RuleEngine, cases: Sequence[Case]) -> Iterable[CaseResult]:
    """Yield the playbook's result on each case."""
    for case in cases:
        score = engine.score(case.answers)
        yield CaseResult(
            case=case,
            option=score.option,
            strength=score.strength,
            agrees=agrees(case, score.option),
            asked=_asked(engine, case, paged=False),
            paged=_asked(engine, case, paged=True),
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
        exact=sum(result.option == result.case.expected for result in results),
        paged=sum(result.paged for result in results) / count,
        asked=sum(result.asked for result in results) / count,
        applying=sum(result.applying for result in results) / count,
    )


def agrees(case: Case, option: str) -> bool:
    """Return whether an option is what was published, or also acceptable."""
    return option == case.expected or option in case.also_acceptable


def _asked(engine: RuleEngine, case: Case, *, paged: bool) -> int:
    """Count the questions asked until none matters any more: one by one, or by whole steps."""
    given: dict[str, str | None] = {}
    while matter := engine.questions_that_matter(given):
        page = [each for each in matter if each.step == matter[0].step] if paged else matter[:1]
        given.update({each.id: case.answers.get(each.id) for each in page})
    return len(given)


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
                if conditions.holds(terms, case.answers):
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
