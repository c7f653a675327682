"""What a verdict says, on a small playbook that can be reckoned by hand."""

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
    """An engine of the lunch playbook with one file's text replaced in a place."""

    def make(name, *replacements):
        content = lunch_text.files[name]
        for old, new in replacements:
            assert old in content
            content = content.replace(old, new)
        text = loader.PlaybookText("lunch", {**lunch_text.files, name: content})
        return RuleEngine(loader.parse(text))

    return make


def test_points_are_the_sum_of_the_rules_that_hold(lunch):
    """Each option has the points of its rules, whether it can win or not."""
    points = lunch.evaluate(MONDAY).points
    assert points == {"canteen": 5, "market": 2, "cook": 2, "picnic": 2, "skip": -4}


def test_a_veto_rules_out_whatever_the_points(lunch):
    """An option that is ruled out can't win, keeps its points, and the way around is told."""
    verdict = lunch.evaluate({"hunger": "some", "company": "one", "time": "minutes"})
    (hit,) = verdict.vetoes
    assert (hit.veto, hit.options, hit.way_around) == (
        "no-time",
        ("cook",),
        "Bring what was cooked yesterday.",
    )
    assert hit.answers == (Answered("hunger", "some"), Answered("time", "minutes"))
    assert verdict.option != "cook"


def test_a_combination_wins_over_its_parts_when_each_clears_its_bar(lunch):
    """Market and cook both reach 3 points, so the picnic takes their place."""
    verdict = lunch.evaluate(SUNDAY)
    assert verdict.option == "picnic"
    assert verdict.points == {"canteen": 0, "market": 5, "cook": 6, "picnic": 8, "skip": 0}


def test_a_combination_fails_when_a_part_misses_its_bar(changed):
    """One point more on the bar of a part, and its stronger part wins alone."""
    assert changed("playbook.yml", ("market: 3,", "market: 6,")).evaluate(SUNDAY).option == "cook"


def test_a_veto_on_an_option_alone_lets_the_combination_stand(changed):
    """What rules cook out alone keeps it as part of a picnic; the same veto in full does not."""
    leisurely = ("when: {time: minutes, hunger", "when: {time: hours, hunger")
    assert changed("rules.yml", leisurely).evaluate(SUNDAY).option == "picnic"
    in_full = changed("rules.yml", leisurely, ("alone: true", "alone: false"))
    assert in_full.evaluate(SUNDAY).option == "market"


def test_the_lead_of_a_combination_is_how_surely_its_parts_clear_their_bars(lunch):
    """Market clears its bar of 3 with 5 points: a lead of 3, however far off the others are."""
    verdict = lunch.evaluate(SUNDAY)
    assert (verdict.lead, verdict.strength) == (3, Strength.LEANING)


@pytest.mark.parametrize(
    ("close", "clear", "strength"),
    [(4, 5, Strength.TOO_CLOSE), (3, 4, Strength.LEANING), (2, 3, Strength.CLEAR)],
)
def test_the_lead_makes_the_strength(changed, close, clear, strength):
    """Under close_call it is too close to call, from clear_lead on it is clear."""
    new = f"close_call: {close}\nclear_lead: {clear}"
    engine = changed("playbook.yml", ("close_call: 2\nclear_lead: 5", new))
    verdict = engine.evaluate(MONDAY)
    assert (verdict.lead, verdict.strength) == (3, strength)


def test_no_answers_come_to_the_first_option_too_close_to_call(lunch):
    """With nothing known the first option is named, and what to do is the playbook's bake-off."""
    verdict = lunch.evaluate({})
    assert (verdict.option, verdict.strength, verdict.settled) == (
        "canteen",
        Strength.TOO_CLOSE,
        False,
    )
    assert verdict.steps == ("Eat at one today and at the other tomorrow.",)


def test_when_everything_is_ruled_out_the_last_option_says_so(changed):
    """With every option ruled out the last one is named, and the first step says why."""
    everything = "rules_out: [canteen, market, cook, picnic, skip]"
    engine = changed("rules.yml", ("rules_out: [picnic]", everything))
    verdict = engine.evaluate({"weather": "rain"})
    assert (verdict.option, verdict.strength) == ("skip", Strength.TOO_CLOSE)
    assert verdict.steps[0].startswith("These answers rule out every option.")


