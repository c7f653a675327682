"""Costs: estimates that can be checked by hand, their words, and errors in the YAML."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playbooks import loader
from bot.playbooks.costs import CostCalculator, CostEstimate, CostRange, cost_basis
from bot.playbooks.engine import RuleEngine

COSTS = """
costs:
  currency: €
  requests:
    unit: meals a day
    question: company
    amounts: {one: 1, few: 4, many: 30}
    otherwise: 10
  quantities:
    appetite:
      unit: plates a meal
      question: hunger
      amounts: {none: 0, some: 1, much: 2}
      otherwise: 1
    blankets: {unit: blankets, question: blanket, amounts: {owned: 0, lacking: 2}, otherwise: 1}
    spoons: {unit: spoons a plate, otherwise: 3}
  prices:
    plate: {title: A plate, amount: 5, source: The canteen, checked: 2026-11-01}
    spoon: {title: A spoon, amount: 20, per: 100, source: The canteen, checked: 2026-10-01}
    rent: {title: A blanket for a month, amount: 30, source: The park, checked: 2026-11-02}
  options:
    canteen:
      per_answer:
        - {quantity: appetite, price: plate}
        - {quantity: [appetite, spoons], times: [1, 2], price: spoon}
      delay: [300, 900]
    picnic:
      per_month: [{quantity: blankets, price: rent}]
      effort: [0.4, 1]
      upkeep: Wash the blanket.
    skip:
      effort: [2, 3]
      source: Experience
      checked: 2026-09-01
      kinds:
        talk: {effort: [0.2, 3], delay: 0.5}
"""


def with_costs(lunch_text, costs=COSTS):
    """Return the lunch playbook with these costs."""
    files = {**lunch_text.files, "playbook.yml": lunch_text.files["playbook.yml"] + costs}
    return loader.parse(loader.PlaybookText("lunch", files))


@pytest.fixture
def engine(lunch_text):
    """Return the engine of the lunch playbook with costs."""
    return RuleEngine(with_costs(lunch_text))


@pytest.fixture
def estimate(engine):
    """Return a function from answers and an option to its estimate."""

    def find(answers, option):
        (found,) = [each for each in engine.evaluate(answers).costs if each.option == option]
        return found

    return find


def test_an_answer_costs_the_sum_of_its_terms(estimate):
    """Terms are quantities x times x price; `per` divides the price; `times` may be a range."""
    found = estimate({"hunger": "much", "company": "few"}, "canteen")
    assert found.per_answer == CostRange(2 * 5 + 2 * 3 * 0.2, 2 * 5 + 2 * 2 * 3 * 0.2)
    assert found.requests == 4
    assert found.per_month.low == pytest.approx(11.2 * 4 * 365 / 12)


def test_an_open_question_gets_the_amount_of_otherwise(estimate):
    """Without an answer the playbook's guess counts, and the assumptions say so."""
    found = estimate({"hunger": None}, "canteen")
    assert found.per_answer.low == pytest.approx(5 + 0.6)
    assert list(found.assumptions) == [
        "10 meals a day (a guess: not answered)",
        "1 plates a meal (a guess: not answered)",
        "3 spoons a plate",
    ]


def test_an_answer_without_an_amount_is_not_a_guess(lunch_text):
    """An answer that is left out of the amounts has that of `otherwise`, and is named as given."""
    playbook = with_costs(lunch_text, COSTS.replace("{one: 1, few: 4, many: 30}", "{few: 4}"))
    (found, *_) = RuleEngine(playbook).evaluate({"company": "many"}).costs
    assert found.assumptions[0] == "10 meals a day"


def test_what_estimates_rest_on_is_said_once(engine):
    """Quantities of all options are named once, without zeros, with the oldest date and a note."""
    playbook = engine.playbook
    costs = playbook.costs.model_copy(update={"note": "Tips are not included."})
    found = engine.evaluate({"hunger": "none", "company": "one"}).costs
    assert cost_basis(found, costs) == (
        "Assumes 1 meals a day, 3 spoons a plate, 1 blankets (a guess: not answered).",
        "The oldest price was looked up on 2026-09-01.",
        "Tips are not included.",
    )
    assert cost_basis((), playbook.costs) == ()


@pytest.mark.parametrize(("weather", "cost"), [("sun", 60), ("rain", 30)])
def test_an_answer_that_does_not_apply_counts_as_missing(estimate, weather, cost):
    """The blanket is only asked about in the sun; its answer does not count in the rain."""
    found = estimate({"weather": weather, "blanket": "lacking"}, "picnic")
    assert found.per_month == CostRange(cost, cost)


