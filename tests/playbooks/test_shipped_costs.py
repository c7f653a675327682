"""The costs of the shipped playbooks: complete, dated, and in a sensible order."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine

RULES = Path(__file__).parents[2] / "rules"
AMOUNTS = r"\$ ?\d|\bdollars?\b|\bcents?\b|\d tokens|million tokens|context window"
NAMES = r"\b(20(2[6-9]|3\d)|GPT|Claude|Gemini|Llama|Bedrock|Azure)\b"
AGES = re.compile(AMOUNTS, re.IGNORECASE)
AGES_IN_RULES = re.compile(f"{AMOUNTS}|{NAMES}|pages\\b.* fit", re.IGNORECASE)
BY_USE = {"hosting": ["low", "medium", "steady"], "ragvsft": ["low", "medium", "high"]}


@pytest.fixture(scope="module", params=sorted(BY_USE))
def engine(request):
    """Return the engine of a shipped playbook."""
    return RuleEngine(loader.load(RULES / request.param))


def by_option(engine, answers):
    """Return the estimates of an answer sheet by option."""
    return {each.option: each for each in engine.evaluate(answers).costs}


def test_every_option_has_an_estimate(engine):
    """Each option has a line, an upkeep, and the date of what it rests on."""
    found = by_option(engine, {})
    assert list(found) == list(engine.playbook.options)
    for each in found.values():
        assert each.line.endswith("to a first version")
        assert len(each.line) <= 120
        assert each.upkeep
        assert each.checked


def test_more_use_costs_more(engine):
    """A month of each option costs more the more it is used, or as much."""
    months = [by_option(engine, {"volume": each}) for each in BY_USE[engine.playbook.id]]
    for less, more in pairwise(months):
        for option, estimate in less.items():
            if estimate.per_month is not None:
                assert estimate.per_month.low <= more[option].per_month.low


def test_every_kind_has_an_effort_that_was_thought_about(engine):
    """A kind has costs of its own, unless it is the last: that one is the option as it is."""
    options, costs = engine.playbook.options, engine.playbook.costs.options
    left_out = [
        (name, kind)
        for name, option in options.items()
        for kind in tuple(option.kinds)[:-1]
        if kind not in costs[name].kinds
    ]
    assert left_out == []


def test_every_kind_with_costs_names_effort(engine):
    """A kind that has costs of its own says how much work it is."""
    for option in engine.playbook.costs.options.values():
        assert all(kind.effort for kind in option.kinds.values())


def test_a_looked_up_answer_costs_what_the_prices_say():
    """700 + 5,000 tokens in at $2 a million and 300 out at $10, 300 times a day, and a search."""
    engine = RuleEngine(loader.load(RULES / "ragvsft"))
    found = by_option(engine, {"job": "answer", "volume": "low"})["rag"]
    assert found.per_answer.low == pytest.approx(0.0144)
    assert found.per_month.low == pytest.approx(0.0144 * 300 * 365 / 12 + 73)


def test_long_context_costs_less_than_a_look_up_only_while_the_material_is_short():
    """A cached prompt of 20 pages is cheaper than a look-up, one of 300 pages dearer."""
    engine = RuleEngine(loader.load(RULES / "ragvsft"))
    answers = {"job": "answer", "volume": "medium"}
    small = by_option(engine, {**answers, "material": "small"})
    large = by_option(engine, {**answers, "material": "large"})
    assert small["long_context"].per_answer.high < small["rag"].per_answer.low
    assert large["long_context"].per_answer.low > large["rag"].per_answer.high


def test_a_prompt_full_of_examples_is_paid_for():
    """A prompt with many examples costs more the more of them there are."""
    engine = RuleEngine(loader.load(RULES / "ragvsft"))
    sheet = {"job": "sort", "material": "none", "volume": "medium"}
    found = [
        by_option(engine, {**sheet, "examples": (each,)})["long_context"]
        for each in ("tens", "hundreds", "thousands")
    ]
    assert [each.kind for each in found] == ["many_shot"] * 3
    assert [each.per_answer.low for each in found] == sorted(
        {each.per_answer.low for each in found}
    )


@pytest.mark.parametrize("name", sorted(BY_USE))
def test_a_rule_that_names_a_price_a_window_or_a_model_has_a_date(name):
    """What rules say of prices, windows, dates and models expires; option texts say nothing."""
    playbook = loader.load(RULES / name)
    undated = [
        member.id
        for member in (*playbook.rules, *playbook.vetoes, *playbook.gates)
        if AGES_IN_RULES.search(str(member.model_dump(include={"because", "say", "way_around"})))
        and member.checked is None
    ]
    texts = [
        option for option, text in playbook.options.items() if AGES.search(text.model_dump_json())
    ]
    assert (undated, texts) == ([], [])