def test_reasons_speak_for_the_option_strongest_first_each_with_its_answers(lunch):
    """A reason names rule, points, why, source and the answers it rests on."""
    verdict = lunch.evaluate(MONDAY)
    assert [(r.rule, r.option, r.points) for r in verdict.reasons] == [
        ("hungry", "canteen", 3),
        ("hurry", "canteen", 2),
    ]
    assert verdict.reasons[0].because == "Much hunger wants much food."
    assert verdict.reasons[0].source == "Grandmother"
    assert verdict.reasons[0].answers == (Answered("hunger", "much"),)


def test_against_are_the_rules_that_cost_points_and_the_pushes_for_the_next_best(lunch):
    """What took points from the option comes first, then what speaks for the runner-up."""
    verdict = lunch.evaluate({"hunger": "some", "company": "many", "weather": "sun"})
    assert (verdict.option, verdict.runner_up) == ("market", "canteen")
    assert [(r.rule, r.option, r.points) for r in verdict.against] == [
        ("crowd", "market", -1),
    ]
    monday = lunch.evaluate(MONDAY)
    assert [(r.rule, r.option, r.points) for r in monday.against] == [("peckish", "market", 2)]


def test_gates_come_with_the_verdict_and_block_nothing(lunch):
    """A gate that holds is told, and whether it makes the verdict provisional."""
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
def test_a_verdict_is_provisional_while_a_question_or_condition_is_open(
    lunch, sheet, settled, provisional
):
    """Provisional is what isn't settled, and what a gate says rests on too little; in JSON too."""
    verdict = lunch.evaluate(sheet)
    assert (verdict.settled, verdict.provisional) == (settled, provisional)
    assert json.loads(TypeAdapter(Verdict).dump_json(verdict))["provisional"] is provisional


NEEDS = """needs:
  food: {title: Food, bar: 3}
  calm: {title: Calm, bar: 3}
"""


@pytest.fixture
def needy(lunch_text):
    """The lunch playbook with two needs: the stall meets one, the canteen the other, cook both."""
    head = lunch_text.files["playbook.yml"].replace("options:", NEEDS + "options:")
    for option, meets in (("market", "food"), ("canteen", "calm"), ("cook", "food, calm")):
        head = head.replace(f"  {option}:\n", f"  {option}:\n    meets: [{meets}]\n")
    head = head.replace("    combines: [market, cook]\n", "")
    questions = lunch_text.files["questions.yml"]
    rules = """rules:
  - {id: hungry, when: {hunger: much}, points: {food: 5}, because: {food: So.}, source: Me}
  - {id: crowd, when: {company: many}, points: {calm: 4}, because: A crowd., source: Me}
  - {id: rain, when: {weather: rain}, points: {skip: 1}, because: {skip: Rain.}, source: Me}
"""
    files = {"playbook.yml": head, "questions.yml": questions, "rules.yml": rules}
    return RuleEngine(loader.parse(loader.PlaybookText("needy", files)))


@pytest.mark.parametrize(
    ("sheet", "option", "large"),
    [
        ({"hunger": "much"}, "market", {"food"}),
        ({"company": "many"}, "canteen", {"calm"}),
        ({"hunger": "much", "company": "many"}, "cook", {"food", "calm"}),
        ({"weather": "rain"}, "skip", set()),
    ],
)
def test_the_option_that_meets_exactly_the_large_needs_is_recommended(needy, sheet, option, large):
    """Needs are diagnosed apart; what speaks for one counts against no option for another."""
    verdict = needy.evaluate(sheet)
    assert verdict.option == option
    assert {name for name, level in verdict.needs.items() if level.large} == large


def test_a_need_gives_the_reason_of_the_option_that_meets_it(needy):
    """A rule for a need is a reason for the option, with the words and points of the need."""
    (reason,) = needy.evaluate({"hunger": "much"}).reasons
    assert (reason.rule, reason.option, reason.points, reason.because) == (
        "hungry", "market", 5, "So."
    )  # fmt: skip


