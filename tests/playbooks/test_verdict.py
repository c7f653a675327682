"""The fields of a verdict, on the lunch playbook, whose points can be added by hand."""

import json

import pytest
from pydantic import TypeAdapter

from bot.playbooks import loader
from bot.playbooks.engine import InvalidAnswers, RuleEngine
from bot.playbooks.verdict import AnswerChange, Answered, Strength, Verdict

MONDAY = {"hunger": "much", "company": "few", "weather": "rain", "time": "minutes"}
SUNDAY = {
    "hunger": "some",
    "company": "few",
    "weather": "sun",
    "blanket": "owned",
    "time": "hours",
}


@pytest.fixture
def changed(lunch_text):
    """Return a function to the engine of a lunch playbook with text replaced in one file."""

    def make(name, *replacements):
        content = lunch_text.files[name]
        for old, new in replacements:
            assert old in content
            content = content.replace(old, new)
        text = loader.PlaybookText("lunch", {**lunch_text.files, name: content})
        return RuleEngine(loader.parse(text))

    return make


def test_points_are_the_sum_of_the_rules_that_hold(lunch):
    """Each option has its rules' points and what its needs have above bar, even if ruled out."""
    points = lunch.evaluate(MONDAY).points
    assert points == {"canteen": 5, "market": 1, "cook": 0, "picnic": 1, "skip": -4}


def test_a_veto_overrides_points(lunch):
    """An option that is ruled out cannot win; it keeps its points, and the way around is given."""
    verdict = lunch.evaluate({"hunger": "some", "company": "one", "time": "minutes"})
    (hit,) = verdict.vetoes
    assert (hit.veto, hit.options, hit.way_around) == (
        "no-time",
        ("cook",),
        "Bring what was cooked yesterday.",
    )
    assert hit.answers == (Answered("time", "minutes"), Answered("hunger", "some"))
    assert verdict.option != "cook"


def test_an_option_that_meets_two_large_needs_wins_over_its_parts(lunch):
    """Both needs of a picnic are over their bars, so it is worth what market and cook are."""
    verdict = lunch.evaluate(SUNDAY)
    assert (verdict.option, verdict.lead, verdict.strength) == ("picnic", 6, Strength.CLEAR)
    assert verdict.points == {"canteen": 0, "market": 4, "cook": 4, "picnic": 10, "skip": 0}


def test_a_need_below_its_bar_counts_against_what_meets_it(changed):
    """If one need misses its bar, the option that meets only the other one wins."""
    engine = changed("playbook.yml", ("bar: 2", "bar: 9"))
    assert engine.evaluate(SUNDAY).option == "cook"


def test_a_veto_on_a_part_allows_the_whole(changed):
    """A veto rules out only the options that it names."""
    leisurely = ("when: {time: minutes, hunger", "when: {time: hours, hunger")
    assert changed("rules.yml", leisurely).evaluate(SUNDAY).option == "picnic"
    both = changed("rules.yml", leisurely, ("rules_out: [cook]", "rules_out: [cook, picnic]"))
    assert both.evaluate(SUNDAY).option == "market"


def test_the_parts_of_an_option_meet_some_of_its_needs(lunch):
    """A part meets some of an option's needs, not all of them; a rival is none."""
    parts = {option: lunch.playbook.parts_of(option) for option in lunch.playbook.options}
    none = dict.fromkeys(lunch.playbook.options, ())
    assert parts == {**none, "picnic": ("market", "cook")}


@pytest.mark.parametrize(
    ("close", "clear", "strength"),
    [(5, 6, Strength.TOO_CLOSE), (4, 5, Strength.LEANING), (3, 4, Strength.CLEAR)],
)
def test_the_strength_follows_from_the_lead(changed, close, clear, strength):
    """A lead below `close_call` is too close to call; from `clear_lead` on it is clear."""
    new = f"close_call: {close}\nclear_lead: {clear}"
    engine = changed("playbook.yml", ("close_call: 2\nclear_lead: 5", new))
    verdict = engine.evaluate(MONDAY)
    assert (verdict.lead, verdict.strength) == (4, strength)


