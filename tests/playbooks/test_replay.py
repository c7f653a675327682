"""Old answer sheets under today's rules."""

import pytest

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.replay import replay

MONDAY = {"hunger": "much", "company": "few", "weather": "rain", "time": "minutes"}


@pytest.fixture
def today(lunch_text):
    """Today's lunch playbook: the old one with text replaced."""

    def make(*replacements):
        files = dict(lunch_text.files)
        for name, old, new in replacements:
            assert old in files[name]
            files[name] = files[name].replace(old, new, 1)
        return RuleEngine(loader.parse(loader.PlaybookText("lunch", files)))

    return make


def test_the_same_rules_decide_the_same(lunch):
    """Without a change nothing differs, and there is nothing to explain."""
    result = replay(MONDAY, lunch, lunch)
    assert (result.before, result.now, result.differs, result.why) == (
        "canteen",
        "canteen",
        False,
        (),
    )


def test_another_weight_is_named_where_it_changes_the_option(lunch, today):
    """A rule with other points that turns the result is given as the reason."""
    now = today(("rules.yml", "points: {market: 2}", "points: {market: 9}"))
    result = replay(MONDAY, lunch, now)
    assert (result.before, result.now) == ("canteen", "market")
    assert result.why == ("rule `peckish`: Market stall +2, now Market stall +9",)


def test_a_new_veto_is_named(lunch, today):
    """A veto that now rules the old option out is given as the reason."""
    now = today(("rules.yml", "rules_out: [picnic]", "rules_out: [picnic, canteen]"))
    result = replay(MONDAY, lunch, now)
    assert (result.before, result.now) == ("canteen", "market")
    assert result.why == ("veto `wet` holds now",)


def test_answers_that_no_longer_exist_are_left_out_and_named(lunch, today):
    """A question whose answer was renamed counts as open today."""
    now = today(
        ("questions.yml", "rain: It rains", "wet: It rains"),
        ("rules.yml", "{weather: rain}", "{weather: wet}"),
    )
    result = replay(MONDAY, lunch, now)
    assert result.dropped == ("weather",)
    assert result.now == "canteen"


def test_nothing_is_recommended_where_nothing_is_known(lunch, today):
    """Where no rule looks at what was answered, then and now recommend no option."""
    result = replay({}, lunch, today(("rules.yml", "points: {market: 2}", "points: {market: 9}")))
    assert (result.before, result.now, result.differs) == (None, None, False)