def test_with_needs_nothing_is_recommended_while_no_rule_gives_points(needy):
    """The bars of needs are no points: without an answer nothing is known."""
    assert needy.evaluate({}).recommended is None
    assert needy.score({}).recommended is None
    assert needy.evaluate({"weather": "rain"}).recommended == "skip"


def test_a_kind_may_have_a_condition_of_its_own(changed):
    """The first kind whose condition holds is chosen, whatever points say of the others."""
    talk = "talk: {title: Talk, summary: You want company., "
    engine = changed("playbook.yml", (talk, talk + "when: {weather: rain}, "))
    tired = {"hunger": "none", "company": "one", "time": "hours"}
    assert engine.evaluate(tired).kind == "rest"
    assert engine.evaluate({**tired, "weather": "rain"}).kind == "talk"


def test_a_gate_may_cap_the_confidence(changed):
    """While such a gate holds the verdict is no surer than it allows, and its word follows."""
    capped = changed("rules.yml", ("provisional: true", "caps: 0.6"))
    sheet = {**MONDAY, "company": "many"}
    verdict = capped.evaluate(sheet)
    assert (verdict.confidence, verdict.strength) == (0.6, Strength.TOO_CLOSE)
    assert capped.next_questions(sheet).confidence == 0.6
    assert capped.evaluate(MONDAY).confidence > 0.6


def test_an_option_that_is_the_only_one_left_is_called_so(changed):
    """Where vetoes rule out all others, nothing is said of a clear lead."""
    others = "rules_out: [market, cook, picnic, skip]"
    engine = changed("rules.yml", ("rules_out: [picnic]", others))
    verdict = engine.evaluate(MONDAY)
    assert (verdict.option, verdict.strength) == ("canteen", Strength.ONLY_LEFT)
    assert (verdict.runner_up, verdict.confidence) == (None, 1)


def test_the_kind_is_the_variety_that_the_rules_push_most(lunch, changed):
    """An option with varieties is told with the strongest one, whose first steps come first."""
    tired = lunch.evaluate({"hunger": "none", "company": "one", "time": "hours"})
    assert (tired.option, tired.kind) == ("skip", "rest")
    assert tired.steps == ("Lie down for ten minutes.", "Drink a glass of water.")
    lonelier = changed("rules.yml", ("points: {skip: 3}", "points: {skip: 5}"))
    lonely = lonelier.evaluate({"hunger": "none", "company": "one", "time": "hours"})
    assert (lonely.option, lonely.kind) == ("skip", "talk")
    assert lonely.steps[0] == "Call somebody."


def test_the_answer_to_a_question_that_does_not_apply_counts_for_nothing(lunch):
    """A blanket in the rain, entered earlier, gives no points."""
    with_it = lunch.evaluate({**MONDAY, "blanket": "owned"})
    assert with_it.points == lunch.evaluate(MONDAY).points


def test_a_verdict_is_settled_once_no_open_answer_can_change_it(lunch):
    """With everything answered it is settled; what is left open is homework only if it matters."""
    assert lunch.evaluate(MONDAY).settled
    open_weather = lunch.evaluate({**SUNDAY, "weather": None})
    assert not open_weather.settled
    assert open_weather.homework[0].question == "weather"
    assert open_weather.homework[0].ask == "What is the weather like?"
    assert "picnic" in open_weather.homework[0].could_become


def test_flips_say_in_words_what_would_change_it(lunch):
    """A flip names the change, where it leads, and reads as a sentence."""
    verdict = lunch.evaluate({"hunger": "some", "company": "many", "weather": "sun"})
    first = verdict.flips[0]
    assert first.changes == (AnswerChange("hunger", "some", "much"),)
    assert (first.option, first.drifts) == ("canteen", True)
    assert first.text == "If everybody gets very hungry: Canteen."
    by_text = [flip.text for flip in verdict.flips]
    assert "If “What is the weather like?” becomes “It rains”: Canteen." in by_text


