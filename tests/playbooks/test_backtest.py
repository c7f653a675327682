"""Holding a playbook against published cases."""

import pytest

from bot.playbooks import loader
from bot.playbooks.backtest import CaseShare, run_cases, summarize


@pytest.fixture
def trial(lunch, lunch_text):
    file = loader.parse_cases(lunch_text, lunch.playbook)
    return summarize(file, list(run_cases(lunch, file.cases)), lunch)


def test_agreement_is_counted_over_all_cases_and_the_clear_ones(trial):
    """Three of four agree; the debatable one is not among the clear ones."""
    assert trial.playbook.overall == CaseShare(3, 4)
    assert trial.playbook.clear == CaseShare(3, 3)
    assert [r.case.id for r in trial.results if not r.agrees] == ["friday"]


def test_an_acceptable_alternative_counts_as_agreement(lunch, lunch_text):
    """What a case calls also acceptable agrees too."""
    text = lunch_text.files["cases.yml"].replace("[canteen]", "[canteen, market]")
    files = {**lunch_text.files, "cases.yml": text}
    file = loader.parse_cases(loader.PlaybookText("lunch", files), lunch.playbook)
    assert all(result.agrees for result in run_cases(lunch, file.cases))


def test_the_playbook_stands_beside_two_baselines(trial):
    """Always the same option, and a short decision list, each judged on the same cases."""
    always, short = trial.baselines
    assert (always.name, always.overall) == ("always Canteen", CaseShare(2, 4))
    assert (short.name, short.overall) == ("a rule of 2 questions", CaseShare(1, 4))


def test_confusion_counts_published_against_recommended(trial):
    """The table has every case once."""
    assert trial.confusion == {
        ("canteen", "canteen"): 1,
        ("picnic", "picnic"): 1,
        ("skip", "skip"): 1,
        ("cook", "market"): 1,
    }


def test_asking_the_most_telling_first_takes_fewer_questions_than_there_are(trial):
    """The average asked is no more than the average that apply, and is counted per case."""
    assert 0 < trial.asked_one_by_one <= trial.applying <= 5
    monday = next(result for result in trial.results if result.case.id == "monday")
    assert monday.applying == 4
    assert monday.one_by_one.asked <= monday.by_pages.asked


def test_a_questionnaire_that_stops_early_is_held_against_all_answers(trial):
    """It is counted how often the option is that of the whole sheet."""
    same = sum(result.one_by_one.option == result.option for result in trial.results)
    assert trial.same_one_by_one == CaseShare(same, 4)
    assert same >= 3


def test_calibration_counts_every_case_by_its_confidence(trial):
    """Each case is in one range of confidence, with those that agree counted."""
    assert list(trial.calibration) == [
        "0% to 50%", "50% to 70%", "70% to 90%", "90% and more"
    ]  # fmt: skip
    assert sum(share.of for share in trial.calibration.values()) == 4
    assert sum(share.hits for share in trial.calibration.values()) == 3


def test_exact_agreement_is_told_apart(lunch, lunch_text):
    """An outcome that is only also acceptable is not counted as exactly what was published."""
    text = lunch_text.files["cases.yml"].replace("[canteen]", "[canteen, market]")
    files = {**lunch_text.files, "cases.yml": text}
    file = loader.parse_cases(loader.PlaybookText("lunch", files), lunch.playbook)
    judged = summarize(file, list(run_cases(lunch, file.cases)), lunch)
    assert (judged.playbook.overall.hits, judged.exact) == (4, 3)


def test_a_plain_list_of_cases_will_do(lunch, lunch_text):
    """Without a header the first baseline is the most common outcome, and there is no second."""
    case = "- {id: one, title: One, source: Me, answers: {hunger: none}, expected: skip}\n"
    text = loader.PlaybookText("lunch", {**lunch_text.files, "cases.yml": case})
    file = loader.parse_cases(text, lunch.playbook)
    judged = summarize(file, list(run_cases(lunch, file.cases)), lunch)
    assert [baseline.name for baseline in judged.baselines] == ["always Do something else"]
