"""Coverage of the answer space: it agrees with the engine, and finds what is planted."""

from itertools import product

import pytest

from bot.playbooks import loader
from bot.playbooks.coverage import CoverageAnalysis

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
def coverage_of(lunch_text):
    """The coverage of the lunch playbook with something added to its rules."""

    def make(old="", new="", *, name="rules.yml", sample=None):
        files = dict(lunch_text.files)
        if old:
            files[name] = files[name].replace(old, new, 1)
        analysis = CoverageAnalysis(
            loader.parse(loader.PlaybookText("lunch", files)), sample or 100, sample or 0
        )
        looked = list(analysis.run())
        report = analysis.report()
        assert sum(looked) == report.looked_at
        return report

    return make


def planted(**values):
    """A rule or veto to be planted in front of the others."""
    text = ADD_RULE if "points" in values else ADD_VETO
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def test_a_small_space_is_walked_through_whole(coverage_of):
    """Five questions make 72 sheets, and all are looked at."""
    found = coverage_of()
    assert (found.sheets, found.looked_at, found.whole) == (72, 72, True)
    assert sum(found.shares.values()) == pytest.approx(1)


def test_a_large_space_is_sampled_and_says_so(coverage_of):
    """Beyond the limit a sample of that size is looked at, the same each time."""
    first, again = coverage_of(sample=50), coverage_of(sample=50)
    assert (first.looked_at, first.whole) == (50, False)
    assert first == again


def test_shares_count_every_sheet_as_the_engine_decides_it(lunch, coverage_of):
    """Shares of option and strength are those of evaluating on each sheet."""
    counted = {}
    answers = {question.id: list(question.answers) for question in lunch.playbook.questions}
    sheets = [dict(zip(answers, chosen, strict=True)) for chosen in product(*answers.values())]
    for sheet in sheets:
        score = lunch.score(sheet)
        key = score.option, score.strength
        counted[key] = counted.get(key, 0) + 1 / len(sheets)
    assert coverage_of().shares == pytest.approx(counted)


def test_a_rule_that_never_decides_is_named(coverage_of):
    """A push for what is ruled out anyway is idle; the other rules are not blamed."""
    rule = planted(when="{weather: rain}", points="{picnic: 1}")
    assert "planted" in coverage_of("rules:\n", rule).ineffective_rules
    assert "hungry" not in coverage_of().ineffective_rules


def test_a_veto_that_never_bites_is_named(coverage_of):
    """A veto on an option that would not win there anyway has no teeth."""
    toothless = coverage_of("vetoes:\n", planted(when="{hunger: much}", option="skip"))
    assert "planted" in toothless.ineffective_vetoes
    assert not toothless.ok
    biting = coverage_of("vetoes:\n", planted(when="{hunger: much}", option="canteen"))
    assert "planted" not in biting.ineffective_vetoes


def test_an_option_out_of_reach_is_named(coverage_of):
    """An option that no answers lead to is unreachable; searched for, not just not seen."""
    high = coverage_of("bars: {market: 3", "bars: {market: 90", name="playbook.yml")
    assert high.unreachable == ("picnic",)
    assert coverage_of().unreachable == ()
    assert coverage_of(sample=1).unreachable == ()


def test_a_rule_for_what_a_veto_rules_out_on_the_same_answers_is_a_contradiction(coverage_of):
    """Points that only ever go to a ruled-out option are reported with the veto to blame."""
    rule = planted(when="{weather: rain, hunger: much}", points="{picnic: 3}")
    (said,) = coverage_of("rules:\n", rule).contradictions
    assert said == (
        "rule `planted` gives points to picnic, but wherever it holds veto `wet` rules that out"
    )


def test_an_answer_that_turns_against_what_it_argues_for_is_reported(coverage_of):
    """An answer that argues for the canteen and rules it out makes it lose: not monotone."""
    veto = planted(when="{time: minutes}", option="canteen")
    said = coverage_of("vetoes:\n", veto).non_monotonic
    assert any(
        each.startswith("answering `time` with `minutes` argues most for canteen")
        and each.endswith("(veto `planted`)")
        for each in said
    )
    assert coverage_of().non_monotonic == ()


def test_sheets_on_which_everything_is_ruled_out_are_counted(coverage_of):
    """A veto on everything in the rain leaves half of the sheets without an option."""
    veto = planted(when="{weather: rain}", option="canteen, market, cook, skip")
    assert coverage_of("vetoes:\n", veto).all_ruled_out == pytest.approx(0.5)
