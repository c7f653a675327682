"""What the options of a playbook cost, computed from an answer sheet.

A quantity is a number that depends on the answer to a question. A cost is a sum of terms, each of
quantities x times x price. A month costs what all its answers cost, plus what is due whatever the
use. Numbers are in the playbook's currency, seconds and weeks; words are rounded to two digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import prod
from typing import NamedTuple

from pydantic import computed_field

from bot.playbooks import conditions
from bot.playbooks.model import (
    Answer,
    Costs,
    CostTerm,
    CostText,
    OptionCost,
    Playbook,
    Quantity,
    Question,
)

DAYS_A_MONTH = 365 / 12
WORKDAYS_A_WEEK = 5
MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class CostRange:
    """From the lowest to the highest plausible amount."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What one option costs by an answer sheet. None is not known.

    Attributes:
        option: its id.
        kind: the kind of the option that it is for.
        currency: the sign before amounts of money.
        requests: answers a day.
        requests_unit: what these are, such as "requests a day".
        per_answer: money.
        per_month: money, with what is due whatever the use.
        delay: seconds to an answer.
        effort: weeks to a first version.
        upkeep: what keeping it takes, in words.
        assumptions: the numbers that it rests on, in words; a guess is called one.
        checked: the day of the oldest price.
        source: of delay, effort and upkeep.
        fixed: what of a month is due whatever the use, such as hosting; None if nothing is.
    """

    option: str
    kind: str | None
    currency: str
    requests: float
    requests_unit: str
    per_answer: CostRange | None
    per_month: CostRange | None
    delay: CostRange | None
    effort: CostRange | None
    upkeep: str | None
    assumptions: tuple[str, ...]
    checked: date | None
    source: str | None
    fixed: CostRange | None = None

    @computed_field  # type: ignore[prop-decorator]  # mypy has no decorated properties
    @property
    def line(self) -> str:
        """The estimate in one line; empty if nothing is known. Part of the JSON.

        Such as "About $40 a month at 3,000 requests a day · answers in 2-5 s · 4-10 weeks to a
        first version".
        """
        parts = []
        if self.per_month is not None:
            parts.append(f"{self.month} a month at {_number(self.requests)} {self.requests_unit}")
        if self.delay is not None:
            parts.append(f"answers in {self.wait}")
        if self.effort is not None:
            parts.append(f"{self.work} to a first version")
        line = " · ".join(parts)
        return line[:1].upper() + line[1:]

    @property
    def month(self) -> str:
        """The cost of a month, such as "about $40"; empty if it is not known."""
        return _money(self.per_month, self.currency)

    @property
    def fixed_month(self) -> str:
        """What of a month is due whatever the use, such as "about $900"; empty if nothing is."""
        return _money(self.fixed, self.currency)

    @property
    def each(self) -> str:
        """The cost of an answer, such as "about $0.013"; empty if it is not known."""
        return _money(self.per_answer, self.currency, least=0)

    @property
    def wait(self) -> str:
        """The delay, such as "2-5 s"; empty if it is not known."""
        if self.delay is None:
            return ""
        for unit, seconds in (("h", HOUR), ("min", MINUTE)):
            if self.delay.high >= 2 * seconds:
                return f"{_from_to(self.delay, 1 / seconds)} {unit}"
        return f"{_from_to(self.delay)} s"

    @property
    def work(self) -> str:
        """The effort, such as "4-10 weeks"; empty if it is not known."""
        effort = self.effort
        if effort is None:
            return ""
        if effort.high <= 1:
            return f"{_from_to(effort, WORKDAYS_A_WEEK)} days"
        if effort.low < 1:
            return f"{_number(effort.low * WORKDAYS_A_WEEK)} days to {_number(effort.high)} weeks"
        return f"{_from_to(effort)} weeks"


class CostCalculator:
    """Estimates what the options of one playbook cost; prices and words are worked out once."""

    def __init__(self, playbook: Playbook) -> None:
        self._costs = costs = playbook.costs
        if costs is None:
            return
        self._questions = {question.id: question for question in playbook.questions}
        self._requests = _KnownQuantity(costs.requests, self._questions)
        self._quantities = {
            name: _KnownQuantity(quantity, self._questions)
            for name, quantity in costs.quantities.items()
        }
        self._options = {
            (option, kind): _KnownCost(costs, option, kind)
            for option, text in costs.options.items()
            for kind in (None, *text.kinds)
        }

    def estimates(
        self, answers: Mapping[str, Answer], kinds: Mapping[str, str | None]
    ) -> tuple[CostEstimate, ...]:
        """Return an estimate for each option whose costs the playbook knows.

        Args:
            answers: by question. An answer to a question that does not apply counts as missing.
            kinds: the kind of each option, in the order of the result.
        """
        if self._costs is None:
            return ()
        values = conditions.expand(answers, self._questions)
        assumed = {name: each.of(answers, values) for name, each in self._quantities.items()}
        requests = self._requests.of(answers, values)
        known = [
            (kind, self._options.get((option, kind)) or self._options.get((option, None)))
            for option, kind in kinds.items()
        ]
        return tuple(each.estimate(kind, requests, assumed) for kind, each in known if each)


class _KnownQuantity:
    """A quantity with its amount and words for each answer."""

    def __init__(self, quantity: Quantity, questions: Mapping[str, Question]) -> None:
        self._question = questions[quantity.question] if quantity.question else None
        self._asked_when: Sequence[conditions.Term] = ()
        self._amount_of = quantity.amount_of
        guess = " (a guess: not answered)" if self._question else ""
        words = f"{_number(quantity.otherwise)} {quantity.unit}{guess}"
        self._open = _Assumption(quantity.otherwise, words)
        self._given: dict[str, _Assumption] = {}
        if self._question is not None:
            self._asked_when = conditions.terms(self._question.ask_when, questions)
            for answer in self._question.answers:
                amount = quantity.amount_of(answer)
                self._given[answer] = _Assumption(amount, f"{_number(amount)} {quantity.unit}")

    def of(self, answers: Mapping[str, Answer], values: conditions.Values) -> _Assumption:
        """Return the amount for these answers; the largest of several."""
        given = answers.get(self._question.id) if self._question else None
        if not given or not conditions.holds(self._asked_when, values):
            return self._open
        answer = given if isinstance(given, str) else max(given, key=self._amount_of)
        return self._given[answer]


class _Assumption(NamedTuple):
    amount: float
    words: str


class _KnownTerm(NamedTuple):
    """A term with its price worked in."""

    quantities: tuple[str, ...]
    low: float
    high: float


class _KnownCost:
    """The costs of an option, or of one of its kinds, with their prices."""

    def __init__(self, costs: Costs, option: str, kind: str | None) -> None:
        self._costs, self._option = costs, option
        self._text = text = _text(costs.options[option], kind)
        self._per_answer = [_known_term(costs, term) for term in text.per_answer or ()]
        self._per_month = [_known_term(costs, term) for term in text.per_month or ()]
        self._has_cost = text.per_answer is not None or text.per_month is not None
        terms = [*self._per_answer, *self._per_month]
        self._named = tuple(dict.fromkeys(name for term in terms for name in term.quantities))
        dates = [
            costs.prices[term.price].checked
            for term in (*(text.per_answer or ()), *(text.per_month or ()))
        ]
        self._checked = min([*dates, *([text.checked] if text.checked else [])], default=None)

    def estimate(
        self, kind: str | None, requests: _Assumption, assumed: Mapping[str, _Assumption]
    ) -> CostEstimate:
        """Return the estimate for these quantities."""
        costs, text = self._costs, self._text
        each = _sum(self._per_answer, assumed)
        month = _sum(self._per_month, assumed)
        times = requests.amount * DAYS_A_MONTH
        used = [assumed[name] for name in self._named]
        return CostEstimate(
            option=self._option,
            kind=kind,
            currency=costs.currency,
            requests=requests.amount,
            requests_unit=costs.requests.unit,
            per_answer=None if text.per_answer is None else each,
            per_month=CostRange(each.low * times + month.low, each.high * times + month.high)
            if self._has_cost
            else None,
            fixed=month if month.high else None,
            delay=text.delay and CostRange(*text.delay),
            effort=text.effort and CostRange(*text.effort),
            upkeep=text.upkeep,
            assumptions=tuple(one.words for one in (requests, *used) if one.amount),
            checked=self._checked,
            source=text.source,
        )


def cost_basis(estimates: Iterable[CostEstimate], costs: Costs | None) -> tuple[str, ...]:
    """Return sentences that say what estimates rest on: quantities, dates, the playbook's note.

    Args:
        estimates: of one answer sheet.
        costs: of the playbook that they come from; None if it is not known any more.
    """
    listed = tuple(estimates)
    assumed = dict.fromkeys(words for made in listed for words in made.assumptions)
    dates = [made.checked for made in listed if made.checked is not None]
    found = []
    if assumed:
        found.append(f"Assumes {', '.join(assumed)}.")
    if dates:
        found.append(f"The oldest price was looked up on {min(dates)}.")
    if costs is not None and costs.note:
        found.append(costs.note)
    return tuple(found)


def _text(option: OptionCost, kind: str | None) -> CostText:
    """Return the costs of an option, with what its kind replaces."""
    own = option.kinds.get(kind or "")
    if own is None:
        return option
    return option.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})


def _known_term(costs: Costs, term: CostTerm) -> _KnownTerm:
    price = costs.prices[term.price]
    low, high = (
        times * amount / price.per for times, amount in zip(term.times, price.amount, strict=True)
    )
    return _KnownTerm(term.quantity or (), low, high)


def _sum(terms: Iterable[_KnownTerm], assumed: Mapping[str, _Assumption]) -> CostRange:
    low = high = 0.0
    for term in terms:
        amount = prod(assumed[name].amount for name in term.quantities)
        low += amount * term.low
        high += amount * term.high
    return CostRange(low, high)


def _money(amount: CostRange | None, currency: str, least: float = 1) -> str:
    """Return an amount of money in words; what is less than `least` as "under" that."""
    if amount is None:
        return ""
    if amount.high < least:
        return f"under {currency}{_number(least)}"
    low, high = _price(amount.low), _price(amount.high)
    return f"about {currency}{low}" if low == high else f"about {currency}{low}-{high}"


def _price(amount: float) -> str:
    """Return an amount of money to two digits, with both digits of the cents where it has any."""
    words = _number(amount)
    return f"{words}0" if words[-2:-1] == "." else words


def _from_to(amounts: CostRange, factor: float = 1) -> str:
    low, high = _number(amounts.low * factor), _number(amounts.high * factor)
    return low if low == high else f"{low}-{high}"


def _number(amount: float) -> str:
    """Return a number to two significant digits, written out: 0.013, 1.5, 40, 12,000."""
    rounded = Decimal(f"{amount:.2g}")
    whole = rounded == rounded.to_integral_value()
    return f"{rounded:,.0f}" if whole else f"{rounded.normalize():f}"
