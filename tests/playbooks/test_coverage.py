"""Coverage of the answer space: it agrees with the engine and finds planted faults."""

from itertools import product

import pytest

from bot.playbooks import loader
from bot.playbooks.analysis.coverage import CoverageAnalysis

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
    """Return a function to the coverage of the lunch playbook with text added to a file."""

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


def planted_fault(**values):
    """Return the YAML of a rule or veto with the id `planted`."""
    text = ADD_RULE if "points" in values else ADD_VETO
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def test_a_small_space_is_enumerated(coverage_of):
    """The 72 sheets of five questions are all evaluated."""
    found = coverage_of()
    assert (found.sheets, found.looked_at, found.whole) == (72, 72, True)
    assert sum(found.shares.values()) == pytest.approx(1)


def test_a_large_space_is_sampled(coverage_of):
    """Above the limit, a sample of that size is evaluated, the same one each time."""
    first, again = coverage_of(sample=50), coverage_of(sample=50)
    assert (first.looked_at, first.whole) == (50, False)
    assert first == again


def test_shares_equal_those_of_the_engine(lunch, coverage_of):
    """The shares of option and strength equal those of evaluating every sheet."""
    counted = {}
    answers = {question.id: list(question.answers) for question in lunch.playbook.questions}
    sheets = [dict(zip(answers, chosen, strict=True)) for chosen in product(*answers.values())]
    for sheet in sheets:
        score = lunch.score(sheet)
        key = score.option, score.strength
        counted[key] = counted.get(key, 0) + 1 / len(sheets)
    assert coverage_of().shares == pytest.approx(counted)


def test_an_ineffective_rule_is_found(coverage_of):
    """A rule that never changes the option is ineffective; the other rules are not reported."""
    rule = planted_fault(when="{weather: rain}", points="{picnic: 1}")
    assert "planted" in coverage_of("rules:\n", rule).ineffective_rules
    assert "hungry" not in coverage_of().ineffective_rules


def test_an_ineffective_veto_is_found(coverage_of):
    """A veto on an option that would not win anyway is ineffective."""
    toothless = coverage_of("vetoes:\n", planted_fault(when="{hunger: much}", option="skip"))
    assert "planted" in toothless.ineffective_vetoes
    assert not toothless.ok
    biting = coverage_of("vetoes:\n", planted_fault(when="{hunger: much}", option="canteen"))
    assert "planted" not in biting.ineffective_vetoes


def test_an_unreachable_option_is_found(coverage_of):
    """An option that no answers lead to is unreachable; a sample that misses it is not enough."""
    high = coverage_of("bar: 3", "bar: 90", name="playbook.yml")
    assert high.unreachable == ("cook", "picnic")
    assert coverage_of().unreachable == ()
    assert coverage_of(sample=1).unreachable == ()


def test_a_rule_for_a_ruled_out_option_is_a_contradiction(coverage_of):
    """A rule whose option a veto always rules out is a contradiction, named with the veto."""
    rule = planted_fault(when="{weather: rain, hunger: much}", points="{picnic: 3}")
    (said,) = coverage_of("rules:\n", rule).contradictions
    assert said == (
        "rule `planted` gives points to picnic, but wherever it holds veto `wet` rules that out"
    )


def test_a_non_monotonic_answer_is_found(coverage_of):
    """An answer that gives an option points and also rules it out is not monotonic."""
    veto = planted_fault(when="{time: minutes}", option="canteen")
    said = coverage_of("vetoes:\n", veto).non_monotonic
    assert any(
        each.startswith("answering `time` with `minutes` argues most for canteen")
        and each.endswith("(veto `planted`)")
        for each in said
    )
    assert coverage_of().non_monotonic == ()


def test_sheets_without_a_candidate_are_counted(coverage_of):
    """The share of sheets on which vetoes rule out every option is counted."""
    veto = planted_fault(when="{weather: rain}", option="canteen, market, cook, skip")
    assert coverage_of("vetoes:\n", veto).all_ruled_out == pytest.approx(0.5)