def test_no_answers_are_too_close_to_call(lunch):
    """Without answers, the first option is too close to call, and its steps are the comparison."""
    verdict = lunch.evaluate({})
    assert (verdict.option, verdict.strength, verdict.settled) == (
        "canteen",
        Strength.TOO_CLOSE,
        False,
    )
    assert verdict.steps == ("Eat at one today and at the other tomorrow.",)


def test_the_last_option_is_named_if_all_are_ruled_out(changed):
    """If every option is ruled out, the last one is named, and the first step says why."""
    everything = "rules_out: [canteen, market, cook, picnic, skip]"
    engine = changed("rules.yml", ("rules_out: [picnic]", everything))
    verdict = engine.evaluate({"weather": "rain"})
    assert (verdict.option, verdict.strength) == ("skip", Strength.TOO_CLOSE)
    assert verdict.steps[0].startswith("These answers rule out every option.")


def test_reasons_are_ordered_by_points(lunch):
    """A reason has rule, option, points, text, source and answers; the strongest comes first."""
    verdict = lunch.evaluate(MONDAY)
    assert [(r.rule, r.option, r.points) for r in verdict.reasons] == [
        ("hungry", "canteen", 3),
        ("hurry", "canteen", 2),
    ]
    assert verdict.reasons[0].because == "Much hunger wants much food."
    assert verdict.reasons[0].source == "Grandmother"
    assert verdict.reasons[0].answers == (Answered("hunger", "much"),)


def test_against_has_costs_and_the_runner_up(lunch):
    """Rules that cost the option points come first, then rules for the runner-up."""
    verdict = lunch.evaluate({"hunger": "some", "company": "many", "weather": "sun"})
    assert (verdict.option, verdict.runner_up) == ("market", "canteen")
    assert [(r.rule, r.option, r.points) for r in verdict.against] == [
        ("crowd", "market", -1),
    ]
    monday = lunch.evaluate(MONDAY)
    assert [(r.rule, r.option, r.points) for r in monday.against] == [("peckish", "market", 2)]


def test_gates_are_part_of_the_verdict(lunch):
    """A gate that holds is part of the verdict, and may make it provisional."""
    (gate,) = lunch.evaluate({**MONDAY, "company": "many"}).gates
    assert (gate.gate, gate.provisional) == ("allergies", True)
    assert gate.say == "Ask who has allergies first."


@pytest.mark.parametrize(
    ("sheet", "settled", "provisional"),
    [
        ({**MONDAY, "company": "few"}, True, False),
        ({**MONDAY, "company": "many"}, True, True),
        ({"hunger": "some", "company": "few"}, False, True),
    ],
    ids=["all known", "settled, on a condition still open", "open questions"],
)
def test_an_unsettled_verdict_is_provisional(lunch, sheet, settled, provisional):
    """A verdict is provisional if unsettled or if such a gate holds, in JSON as well."""
    verdict = lunch.evaluate(sheet)
    assert (verdict.settled, verdict.provisional) == (settled, provisional)
    assert json.loads(TypeAdapter(Verdict).dump_json(verdict))["provisional"] is provisional


@pytest.mark.parametrize(
    ("sheet", "option", "large"),
    [
        ({"hunger": "some"}, "market", {"air"}),
        ({"time": "hours"}, "cook", {"cooking"}),
        ({"hunger": "some", "time": "hours"}, "picnic", {"air", "cooking"}),
        ({"hunger": "none"}, "skip", set()),
    ],
)
def test_the_option_that_meets_the_large_needs_wins(lunch, sheet, option, large):
    """Each need has its own points; the option that meets exactly the large ones wins."""
    verdict = lunch.evaluate(sheet)
    assert verdict.option == option
    assert {name for name, level in verdict.needs.items() if level.large} == large


