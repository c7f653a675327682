"""Cross-checks within a playbook: unknown names, order, outdated facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.playbooks import conditions
from bot.playbooks.model import (
    CONDITION_KEYWORDS,
    Answer,
    Bakeoff,
    CasesFile,
    Condition,
    Costs,
    CostTerm,
    CostText,
    Gate,
    PlaybookFile,
    Quantity,
    Question,
    Rule,
    RulesFile,
    Veto,
)
from bot.playbooks.schema import CASES, PLAYBOOK, QUESTIONS, RULES
from bot.playbooks.yaml_source import Document, Path, PlaybookProblem, nearest

STALE_AFTER = timedelta(days=365)
"""Prices, models and laws change; a fact that is older is to be looked up again."""

_COLUMN = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class _Checker:
    """Collects the problems of one file."""

    def __init__(self, file: str, document: Document) -> None:
        self.file, self.document, self.found = file, document, list[PlaybookProblem]()

    def say(self, path: Path, message: str, suggestion: str | None = None) -> None:
        place = self.document.place(path)
        self.found.append(PlaybookProblem(self.file, *place, message, suggestion))

    def say_key(self, path: Path, message: str, suggestion: str | None = None) -> None:
        place = self.document.key_place(path)
        self.found.append(PlaybookProblem(self.file, *place, message, suggestion))

    def known(self, what: str, word: str, words: Iterable[str], path: Path) -> bool:
        """Return whether a word is one of these; if not, report it with the nearest."""
        words = list(words)
        if word not in words:
            at_key = path and path[-1] == word
            say = self.say_key if at_key else self.say
            say(path, f"unknown {what} `{word}`", nearest(word, words))
            return False
        return True

    def unique(self, what: str, ids: Iterable[str], *path: str | int) -> None:
        seen = set[str]()
        for position, name in enumerate(ids):
            if name in seen:
                self.say((*path, position, "id"), f"{what} `{name}` is here twice")
            seen.add(name)


def check_playbook(
    head: PlaybookFile | None,
    questions: Sequence[Question] | None,
    rules: RulesFile | None,
    documents: Mapping[str, Document],
) -> list[PlaybookProblem]:
    """Return the problems within and between the three files; None is an unreadable file."""
    found = list[PlaybookProblem]()
    if head is not None:
        found += _head(_Checker(PLAYBOOK, documents[PLAYBOOK]), head)
        if head.bakeoff is not None:
            found += _bakeoff(_Checker(PLAYBOOK, documents[PLAYBOOK]), head, head.bakeoff)
    if questions is None:
        return found
    by_id = _by_id(questions)
    asked = _Checker(QUESTIONS, documents[QUESTIONS])
    found += _questions(asked, questions, head)
    if head is not None:
        found += _kinds(_Checker(PLAYBOOK, documents[PLAYBOOK]), head, by_id)
        if head.costs is not None:
            found += _costs(_Checker(PLAYBOOK, documents[PLAYBOOK]), head, head.costs, by_id)
    if rules is not None:
        checker = _Rules(_Checker(RULES, documents[RULES]), by_id, head, expand=not asked.found)
        found += checker.run(rules)
    return found


def _by_id(questions: Sequence[Question]) -> dict[str, Question]:
    """Index questions by id; a duplicate gets the answers of both, to avoid follow-up errors."""
    found: dict[str, Question] = {}
    for question in questions:
        if question.id in found:
            answers = {**question.answers, **found[question.id].answers}
            found[question.id] = found[question.id].model_copy(update={"answers": answers})
        else:
            found[question.id] = question
    return found


def check_cases(
    cases: CasesFile,
    questions: Sequence[Question],
    options: Mapping[str, object],
    document: Document,
) -> list[PlaybookProblem]:
    """Return the problems of cases that name what the playbook does not have."""
    check = _Checker(CASES, document)
    by_id = _by_id(questions)
    base: Path = () if isinstance(document.data, list) else ("cases",)
    check.unique("case", (case.id for case in cases.cases), *base)
    for position, case in enumerate(cases.cases):
        path = (*base, position)
        for question, answer in case.answers.items():
            place = (*path, "answers", question)
            if check.known("question", question, by_id, place):
                _case_answer(check, by_id[question], answer, place)
        check.known("option", case.expected, options, (*path, "expected"))
        for which, option in enumerate(case.also_acceptable):
            check.known("option", option, options, (*path, "also_acceptable", which))
    if cases.always is not None:
        check.known("option", cases.always, options, ("always",))
    for position, branch in enumerate(cases.baseline):
        check.known("option", branch.option, options, ("baseline", position, "option"))
        _condition(check, branch.when, by_id, ("baseline", position, "when"))
    return check.found


def _case_answer(check: _Checker, question: Question, answer: Answer, path: Path) -> None:
    if isinstance(answer, str):
        check.known("answer", answer, question.answers, (*path, ""))
        return
    for position, each in enumerate(answer or ()):
        check.known("answer", each, question.answers, (*path, position))
    if answer is not None and (problem := question.problem_with(answer)):
        check.say(path, problem)


@dataclass(frozen=True, slots=True)
class _DatedFact:
    """A fact with the day it was last looked up, and where in its file that is written."""

    file: str
    path: Path
    name: str
    source: str | None
    checked: date


def check_dates(
    head: PlaybookFile | None,
    rules: RulesFile | None,
    documents: Mapping[str, Document],
    today: date,
) -> tuple[list[PlaybookProblem], list[PlaybookProblem]]:
    """Check every `checked` date.

    Args:
        head: the content of playbook.yml; None if it can't be read.
        rules: that of rules.yml.
        documents: the same with positions, by file.
        today: the current day.

    Returns:
        A problem for each date in the future, and a warning for each that is too long ago.
    """
    future, stale = list[PlaybookProblem](), list[PlaybookProblem]()
    for fact in (*_dated_costs(head), *_dated_models(head), *_dated_rules(rules)):
        place = documents[fact.file].place(fact.path)
        if fact.checked > today:
            message = (
                f"`checked` is {fact.checked}, which is still to come: "
                "write the day on which it was last looked up"
            )
            future.append(PlaybookProblem(fact.file, *place, message))
        elif today - fact.checked > STALE_AFTER:
            source = f" ({fact.source})" if fact.source else ""
            message = (
                f"`{fact.name}` rests on a fact last checked on {fact.checked}, "
                f"{(today - fact.checked).days} days ago: look it up again{source}"
            )
            stale.append(PlaybookProblem(fact.file, *place, message))
    return future, stale


def _dated_rules(rules: RulesFile | None) -> Iterator[_DatedFact]:
    if rules is None:
        return
    groups: tuple[tuple[str, Sequence[Rule | Veto | Gate]], ...] = (
        ("rules", rules.rules),
        ("vetoes", rules.vetoes),
        ("gates", rules.gates),
    )
    for group, members in groups:
        for position, member in enumerate(members):
            if member.checked is not None:
                path = (group, position, "checked")
                yield _DatedFact(RULES, path, member.id, member.source, member.checked)


def _dated_models(head: PlaybookFile | None) -> Iterator[_DatedFact]:
    if head is None or head.bakeoff is None:
        return
    for name, model in head.bakeoff.models.items():
        if model.checked is not None:
            path = ("bakeoff", "models", name, "checked")
            yield _DatedFact(PLAYBOOK, path, name, model.source, model.checked)


def _dated_costs(head: PlaybookFile | None) -> Iterator[_DatedFact]:
    if head is None or head.costs is None:
        return
    for name, price in head.costs.prices.items():
        path: Path = ("costs", "prices", name, "checked")
        yield _DatedFact(PLAYBOOK, path, name, price.source, price.checked)
    for name, option in head.costs.options.items():
        texts: list[tuple[Path, CostText]] = [((), option)]
        texts += [(("kinds", kind), text) for kind, text in option.kinds.items()]
        for below, text in texts:
            if text.checked is not None:
                path = ("costs", "options", name, *below, "checked")
                yield _DatedFact(PLAYBOOK, path, name, text.source, text.checked)


def _head(check: _Checker, head: PlaybookFile) -> list[PlaybookProblem]:
    check.unique("step", (step.id for step in head.steps), "steps")
    if head.clear_lead < head.close_call:
        check.say(("clear_lead",), "`clear_lead` must not be less than `close_call`")
    for need in head.needs:
        if need in head.options:
            check.say_key(("needs", need), f"`{need}` is the id of an option already")
    for name, option in head.options.items():
        for position, need in enumerate(option.meets):
            check.known("need", need, head.needs, ("options", name, "meets", position))
    return check.found


def _kinds(
    check: _Checker, head: PlaybookFile, questions: Mapping[str, Question]
) -> list[PlaybookProblem]:
    for name, option in head.options.items():
        for kind, text in option.kinds.items():
            if text.when is not None:
                path = ("options", name, "kinds", kind, "when")
                _condition(check, text.when, questions, path)
    return check.found


def _costs(
    check: _Checker, head: PlaybookFile, costs: Costs, questions: Mapping[str, Question]
) -> list[PlaybookProblem]:
    _amounts(check, costs.requests, questions, ("costs", "requests"))
    for name, quantity in costs.quantities.items():
        _amounts(check, quantity, questions, ("costs", "quantities", name))
    for name, option in costs.options.items():
        path: Path = ("costs", "options", name)
        check.known("option", name, head.options, path)
        _terms(check, option, costs, path)
        kinds = head.options[name].kinds if name in head.options else option.kinds
        for kind, text in option.kinds.items():
            check.known("kind", kind, kinds, (*path, "kinds", kind))
            _terms(check, text, costs, (*path, "kinds", kind))
    return check.found


def _bakeoff(check: _Checker, head: PlaybookFile, bakeoff: Bakeoff) -> list[PlaybookProblem]:
    if bakeoff.base + bakeoff.gain > 1:
        check.say(("bakeoff", "gain"), "`base` and `gain` come to more than 1")
    check.unique("arm", (arm.id for arm in bakeoff.arms), "bakeoff", "arms")
    for position, arm in enumerate(bakeoff.arms):
        path = ("bakeoff", "arms", position)
        check.known("model", arm.model, bakeoff.models, (*path, "model"))
        for which, option in enumerate(arm.decides):
            check.known("option", option, head.options, (*path, "decides", which))
        for column in _COLUMN.findall(arm.prompt):
            check.known("column", column, bakeoff.columns, (*path, "prompt"))
    return check.found


def _amounts(
    check: _Checker, quantity: Quantity, questions: Mapping[str, Question], path: Path
) -> None:
    if quantity.question is None:
        if quantity.amounts:
            check.say((*path, "amounts"), "`amounts` needs the `question` whose answers it names")
        return
    place = (*path, "question")
    if check.known("question", quantity.question, questions, place):
        for answer in quantity.amounts:
            answers = questions[quantity.question].answers
            check.known("answer", answer, answers, (*path, "amounts", answer))


def _terms(check: _Checker, text: CostText, costs: Costs, path: Path) -> None:
    for which in ("per_answer", "per_month"):
        terms: Sequence[CostTerm] = getattr(text, which) or ()
        for position, term in enumerate(terms):
            place = (*path, which, position)
            check.known("price", term.price, costs.prices, (*place, "price"))
            for at, name in enumerate(term.quantity or ()):
                check.known("quantity", name, costs.quantities, (*place, "quantity", at))


def _questions(
    check: _Checker, questions: Sequence[Question], head: PlaybookFile | None
) -> list[PlaybookProblem]:
    check.unique("question", (question.id for question in questions))
    by_id = _by_id(questions)
    steps = [step.id for step in head.steps] if head else []
    order: dict[str, tuple[int, int]] = {}
    for at, question in enumerate(questions):
        order.setdefault(question.id, _place(question, at, steps))
    for position, question in enumerate(questions):
        if question.id in CONDITION_KEYWORDS:
            check.say((position, "id"), f"`{question.id}` is a word of conditions, not an id")
        if head:
            check.known("step", question.step, steps, (position, "step"))
        for words in ("becomes", "said"):
            for answer in getattr(question, words):
                check.known("answer", answer, question.answers, (position, words, answer))
        _alone(check, question, (position, "alone"))
        _drifts(check, question, (position, "drifts"))
        if question.ask_when:
            path: Path = (position, "ask_when")
            _condition(check, question.ask_when, by_id, path)
            for other in sorted(conditions.named(question.ask_when)):
                if other in order and order[other] >= order[question.id]:
                    check.say(path, f"it depends on `{other}`, which is not asked before it")
    return check.found


def _alone(check: _Checker, question: Question, path: Path) -> None:
    for which, answer in enumerate(question.alone):
        check.known("answer", answer, question.answers, (*path, which))
    if question.alone and not question.several:
        check.say(path, "`alone` is only for questions with `several`")


def _drifts(check: _Checker, question: Question, path: Path) -> None:
    if isinstance(question.drifts, Mapping):
        for start, ends in question.drifts.items():
            check.known("answer", start, question.answers, (*path, start))
            for which, end in enumerate(ends):
                check.known("answer", end, question.answers, (*path, start, which))


def _place(question: Question, position: int, steps: Sequence[str]) -> tuple[int, int]:
    return (steps.index(question.step) if question.step in steps else 0, position)


def _condition(
    check: _Checker, condition: Condition, questions: Mapping[str, Question], path: Path
) -> None:
    for name, answers in condition.wanted.items():
        if name.lower() in CONDITION_KEYWORDS:
            check.say_key((*path, name), f"unknown question `{name}`", name.lower())
        elif check.known("question", name, questions, (*path, name)):
            for position, answer in enumerate(answers):
                check.known("answer", answer, questions[name].answers, (*path, name, position))
    for word, parts in (("all", condition.every), ("any", condition.some)):
        for position, part in enumerate(parts):
            _condition(check, part, questions, (*path, word, position))
    if condition.negated:
        _condition(check, condition.negated, questions, (*path, "not"))


class _Rules:
    def __init__(
        self,
        check: _Checker,
        questions: Mapping[str, Question],
        head: PlaybookFile | None,
        *,
        expand: bool,
    ) -> None:
        self.check, self.questions, self.expand = check, questions, expand
        self.head, self.options = head, head.options if head else None

    def run(self, rules: RulesFile) -> list[PlaybookProblem]:
        groups: tuple[tuple[str, str, Sequence[Rule | Veto | Gate]], ...] = (
            ("rules", "rule", rules.rules),
            ("vetoes", "veto", rules.vetoes),
            ("gates", "gate", rules.gates),
        )
        for name, one, members in groups:
            self.check.unique(one, (member.id for member in members), name)
            for position, member in enumerate(members):
                if member.when != Condition() or name != "gates":
                    self._when(member.when, (name, position, "when"))
        for position, rule in enumerate(rules.rules):
            self._points(rule, ("rules", position))
        for position, veto in enumerate(rules.vetoes):
            for which, option in enumerate(veto.rules_out):
                self._option(option, ("vetoes", position, "rules_out", which))
        for position, gate in enumerate(rules.gates):
            for which, option in enumerate(gate.recommends):
                self._option(option, ("gates", position, "recommends", which))
            if gate.when == Condition() and not gate.recommends:
                say = "it needs `when`, `recommends` or both, else it would always hold"
                self.check.say(("gates", position), say)
        return self.check.found

    def _when(self, when: Condition, path: Path) -> None:
        before = len(self.check.found)
        _condition(self.check, when, self.questions, path)
        if len(self.check.found) > before or not self.expand:
            return
        try:
            found = conditions.terms(when, self.questions)
        except conditions.TooInvolvedError as error:
            self.check.say(path, str(error))
            return
        if not found:
            self.check.say(path, "it can never hold")
        elif not conditions.named(when):
            self.check.say(path, "it names no question, so it would always hold")

    def _points(self, rule: Rule, path: Path) -> None:
        before = len(self.check.found)
        for option, points in rule.points.items():
            if self.head is not None:
                worth = [*self.head.options, *self.head.needs]
                self.check.known("option", option, worth, (*path, "points", option))
            if points == 0:
                self.check.say((*path, "points", option), "0 points say nothing: leave it out")
        if isinstance(rule.because, Mapping):
            for name in rule.because:
                place = (*path, "because", name)
                self.check.known("option of its points", name, rule.points, place)
        if rule.kind and self.options is not None and len(self.check.found) == before:
            argued_for = set(rule.points)
            kinds = [
                kind
                for name, option in self.options.items()
                if argued_for & {name, *option.meets}
                for kind in option.kinds
            ]
            self.check.known("kind", rule.kind, kinds, (*path, "kind"))

    def _option(self, option: str, path: Path) -> None:
        if self.options is not None:
            self.check.known("option", option, self.options, path)
