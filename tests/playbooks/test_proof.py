"""Proofs over the whole answer space: they agree with the engine, and find what is planted."""

from itertools import product

import numpy as np
import pytest
from hypothesis import Phase, given, settings

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.grid import Grid
from bot.playbooks.proof import Prover
from tests.playbooks.strategies import playbooks

ADD_RULE = """rules:
  - id: planted
    when: {when}
    points: {points}
    because: It is planted.
    source: A test
"""
ADD_VETO = """vetoes:
  - id: planted
    when: {when}
    rules_out: [{option}]
    because: It is planted.
    way_around: None.
    source: A test
"""


@pytest.fixture
def proof_of(lunch_text):
    """The proof of the lunch playbook with something added to its rules."""

    def make(old="", new="", *, name="rules.yml", most=100_000):
        files = dict(lunch_text.files)
        if old:
            files[name] = files[name].replace(old, new, 1)
        prover = Prover(loader.parse(loader.PlaybookText("lunch", files)), most)
        looked = list(prover.run())
        proof = prover.proof()
        assert sum(looked) == proof.looked_at
        return proof

    return make


def planted(**values):
    """A rule or veto to be planted in front of the others."""
    text = ADD_RULE if "points" in values else ADD_VETO
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def test_a_small_space_is_walked_through_whole(proof_of):
    """Five questions make 72 sheets, and all are looked at."""
    proof = proof_of()
    assert (proof.sheets, proof.looked_at, proof.whole) == (72, 72, True)
    assert sum(proof.shares.values()) == pytest.approx(1)


def test_a_large_space_is_sampled_and_says_so(proof_of):
    """Beyond the limit a sample of that size is looked at, the same each time."""
    first, again = proof_of(most=50), proof_of(most=50)
    assert (first.looked_at, first.whole) == (50, False)
    assert first == again


def test_shares_count_every_sheet_as_the_engine_decides_it(lunch, proof_of):
    """Shares of option and strength are those of evaluating on each sheet."""
    counted = {}
    answers = {question.id: list(question.answers) for question in lunch.playbook.questions}
    sheets = [dict(zip(answers, chosen, strict=True)) for chosen in product(*answers.values())]
    for sheet in sheets:
        score = lunch.score(sheet)
        key = score.option, score.strength
        counted[key] = counted.get(key, 0) + 1 / len(sheets)
    assert proof_of().shares == pytest.approx(counted)


def test_a_rule_that_never_decides_is_named(proof_of):
    """A push for what is ruled out anyway is idle; the other rules are not blamed."""
    rule = planted(when="{weather: rain}", points="{picnic: 1}")
    assert "planted" in proof_of("rules:\n", rule).idle_rules
    assert "hungry" not in proof_of().idle_rules


def test_a_veto_that_never_bites_is_named(proof_of):
    """A veto on an option that would not win there anyway has no teeth."""
    toothless = proof_of("vetoes:\n", planted(when="{hunger: much}", option="skip"))
    assert "planted" in toothless.toothless_vetoes
    assert not toothless.sound
    biting = proof_of("vetoes:\n", planted(when="{hunger: much}", option="canteen"))
    assert "planted" not in biting.toothless_vetoes


def test_an_option_out_of_reach_is_named(proof_of):
    """An option that no answers lead to is unreachable; searched for, not just not seen."""
    high = proof_of("bars: {market: 3", "bars: {market: 90", name="playbook.yml")
    assert high.unreachable == ("picnic",)
    assert proof_of().unreachable == ()
    assert proof_of(most=1).unreachable == ()


def test_a_rule_for_what_a_veto_rules_out_on_the_same_answers_is_a_contradiction(proof_of):
    """Points that only ever go to a ruled-out option are reported with the veto to blame."""
    rule = planted(when="{weather: rain, hunger: much}", points="{picnic: 3}")
    (said,) = proof_of("rules:\n", rule).contradictions
    assert said == (
        "rule `planted` gives points to picnic, but wherever it holds veto `wet` rules that out"
    )


def test_an_answer_that_turns_against_what_it_argues_for_is_reported(proof_of):
    """An answer that argues for the canteen and rules it out makes it lose: not monotone."""
    veto = planted(when="{time: minutes}", option="canteen")
    said = proof_of("vetoes:\n", veto).turned
    assert any(
        each.startswith("answering `time` with `minutes` argues most for canteen")
        and each.endswith("(veto `planted`)")
        for each in said
    )
    assert proof_of().turned == ()


def test_sheets_on_which_everything_is_ruled_out_are_counted(proof_of):
    """A veto on everything in the rain leaves half of the sheets without an option."""
    veto = planted(when="{weather: rain}", option="canteen, market, cook, skip")
    assert proof_of("vetoes:\n", veto).stuck == pytest.approx(0.5)


@settings(
    max_examples=40,
    phases=[Phase.generate],
)
@given(playbooks())
def test_the_grid_decides_every_sheet_as_the_engine_does(files):
    """Winner and lead by numpy are those of the engine, don't knows included."""
    try:
        playbook = loader.parse(loader.PlaybookText("random", files))
    except loader.PlaybookError:
        return
    grid, engine = Grid(playbook), RuleEngine(playbook)
    sheets = np.concatenate(list(grid.every()))[:60]
    sheets[::3, 0] = -1
    batch = grid.batch(sheets)
    results = grid.results(batch.points, batch.vetoes)
    answers = {question.id: [*question.answers, None] for question in playbook.questions}
    for row, winner, lead in zip(sheets, results.winner, results.lead, strict=True):
        chosen = zip(answers, row, strict=True)
        score = engine.score({name: answers[name][at] for name, at in chosen})
        assert score.option == grid.options[winner]
        if lead != 99:
            assert score.lead == lead
