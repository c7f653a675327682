"""The backtest of a playbook on published cases."""

import pytest

from bot.playbooks import loader
from bot.playbooks.analysis.backtest import CaseShare, run_cases, summarize


@pytest.fixture
def backtest(lunch, lunch_text):
    file = loader.parse_cases(lunch_text, lunch.playbook)
    return summarize(file, list(run_cases(lunch, file.cases)), lunch)


def test_agreement_is_counted_over_all_cases_and_the_clear_ones(backtest):
    """Three of four cases agree; the debatable one is not counted among the clear ones."""
    assert backtest.playbook.overall == CaseShare(3, 4)
    assert backtest.playbook.clear == CaseShare(3, 3)
    assert [r.case.id for r in backtest.results if not r.agrees] == ["friday"]


def test_an_acceptable_alternative_counts_as_agreement(lunch, lunch_text):
    """An option that the case also accepts counts as agreement."""
    text = lunch_text.files["cases.yml"].replace("[canteen]", "[canteen, market]")
    files = {**lunch_text.files, "cases.yml": text}
    file = loader.parse_cases(loader.PlaybookText("lunch", files), lunch.playbook)
    assert all(result.agrees for result in run_cases(lunch, file.cases))


def test_two_baselines_are_scored_too(backtest):
    """The baselines, one constant option and one decision list, are scored on the same cases."""
    always, short = backtest.baselines
    assert (always.name, always.overall) == ("always Canteen", CaseShare(2, 4))
    assert (short.name, short.overall) == ("a rule of 2 questions", CaseShare(1, 4))


def test_confusion_counts_published_against_recommended(backtest):
    """The confusion table counts each case once."""
    assert backtest.confusion == {
        ("canteen", "canteen"): 1,
        ("picnic", "picnic"): 1,
        ("skip", "skip"): 1,
        ("cook", "market"): 1,
    }


def test_asking_by_information_takes_fewer_questions(backtest):
    """The mean number of questions asked is at most the number that apply; cases have their own."""
    assert 0 < backtest.asked_one_by_one <= backtest.applying <= 5
    monday = next(result for result in backtest.results if result.case.id == "monday")
    assert monday.applying == 4
    assert monday.one_by_one.asked <= monday.by_pages.asked


def test_early_stops_are_compared_with_all_answers(backtest):
    """The share of cases counts in which asking stops with the option of the full sheet."""
    same = sum(result.one_by_one.option == result.option for result in backtest.results)
    assert backtest.same_one_by_one == CaseShare(same, 4)
    assert same >= 3


def test_calibration_counts_every_case_by_its_confidence(backtest):
    """Each case counts in one confidence range, with its agreement."""
    assert list(backtest.calibration) == [
        "0% to 50%", "50% to 70%", "70% to 90%", "90% and more"
    ]  # fmt: skip
    assert sum(share.of for share in backtest.calibration.values()) == 4
    assert sum(share.hits for share in backtest.calibration.values()) == 3


def test_exact_agreement_is_counted_separately(lunch, lunch_text):
    """An option that is only accepted is not an exact agreement."""
    text = lunch_text.files["cases.yml"].replace("[canteen]", "[canteen, market]")
    files = {**lunch_text.files, "cases.yml": text}
    file = loader.parse_cases(loader.PlaybookText("lunch", files), lunch.playbook)
    judged = summarize(file, list(run_cases(lunch, file.cases)), lunch)
    assert (judged.playbook.overall.hits, judged.exact) == (4, 3)


def test_cases_need_no_header(lunch, lunch_text):
    """Without a header, the baseline is the most common outcome, and there is no decision list."""
    case = "- {id: one, title: One, source: Me, answers: {hunger: none}, expected: skip}\n"
    text = loader.PlaybookText("lunch", {**lunch_text.files, "cases.yml": case})
    file = loader.parse_cases(text, lunch.playbook)
    judged = summarize(file, list(run_cases(lunch, file.cases)), lunch)
    assert [baseline.name for baseline in judged.baselines] == ["always Do something else"]