def test_a_flip_names_the_kind_that_it_leads_to(lunch):
    """A flip to an option with varieties says which one the changed answers point to."""
    flips = lunch.evaluate({"hunger": "some", "company": "one"}).flips
    assert "“How hungry are you?” becomes “Not at all”: Do something else (Rest)." in "\n".join(
        flip.text for flip in flips
    )


def test_homework_says_when_it_takes_another_answer_too(lunch):
    """An open question that flips nothing by itself is marked as needing another answer."""
    homework = lunch.evaluate({"time": "hours"}).homework
    for item in homework:
        question = lunch.playbook.question(item.question)
        sheet = {"time": "hours"}
        reached = {lunch.score({**sheet, question.id: a}).option for a in question.answers}
        assert item.alone is (len(reached | {lunch.score(sheet).option}) > 1)
    assert {item.alone for item in homework} == {True, False}


def test_changes_that_happen_by_themselves_come_first(lunch):
    """Flips by drift rank before others, changes of given answers before open ones."""
    flips = lunch.evaluate({"hunger": "some", "company": "many", "weather": "sun"}).flips
    drifting = [flip.drifts for flip in flips]
    assert drifting == sorted(drifting, reverse=True)
    opens = [any(c.from_answer is None for c in flip.changes) for flip in flips if not flip.drifts]
    assert opens == sorted(opens)


def test_drifts_may_name_the_moves_one_by_one(changed):
    """Where a question lists what each answer may turn into, only those changes are drifts."""
    sheet = {"hunger": "some", "company": "many", "weather": "sun"}
    moves = changed(
        "questions.yml", ("drifts: any", "drifts: {sun: [rain]}"), ("drifts: up\n", "\n")
    )
    by_option = {flip.changes[0].to_answer: flip.drifts for flip in moves.evaluate(sheet).flips}
    assert by_option["rain"]
    assert not by_option["much"]


def test_a_gate_may_wait_for_an_option(changed):
    """A gate that names options is said when one of them is recommended, and only then."""
    on_canteen = changed(
        "rules.yml",
        ("when: {company: many}\n    provisional", "recommends: [canteen]\n    provisional"),
    )
    assert [gate.gate for gate in on_canteen.evaluate(MONDAY).gates] == ["allergies"]
    assert on_canteen.evaluate({"hunger": "none"}).gates == ()


def test_answers_that_do_not_fit_are_refused_each_with_a_suggestion(lunch):
    """Unknown questions and answers are named, with the nearest that exists."""
    with pytest.raises(InvalidAnswers) as caught:
        lunch.evaluate({"hungr": "much", "weather": "rian", "time": None})
    assert caught.value.problems == (
        "unknown question `hungr`; did you mean `hunger`?",
        "`rian` is no answer to `weather` (there are sun, rain); did you mean `rain`?",
    )


def test_a_verdict_survives_being_written_down(lunch):
    """As JSON and back a verdict is the same, and has the keys of the contract."""
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


def test_questions_come_in_the_order_of_the_steps_and_after_what_they_hang_on(lunch):
    """Earlier steps first; a follow-up never before the question that opens it."""
    asked = [question.id for question in lunch.questions_that_matter({})]
    steps = [lunch.playbook.question(name).step for name in asked]
    assert steps == sorted(steps, key=["mood", "limits"].index)
    assert asked.index("weather") < asked.index("blanket")


def test_asking_only_what_matters_never_changes_the_result(lunch):
    """Whoever answers only the questions asked gets the option that all answers would give."""
    for sheet in (MONDAY, SUNDAY, {**SUNDAY, "hunger": "none"}, {**MONDAY, "company": "one"}):
        given = {}
        while matter := lunch.questions_that_matter(given):
            given[matter[0].id] = sheet.get(matter[0].id)
        assert lunch.evaluate(given).option == lunch.evaluate(sheet).option


def test_a_follow_up_applies_when_its_condition_holds(lunch):
    """The blanket is asked about in the sun, not in the rain, nor while the weather is unknown."""
    blanket = lunch.playbook.question("blanket")
    assert lunch.applies(blanket, {"weather": "sun"})
    assert not lunch.applies(blanket, {"weather": "rain"})
    assert not lunch.applies(blanket, {"weather": None})