def test_a_rule_for_a_need_is_a_reason(changed):
    """A rule for a need is a reason for the option that meets it, with its points and text."""
    told = "because: {air: A stall has fresh air.}"
    engine = changed("rules.yml", ("because: A stall sells small portions and large ones.", told))
    (reason,) = engine.evaluate({"hunger": "some"}).reasons
    assert (reason.rule, reason.option, reason.points, reason.because) == (
        "peckish", "market", 2, "A stall has fresh air."
    )  # fmt: skip


def test_needs_without_points_recommend_nothing(lunch):
    """Bars of needs are not points: without answers nothing is recommended."""
    assert lunch.evaluate({}).recommended is None
    assert lunch.score({}).recommended is None
    assert lunch.evaluate({"hunger": "none"}).recommended == "skip"


def test_a_kind_may_have_a_condition(changed):
    """The first kind whose condition holds is chosen, whatever the points of the others."""
    talk = "talk: {title: Talk, summary: You want company., "
    engine = changed("playbook.yml", (talk, talk + "when: {weather: rain}, "))
    tired = {"hunger": "none", "company": "one", "time": "hours"}
    assert engine.evaluate(tired).kind == "rest"
    assert engine.evaluate({**tired, "weather": "rain"}).kind == "talk"


def test_a_gate_may_cap_the_confidence(changed):
    """A gate with `caps` limits the confidence, and the strength follows from that."""
    capped = changed("rules.yml", ("provisional: true", "caps: 0.6"))
    sheet = {**MONDAY, "company": "many"}
    verdict = capped.evaluate(sheet)
    assert (verdict.confidence, verdict.strength) == (0.6, Strength.TOO_CLOSE)
    assert capped.next_questions(sheet).confidence == 0.6
    assert capped.evaluate(MONDAY).confidence > 0.6


def test_the_only_option_left_is_named_so(changed):
    """If vetoes leave one option, the strength is "only one left" and the confidence 1."""
    others = "rules_out: [market, cook, picnic, skip]"
    engine = changed("rules.yml", ("rules_out: [picnic]", others))
    verdict = engine.evaluate(MONDAY)
    assert (verdict.option, verdict.strength) == ("canteen", Strength.ONLY_LEFT)
    assert (verdict.runner_up, verdict.confidence) == (None, 1)


def test_the_kind_has_the_most_points(lunch, changed):
    """The kind with the most points is named, and its first steps replace the option's."""
    tired = lunch.evaluate({"hunger": "none", "company": "one", "time": "hours"})
    assert (tired.option, tired.kind) == ("skip", "rest")
    assert tired.steps == ("Lie down for ten minutes.",)
    lonelier = changed("rules.yml", ("points: {skip: 3}", "points: {skip: 5}"))
    lonely = lonelier.evaluate({"hunger": "none", "company": "one", "time": "hours"})
    assert (lonely.option, lonely.kind) == ("skip", "talk")
    assert lonely.steps[0] == "Call a friend."


def test_an_answer_that_does_not_apply_is_ignored(lunch):
    """An answer to a question that does not apply gives no points."""
    with_it = lunch.evaluate({**MONDAY, "blanket": "owned"})
    assert with_it.points == lunch.evaluate(MONDAY).points


def test_a_verdict_is_settled_once_no_open_answer_can_change_it(lunch):
    """A verdict is settled if no open answer can change the option; others are homework."""
    assert lunch.evaluate(MONDAY).settled
    open_weather = lunch.evaluate({**SUNDAY, "weather": None})
    assert not open_weather.settled
    assert open_weather.homework[0].question == "weather"
    assert open_weather.homework[0].ask == "What is the weather like?"
    assert open_weather.homework[0].could_become == ("cook",)


def test_flips_have_a_sentence(lunch):
    """A flip has the change, the new option and a sentence."""
    verdict = lunch.evaluate({"hunger": "some", "company": "many", "weather": "sun"})
    first = verdict.flips[0]
    assert first.changes == (AnswerChange("weather", "sun", "rain"),)
    assert (first.option, first.drifts) == ("canteen", True)
    assert first.text == "If “What is the weather like?” becomes “It rains”: Canteen."
    by_text = [flip.text for flip in verdict.flips]
    assert "If everybody gets very hungry: Canteen." in by_text


