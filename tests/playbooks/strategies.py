"""Hypothesis strategies for small playbooks and answer sheets."""

import json

from hypothesis import strategies as st

OPTIONS = ["ant", "bee", "cat", "duo"]
NEEDS = ["honey", "milk"]
STEPS = ["first", "second"]


@st.composite
def conditions(draw, questions, depth=2):
    """Draw a condition on these questions, {id: [answers]}."""
    names = draw(st.lists(st.sampled_from(sorted(questions)), min_size=1, max_size=2, unique=True))
    found = {
        name: draw(
            st.one_of(
                st.sampled_from(questions[name]),
                st.lists(st.sampled_from(questions[name]), min_size=1, max_size=2, unique=True),
            )
        )
        for name in names
    }
    if depth and draw(st.integers(0, 4)) == 0:
        inner = conditions(questions, depth - 1)
        word = draw(st.sampled_from(["all", "any", "not"]))
        found[word] = draw(inner if word == "not" else st.lists(inner, min_size=1, max_size=2))
    return found


@st.composite
def playbooks(draw, most_questions=4):
    """Draw the files of a valid playbook, with many effective vetoes and follow-ups."""
    answers = {
        f"q{n}": [f"a{k}" for k in range(draw(st.integers(2, 3)))]
        for n in range(draw(st.integers(2, most_questions)))
    }
    names = list(answers)
    questions = []
    for place, name in enumerate(names):
        question = {
            "id": name,
            "step": STEPS[0] if place < 2 else STEPS[1],
            "ask": f"What of {name}?",
            "answers": {answer: answer.upper() for answer in answers[name]},
        }
        if len(answers[name]) == 2 and draw(st.booleans()):
            question["several"] = True
            if draw(st.booleans()):
                question["alone"] = ["a1"]
        if place and draw(st.integers(0, 3)) == 0:
            question["ask_when"] = draw(conditions({n: answers[n] for n in names[:place]}, 1))
        if draw(st.booleans()):
            question["drifts"] = draw(st.sampled_from(["up", "down", "any"]))
        questions.append(question)
    needs = draw(st.sampled_from([[], NEEDS, NEEDS]))
    points = st.dictionaries(
        st.sampled_from([*OPTIONS, *needs, *needs]),
        st.integers(-4, 4).filter(bool),
        min_size=1,
        max_size=3,
    )
    rules = [
        {
            "id": f"r{n}",
            "when": draw(conditions(answers)),
            "points": draw(points),
            "because": "It is so.",
            "source": "A survey",
        }
        for n in range(draw(st.integers(1, 8)))
    ]
    vetoes = [
        {
            "id": f"v{n}",
            "when": draw(conditions(answers)),
            "rules_out": draw(st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=4)),
            "because": "It can't be.",
            "way_around": "Over the hill.",
            "source": "A survey",
        }
        for n in range(draw(st.integers(0, 3)))
    ]
    gates = [
        {"id": f"g{n}", "say": "Mind it.", **draw(gate_fields(answers))}
        for n in range(draw(st.integers(0, 2)))
    ]
    close = draw(st.integers(0, 2))
    order = draw(st.permutations(OPTIONS))
    head = {
        "id": "random",
        "title": "Random",
        "version": "1",
        "steps": [{"id": step, "title": step.title()} for step in STEPS],
        "options": {
            option: {"title": option.title(), "summary": f"Take {option}."} for option in order
        },
        "close_call": close,
        "clear_lead": close + draw(st.integers(0, 3)),
    }
    if needs:
        head["needs"] = {
            need: {"title": need.title(), "bar": draw(st.integers(-1, 4))} for need in needs
        }
        for option in order:
            meets = draw(st.lists(st.sampled_from(needs), unique=True))
            head["options"][option]["meets"] = needs if option == "duo" else meets
    add_kinds(draw, head["options"], rules, answers)
    return {
        "playbook.yml": json.dumps(head),
        "questions.yml": json.dumps(questions),
        "rules.yml": json.dumps({"rules": rules, "vetoes": vetoes, "gates": gates}),
    }


@st.composite
def gate_fields(draw, answers):
    """Draw when a gate holds, for which options, and what it does to the verdict."""
    found = {"provisional": draw(st.booleans())}
    if draw(st.booleans()):
        found["recommends"] = draw(st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=2))
    if "recommends" not in found or draw(st.booleans()):
        found["when"] = draw(conditions(answers, 1))
    if draw(st.booleans()):
        found["caps"] = draw(st.sampled_from([0.4, 0.6, 0.8]))
    return found


def add_kinds(draw, options, rules, answers):
    """Give some options two kinds, and let some of the rules for them point to one."""
    for name, option in options.items():
        if not draw(st.booleans()):
            continue
        kinds = {f"{name}-{which}": {"title": which, "summary": which} for which in "xy"}
        for kind in kinds.values():
            if not draw(st.integers(0, 3)):
                kind["when"] = draw(conditions(answers, 1))
        option["kinds"] = kinds
        for rule in rules:
            argued = {name, *option.get("meets", [])} & {*rule["points"]}
            if argued and "kind" not in rule and draw(st.booleans()):
                rule["kind"] = draw(st.sampled_from(list(kinds)))


@st.composite
def sheets(draw, playbook):
    """Draw answers to a playbook: some given, some unknown, some missing."""
    found = {}
    for question in playbook.questions:
        kind = draw(st.integers(0, 5))
        if kind > 1:
            found[question.id] = draw(st.sampled_from(list(question.values())))
        elif kind:
            found[question.id] = None
    return found
