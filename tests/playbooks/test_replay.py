"""Replaying stored answer sheets under the current rules."""

import pytest

from bot.playbooks import loader
from bot.playbooks.analysis.replay import replay
from bot.playbooks.engine import RuleEngine
from tests.services.several import SEVERAL_ENGINE, changed_version

MONDAY = {"hunger": "much", "company": "few", "weather": "rain", "time": "minutes"}
LOUD = ("faults: loud", "faults: slow")


@pytest.fixture
def current(lunch_text):
    """Return a function to an edited copy of the lunch playbook, as the current one."""

    def make(*replacements):
        files = dict(lunch_text.files)
        for name, old, new in replacements:
            assert old in files[name]
            files[name] = files[name].replace(old, new, 1)
        return RuleEngine(loader.parse(loader.PlaybookText("lunch", files)))

    return make


def test_the_same_rules_decide_the_same(lunch):
    """With the same rules there is no difference and no reason."""
    result = replay(MONDAY, lunch, lunch)
    assert (result.before, result.now, result.differs, result.why) == (
        "canteen",
        "canteen",
        False,
        (),
    )


def test_changed_points_are_a_reason(lunch, current):
    """A rule whose changed points change the option is given as the reason."""
    now = current(("rules.yml", "points: {air: 2}", "points: {air: 9}"))
    result = replay(MONDAY, lunch, now)
    assert (result.before, result.now) == ("canteen", "market")
    assert result.why == ("rule `peckish`: Market stall +2, now Market stall +9",)


def test_a_new_veto_is_a_reason(lunch, current):
    """A new veto on the stored option is given as the reason."""
    now = current(("rules.yml", "rules_out: [picnic]", "rules_out: [picnic, canteen]"))
    result = replay(MONDAY, lunch, now)
    assert (result.before, result.now) == ("canteen", "market")
    assert result.why == ("veto `wet` holds now",)


def test_removed_answers_count_as_open(lunch, current):
    """An answer that the current playbook does not have counts as open, and is named."""
    now = current(
        ("questions.yml", "rain: It rains", "wet: It rains"),
        ("rules.yml", "{weather: rain}", "{weather: wet}"),
    )
    result = replay(MONDAY, lunch, now)
    assert result.dropped == {"weather": ("rain",)}
    assert result.now == "canteen"


def test_of_several_answers_only_removed_ones_are_dropped():
    """Of several answers those that are left count on; a question may change its form."""
    sheet = {"faults": ("slow", "loud"), "age": "old"}
    quieter = RuleEngine(loader.parse(changed_version(("loud: It is loud, ", ""), LOUD)))
    assert replay(sheet, SEVERAL_ENGINE, quieter).dropped == {"faults": ("loud",)}
    single = RuleEngine(loader.parse(changed_version(("  several: true\n  alone: [none]\n", ""))))
    assert single.fitting({"faults": ("slow",)}) == {"faults": "slow"}
    assert single.fitting(sheet) == {"age": "old"}
    assert SEVERAL_ENGINE.fitting({"faults": "slow", "age": None}) == {
        "faults": ("slow",),
        "age": None,
    }


def test_nothing_is_recommended_without_evidence(lunch, current):
    """If no rule uses the answers, neither version recommends an option."""
    result = replay({}, lunch, current(("rules.yml", "points: {air: 2}", "points: {air: 9}")))
    assert (result.before, result.now, result.differs) == (None, None, False)
