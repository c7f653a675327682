"""Bake-offs: the number of test items by an exact test, the arms of a plan, errors in the YAML."""

from itertools import pairwise
from math import comb
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.playbooks import loader
from bot.playbooks.bakeoff import (
    detection_chance,
    disagreement,
    items_needed,
    plan_bakeoff,
    wins_needed,
)
from bot.playbooks.engine import RuleEngine
from bot.playbooks.verdict import Strength
from tests.playbooks.bakeoffs import BAKEOFF, with_bakeoff

RULES = Path(__file__).parents[2] / "rules"
COLLECT = (
    "Collect 50 real requests, agree on the right answer to each, and tune on none of them. That "
    "many show a gain of 20 points in 8 of 10 tries; 20 would miss it in 8 of 10."
)


@pytest.mark.parametrize(
    ("items", "chances"),
    [
        (20, (4, 9, 20, 59)),
        (50, (19, 47, 80, 100)),
        (100, (46, 84, 99, 100)),
        (200, (77, 99, 100, 100)),
    ],
)
def test_chances_agree_with_a_published_simulation(items, chances):
    """At 60% right and 25% of items decided differently, chances are those of a simulation."""
    gains = (0.1, 0.15, 0.2, 0.3)
    found = [100 * detection_chance(items, 0.6, gain, max(gain, 0.25)) for gain in gains]
    assert found == pytest.approx(chances, abs=2.5)


def test_chances_agree_with_a_simulation_of_our_own():
    """Drawing 4,000 bake-offs and testing each exactly gives the computed chance."""
    random, items, base, gain = Random(7), 60, 0.5, 0.2
    differing = disagreement(base, gain)
    won = (differing + gain) / 2
    seen = 0
    for _ in range(4000):
        draws = [random.random() for _ in range(items)]
        wins = sum(draw < won for draw in draws)
        losses = sum(won <= draw < differing for draw in draws)
        tail = sum(comb(wins + losses, k) for k in range(wins, wins + losses + 1))
        seen += wins > losses and 2 * tail / 2 ** (wins + losses) <= 0.05
    assert seen / 4000 == pytest.approx(detection_chance(items, base, gain), abs=0.025)


def test_the_better_arm_needs_more_wins_than_luck_gives():
    """Wins needed are those of the two-sided exact test at 5%, as in any table of it."""
    assert [wins_needed(number) for number in (0, 5, 6, 8, 9, 20, 25)] == [
        *(None, None, 6, 8, 8, 15, 18)
    ]


rates = st.integers(5, 90).map(lambda percent: percent / 100)


@settings(max_examples=40, deadline=None)
@given(base=rates, data=st.data())
def test_a_larger_gain_takes_no_more_items(base, data):
    """The number of test items falls with the wanted difference."""
    most = round(100 * (1 - base))
    gains = sorted(data.draw(st.lists(st.integers(8, max(8, most)), min_size=2, max_size=3)))
    gains = [min(gain / 100, 1 - base) for gain in gains]
    if gains[0] < 0.08:
        return
    needed = [items_needed(base, gain) for gain in gains]
    assert all(more >= fewer for more, fewer in pairwise(needed))


@settings(max_examples=60, deadline=None)
@given(base=rates, gain=rates, items=st.integers(1, 150))
def test_a_chance_is_a_chance(base, gain, items):
    """It lies between 0 and 1, and the number of items needed is the first that reaches 80%."""
    gain = min(gain, 1 - base)
    assert 0 <= detection_chance(items, base, gain) <= 1
    assert gain - 1e-9 <= disagreement(base, gain) <= 1
    if gain >= 0.1:
        needed = items_needed(base, gain)
        assert detection_chance(needed, base, gain) >= 0.8
        assert detection_chance(needed - 5, base, gain) < 0.8


def test_the_options_choose_the_arms(lunch_text):
    """An arm is built for the options it tells about; one for all of them always is."""
    playbook = with_bakeoff(lunch_text)
    arms = {
        option: [arm.id for arm in plan_bakeoff(playbook, [option]).arms]
        for option in ("canteen", "market", "cook", "picnic")
    }
    assert arms == {
        "canteen": ["A"],
        "market": ["A", "B"],
        "cook": ["A", "C"],
        "picnic": ["A", "B", "C"],
    }
    assert plan_bakeoff(playbook, ["market"]).items == items_needed(0.6, 0.2)


def test_a_playbook_without_a_bakeoff_plans_none(lunch):
    """Nothing is planned where the playbook says nothing."""
    assert plan_bakeoff(lunch.playbook, ["canteen"]) is None


def test_a_close_call_says_how_to_decide_it(lunch_text):
    """The first steps of a close call are those of the playbook, then the bake-off in short."""
    engine = RuleEngine(with_bakeoff(lunch_text))
    verdict = engine.evaluate({"hunger": "some", "weather": "sun"})
    assert verdict.strength is Strength.TOO_CLOSE
    assert (verdict.option, verdict.runner_up) == ("market", "canteen")
    assert verdict.steps == (
        "Eat at one today and at the other tomorrow.",
        COLLECT,
        "Arm A: As it is.",
        "Arm B: At the market.",
        "Read-out: B above A means more salt. Else drink water.",
        "When everybody is full.",
    )
    clear = engine.evaluate(
        {"hunger": "much", "company": "many", "weather": "rain", "time": "minutes"}
    )
    assert clear.steps == ("Take a tray.",)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "decides: [market]",
            "decides: [markt]",
            "52:45: unknown option `markt`; did you mean `market`?",
        ),
        ("model: own", "model: owen", "51:78: unknown model `owen`; did you mean `own`?"),
        ("Warm {{ dish }}", "Warm {{ dsh }}", "52:16: unknown column `dsh`; did you mean `dish`?"),
        ("gain: 0.2", "gain: 0.5", "44:9: `base` and `gain` come to more than 1"),
        ("gain: 0.2", "gain: 0", "44:9: `gain` is 0; it must be more than 0"),
        ("id: C", "id: B", "53:12: arm `B` is here twice"),
        ("id: C", "id: c1", "53:12: `id` is `c1`: use a capital letter, and a digit if you like"),
        ("  labels: Two hungry people.\n", "", "43:3: `labels` is missing"),
    ],
)
def test_mistakes_in_a_bakeoff_have_their_place(lunch_text, old, new, problem):
    """Each mistake is reported with line, column and, if one is near, a suggestion."""
    assert old in BAKEOFF
    with pytest.raises(loader.PlaybookError) as raised:
        with_bakeoff(lunch_text, BAKEOFF.replace(old, new, 1))
    assert str(raised.value) == f"playbook.yml:{problem}"


def test_the_shipped_bakeoff_covers_every_option():
    """Each option of the shipped playbook has at least three arms, other models among them."""
    playbook = loader.load(RULES / "ragvsft")
    for option in playbook.options:
        plan = plan_bakeoff(playbook, [option])
        arms = [arm.id for arm in plan.arms]
        assert {"A", "A0", "A1"} <= set(arms)
        assert plan.items >= 80
        assert plan.chance(plan.items, plan.bakeoff.gain) >= 0.8
    assert all(model.checked for model in playbook.bakeoff.models.values() if model.provider)