def test_the_largest_of_several_answers_counts(lunch_text):
    """A question with several answers gives the largest of their amounts."""
    old = "  ask: How many are you?\n"
    files = {
        **lunch_text.files,
        "playbook.yml": lunch_text.files["playbook.yml"] + COSTS,
        "questions.yml": lunch_text.files["questions.yml"].replace(old, f"{old}  several: true\n"),
    }
    engine = RuleEngine(loader.parse(loader.PlaybookText("lunch", files)))
    assert engine.evaluate({"company": ("one", "many")}).costs[0].requests == 30


def test_a_kind_replaces_what_it_names(estimate):
    """The kind that the answers point to replaces single costs of its option."""
    found = estimate({"company": "one", "time": "hours"}, "skip")
    assert (found.kind, found.delay, found.effort) == (
        "talk",
        CostRange(0.5, 0.5),
        CostRange(0.2, 3),
    )
    assert found.source == "Experience"


def test_what_the_playbook_does_not_say_is_not_known(engine):
    """Without terms there is no cost, and an option that is left out has no estimate."""
    verdict = engine.evaluate({"hunger": "none"})
    found = {each.option: each for each in verdict.costs}
    assert list(found) == ["canteen", "picnic", "skip"]
    assert (found["skip"].per_answer, found["skip"].per_month) == (None, None)
    assert found["skip"].line == "2-3 weeks to a first version"
    assert found["picnic"].per_answer is None


def test_the_cost_of_a_verdict_is_that_of_its_option(engine, lunch):
    """`cost` belongs to the recommended option; it is None where the playbook has no costs."""
    answers = {"hunger": "much", "company": "few", "weather": "rain", "time": "minutes"}
    verdict = engine.evaluate(answers)
    assert verdict.option == "canteen"
    assert verdict.cost.line == "About €1,400-1,500 a month at 4 meals a day · answers in 5-15 min"
    assert lunch.evaluate(answers).cost is None
    assert lunch.evaluate(answers).costs == ()


def test_a_price_may_be_a_range(lunch_text):
    """The lowest price gives the low end of a cost, the highest its high end."""
    playbook = with_costs(lunch_text, COSTS.replace("amount: 30", "amount: [20, 50]"))
    found = RuleEngine(playbook).evaluate({}).costs[1]
    assert found.per_month == CostRange(20, 50)


@pytest.mark.parametrize(
    ("today", "warnings"),
    [
        (date(2026, 11, 2), []),
        (date(2027, 9, 1), []),
        (
            date(2027, 9, 2),
            [
                (
                    "playbook.yml:74:16: `skip` rests on a fact last checked on 2026-09-01, "
                    "366 days ago: look it up again (Experience)"
                )
            ],
        ),
        (
            date(2027, 10, 2),
            [
                (
                    "playbook.yml:59:81: `spoon` rests on a fact last checked on 2026-10-01, "
                    "366 days ago: look it up again (The canteen)"
                ),
                (
                    "playbook.yml:74:16: `skip` rests on a fact last checked on 2026-09-01, "
                    "396 days ago: look it up again (Experience)"
                ),
            ],
        ),
    ],
)
def test_prices_expire_after_a_year(lunch_text, today, warnings):
    """`rules check` warns of prices and experience older than a year, with what to look up."""
    files = {**lunch_text.files, "playbook.yml": lunch_text.files["playbook.yml"] + COSTS}
    found = loader.examine(loader.PlaybookText("lunch", files), today)
    assert found.playbook is not None
    assert [str(each) for each in found.warnings] == warnings


def test_a_price_can_not_be_from_the_future(lunch_text):
    """A date still to come is a mistake."""
    files = {**lunch_text.files, "playbook.yml": lunch_text.files["playbook.yml"] + COSTS}
    found = loader.examine(loader.PlaybookText("lunch", files), date(2026, 11, 1))
    assert [str(each) for each in found.problems] == [
        (
            "playbook.yml:60:81: `checked` is 2026-11-02, which is still to come: "
            "write the day on which it was last looked up"
        )
    ]


def test_an_estimate_is_as_old_as_its_oldest_date(estimate):
    """`checked` is the oldest date of the prices used and of the option itself."""
    assert estimate({}, "canteen").checked == date(2026, 10, 1)
    assert estimate({}, "picnic").checked == date(2026, 11, 2)
    assert estimate({}, "skip").checked == date(2026, 9, 1)


def estimate_of(**known):
    """Return an estimate with only these ranges known."""
    fields = ("per_answer", "per_month", "delay", "effort", "upkeep", "checked", "source")
    return CostEstimate(
        **{
            "option": "canteen",
            "kind": None,
            "currency": "$",
            "requests": 3000,
            "requests_unit": "requests a day",
            "assumptions": (),
            **dict.fromkeys(fields),
            **{name: CostRange(*value) for name, value in known.items()},
        }
    )


