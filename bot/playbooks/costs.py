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

from pydantic import computed_field

from bot.playbooks import conditions
from bot.playbooks.model import Answer, Costs, CostTerm, CostText, OptionCost, Playbook, Quantity

DAYS_A_MONTH = 365 / 12
WORKDAYS_A_WEEK = 5
MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class CostRange:
    """From the lowest to the highest plausible amount."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number that an estimate rests on; `answer` is None where it is the playbook's guess."""

    quantity: str
    amount: float
    unit: str
    question: str | None
    answer: str | None

    @property
    def words(self) -> str:
        """The assumption for people, such as "3,000 requests a day (a guess)"."""
        guess = "" if self.answer or self.question is None else " (a guess: not answered)"
        return f"{_number(self.amount)} {self.unit}{guess}"


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What one option costs by an answer sheet. None is not known.

    Attributes:
        option: its id.
        kind: the kind of the option that was reckoned with.
        currency: the sign before amounts of money.
        requests: answers a day.
        requests_unit: what these are, such as "requests a day".
        per_answer: money.
        per_month: money, with what is due whatever the use.
        delay: seconds to an answer.
        effort: weeks to a first version.
        upkeep: what keeping it takes, in words.
        assumptions: the numbers that it rests on.
        checked: the day of the oldest price.
        source: of delay, effort and upkeep.
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
    assumptions: tuple[Assumption, ...]
    checked: date | None
    source: str | None

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
    """Estimates what the options of one playbook cost."""

    def __init__(self, playbook: Playbook) -> None:
        self._costs = playbook.costs
        self._questions = {question.id: question for question in playbook.questions}
        asked = {each.question for each in _quantities(playbook.costs)} - {None}
        self._asked_when = {
            question.id: conditions.terms(question.ask_when, self._questions)
            for question in playbook.questions
            if question.id in asked
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
        counted = {
            name: answers.get(name)
            for name, terms in self._asked_when.items()
            if conditions.holds(terms, values)
        }
        quantities = {
            name: _assume(name, quantity, counted)
            for name, quantity in self._costs.quantities.items()
        }
        requests = _assume("requests", self._costs.requests, counted)
        return tuple(
            _estimate(self._costs, option, kind, requests, quantities)
            for option, kind in kinds.items()
            if option in self._costs.options
        )


def cost_basis(estimates: Iterable[CostEstimate], costs: Costs | None) -> tuple[str, ...]:
    """Return sentences that say what estimates rest on: quantities, dates, the playbook's note.

    Args:
        estimates: of one answer sheet.
        costs: of the playbook that they come from; None if it is not known any more.
    """
    listed = tuple(estimates)
    assumed = dict.fromkeys(
        each.words for made in listed for each in made.assumptions if each.amount
    )
    dates = [made.checked for made in listed if made.checked is not None]
    found = []
    if assumed:
        found.append(f"Reckoned with {', '.join(assumed)}.")
    if dates:
        found.append(f"The oldest price was looked up on {min(dates)}.")
    if costs is not None and costs.note:
        found.append(costs.note)
    return tuple(found)


def _quantities(costs: Costs | None) -> Sequence[Quantity]:
    return [costs.requests, *costs.quantities.values()] if costs else []


def _assume(name: str, quantity: Quantity, answers: Mapping[str, Answer]) -> Assumption:
    given = answers.get(quantity.question) if quantity.question else None
    listed = (given,) if isinstance(given, str) else given or ()
    answer = max(listed, key=quantity.amount_of, default=None)
    return Assumption(name, quantity.amount_of(answer), quantity.unit, quantity.question, answer)


def _estimate(
    costs: Costs,
    option: str,
    kind: str | None,
    requests: Assumption,
    quantities: Mapping[str, Assumption],
) -> CostEstimate:
    text = _text(costs.options[option], kind)
    terms = [*(text.per_answer or ()), *(text.per_month or ())]
    per_answer = None if text.per_answer is None else _sum(costs, text.per_answer, quantities)
    per_month = None
    if per_answer is not None or text.per_month is not None:
        fixed = _sum(costs, text.per_month or (), quantities)
        used = per_answer or CostRange(0, 0)
        times = requests.amount * DAYS_A_MONTH
        per_month = CostRange(used.low * times + fixed.low, used.high * times + fixed.high)
    used_in_terms = dict.fromkeys(name for term in terms for name in term.quantity or ())
    dates = [costs.prices[term.price].checked for term in terms]
    return CostEstimate(
        option=option,
        kind=kind,
        currency=costs.currency,
        requests=requests.amount,
        requests_unit=requests.unit,
        per_answer=per_answer,
        per_month=per_month,
        delay=text.delay and CostRange(*text.delay),
        effort=text.effort and CostRange(*text.effort),
        upkeep=text.upkeep,
        assumptions=(requests, *(quantities[name] for name in used_in_terms)),
        checked=min([*dates, *([text.checked] if text.checked else [])], default=None),
        source=text.source,
    )


def _text(option: OptionCost, kind: str | None) -> CostText:
    """Return the costs of an option, with what its kind replaces."""
    own = option.kinds.get(kind or "")
    if own is None:
        return option
    return option.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})


def _sum(
    costs: Costs, terms: Iterable[CostTerm], quantities: Mapping[str, Assumption]
) -> CostRange:
    low = high = 0.0
    for term in terms:
        price = costs.prices[term.price]
        amount = prod(quantities[name].amount for name in term.quantity or ())
        low += amount * term.times[0] * price.amount[0] / price.per
        high += amount * term.times[1] * price.amount[1] / price.per
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