def test_a_flip_names_the_kind(lunch):
    """A flip to an option with kinds names the kind."""
    flips = lunch.evaluate({"hunger": "some", "company": "one"}).flips
    assert "“How hungry are you?” becomes “Not at all”: Do something else (Rest)." in "\n".join(
        flip.text for flip in flips
    )


def test_homework_says_whether_it_decides_alone(lunch):
    """Homework is marked `alone` if it can change the option without another answer."""
    homework = lunch.evaluate({"time": "hours"}).homework
    for item in homework:
        question = lunch.playbook.question(item.question)
        sheet = {"time": "hours"}
        reached = {lunch.score({**sheet, question.id: a}).option for a in question.answers}
        assert item.alone is (len(reached | {lunch.score(sheet).option}) > 1)
    assert {item.alone for item in homework} == {True, False}


def test_drifts_come_first(lunch):
    """Flips by drift come first, then changes of given answers, then of open ones."""
    flips = lunch.evaluate({"hunger": "some", "company": "many", "weather": "sun"}).flips
    drifting = [flip.drifts for flip in flips]
    assert drifting == sorted(drifting, reverse=True)
    opens = [any(c.from_answer is None for c in flip.changes) for flip in flips if not flip.drifts]
    assert opens == sorted(opens)


def test_drifts_may_be_listed(changed):
    """If a question lists its drifts, only those changes are drifts."""
    sheet = {"hunger": "some", "company": "many", "weather": "sun"}
    moves = changed(
        "questions.yml", ("drifts: any", "drifts: {sun: [rain]}"), ("drifts: up\n", "\n")
    )
    by_option = {flip.changes[0].to_answer: flip.drifts for flip in moves.evaluate(sheet).flips}
    assert by_option["rain"]
    assert not by_option["much"]


def test_a_gate_may_depend_on_the_option(changed):
    """A gate with `recommends` holds only for those options."""
    on_canteen = changed(
        "rules.yml",
        ("when: {company: many}\n    provisional", "recommends: [canteen]\n    provisional"),
    )
    assert [gate.gate for gate in on_canteen.evaluate(MONDAY).gates] == ["allergies"]
    assert on_canteen.evaluate({"hunger": "none"}).gates == ()


def test_unknown_answers_are_refused_with_a_suggestion(lunch):
    """Unknown questions and answers are refused, with the most similar valid one."""
    with pytest.raises(InvalidAnswers) as caught:
        lunch.evaluate({"hungr": "much", "weather": "rian", "time": None})
    assert caught.value.problems == (
        "unknown question `hungr`; did you mean `hunger`?",
        "`rian` is no answer to `weather` (there are sun, rain); did you mean `rain`?",
    )


def test_a_verdict_round_trips_as_json(lunch):
    """A verdict equals its JSON round trip, which has the documented keys."""
    form = TypeAdapter(Verdict)
    verdict = lunch.evaluate({"hunger": "some", "company": "many", "weather": None})
    written = form.dump_json(verdict)
    assert form.validate_json(written) == verdict
    assert set(json.loads(written)) >= {
        *("option", "strength", "settled", "points", "reasons", "against", "vetoes", "gates"),
        *("flips", "homework", "steps", "playbook"),
    }
    assert json.loads(written)["playbook"] == {
        "id": "lunch",
        "version": "1.0",
        "hash": lunch.playbook.hash,
    }


def test_a_follow_up_applies_when_its_condition_holds(lunch):
    """A follow-up applies if its condition holds, not if it is false or unknown."""
    blanket = lunch.playbook.question("blanket")
    assert lunch.applies(blanket, {"weather": "sun"})
    assert not lunch.applies(blanket, {"weather": "rain"})
    assert not lunch.applies(blanket, {"weather": None})