@pytest.mark.parametrize(
    ("known", "line"),
    [
        ({}, ""),
        ({"per_month": (38.4, 41.6)}, "About $38-42 a month at 3,000 requests a day"),
        ({"per_month": (39.9, 40.1)}, "About $40 a month at 3,000 requests a day"),
        ({"per_month": (0, 0.4)}, "Under $1 a month at 3,000 requests a day"),
        ({"per_month": (1.5, 1.5)}, "About $1.50 a month at 3,000 requests a day"),
        ({"per_month": (73, 123456)}, "About $73-120,000 a month at 3,000 requests a day"),
        ({"delay": (0.05, 0.2)}, "Answers in 0.05-0.2 s"),
        ({"delay": (2, 5), "effort": (4, 10)}, "Answers in 2-5 s · 4-10 weeks to a first version"),
        ({"delay": (3600, 86400)}, "Answers in 1-24 h"),
        ({"effort": (0.4, 1)}, "2-5 days to a first version"),
        ({"effort": (0.4, 2)}, "2 days to 2 weeks to a first version"),
        ({"effort": (3, 3)}, "3 weeks to a first version"),
    ],
)
def test_the_line_is_rounded_and_leaves_out_what_is_not_known(known, line):
    """Amounts have two significant digits; under a week effort is in days."""
    assert estimate_of(**known).line == line


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0.00341, "about $0.0034"), (0.013, "about $0.013"), (0.1, "about $0.10"), (0, "about $0")],
)
def test_the_cost_of_an_answer_keeps_its_small_digits(amount, words):
    """A fraction of a cent is not rounded away."""
    assert estimate_of(per_answer=(amount, amount)).each == words


amounts = st.floats(0, 1e6)


@given(data=st.data(), few=amounts, more=amounts, price=amounts, low=amounts, high=amounts)
def test_more_requests_never_cost_less(lunch_text, data, few, more, price, low, high):
    """A month with more requests, a larger quantity or a higher price never costs less."""
    (few, more), (low, high) = sorted([few, more]), sorted([low, high])

    def month(requests, appetite, amount):
        playbook = with_costs(lunch_text)
        costs = playbook.costs
        text = costs.model_copy(
            update={
                "requests": costs.requests.model_copy(update={"otherwise": requests}),
                "quantities": {
                    **costs.quantities,
                    "appetite": costs.quantities["appetite"].model_copy(
                        update={"otherwise": appetite}
                    ),
                },
                "prices": {
                    **costs.prices,
                    "plate": costs.prices["plate"].model_copy(update={"amount": (amount, amount)}),
                },
            }
        )
        engine = CostCalculator(playbook.model_copy(update={"costs": text}))
        (found,) = engine.estimates({}, {"canteen": None})
        assert found.per_month.low <= found.per_month.high
        return found.per_month

    base = month(few, low, price)
    for other in (month(more, low, price), month(few, high, price), month(few, low, price * 2)):
        assert other.low >= base.low
        assert other.high >= base.high


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("company\n", "compny\n", "46:15: unknown question `compny`; did you mean `company`?"),
        ("one: 1,", "on: 1,", "47:15: unknown answer `on`; did you mean `one`?"),
        ("price: plate}", "price: plat}", "64:39: unknown price `plat`; did you mean `plate`?"),
        (
            "[appetite, spoons]",
            "[appetite, spons]",
            "65:33: unknown quantity `spons`; did you mean `spoons`?",
        ),
        (
            "    picnic:\n      per",
            "    picnc:\n      per",
            "67:5: unknown option `picnc`; did you mean `picnic`?",
        ),
        ("        talk:", "        tolk:", "76:9: unknown kind `tolk`; did you mean `talk`?"),
        ("[1, 2]", "[2, 1]", "65:49: `times` must be a number or [lowest, highest]"),
        ("delay: 0.5", "delay: fast", "76:41: `delay` must be a number, not 'fast'"),
        ("amount: 30", "amount: -30", "60:50: `amount` is -30; at least 0 is allowed"),
        ("per: 100", "per: 0", "59:46: `per` is 0; it must be more than 0"),
        (
            "checked: 2026-11-02",
            "checked: lately",
            "60:81: `checked` must be a date like 2026-11-22",
        ),
        ("{title: A plate, ", "{", "58:12: `title` is missing"),
        (
            "spoons a plate, otherwise: 3",
            "spoons a plate, amounts: {one: 1}, otherwise: 3",
            "56:45: `amounts` needs the `question` whose answers it names",
        ),
    ],
)
def test_mistakes_have_their_place(lunch_text, old, new, problem):
    """Each mistake is reported with line, column and, if one is near, a suggestion."""
    assert old in COSTS
    with pytest.raises(loader.PlaybookError) as raised:
        with_costs(lunch_text, COSTS.replace(old, new, 1))
    assert str(raised.value) == f"playbook.yml:{problem}"
