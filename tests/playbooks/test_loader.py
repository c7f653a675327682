"""The loader: which playbooks are refused, with which problem, at which place."""

import re

import pytest

from bot.playbooks import loader
from bot.playbooks.loader import PlaybookError, PlaybookText
from tests.playbooks.mutations import refusals, without_location

WRONG = [
    (
        "rules.yml",
        "hunger: none}",
        "hungre: none}",
        "unknown question `hungre`; did you mean `hunger`?",
    ),
    ("rules.yml", "hunger: none}", "hunger: non}", "unknown answer `non`; did you mean `none`?"),
    ("rules.yml", "{skip: 4}", "{skipp: 4}", "unknown option `skipp`; did you mean `skip`?"),
    ("rules.yml", "{skip: 4}", "{skip: 0}", "0 points say nothing: leave it out"),
    ("rules.yml", "{skip: 4}", "{skip: 10}", "`skip` is 10; at most 9 is allowed"),
    ("rules.yml", "{skip: 4}", '{skip: "4"}', "`skip` must be a whole number, not '4'"),
    ("rules.yml", "{skip: 4}", "{skip: true}", "`skip` must be a whole number, not True"),
    ("rules.yml", "because: Who", "becuase: Who", "unknown key `becuase`; did you mean `because`?"),
    ("rules.yml", "because: Who", "becuase: Who", "`because` is missing"),
    ("rules.yml", "kind: rest", "kind: rset", "unknown kind `rset`; did you mean `rest`?"),
    (
        "rules.yml",
        "because: Who isn't hungry needs no lunch.",
        "because: {canteen: So.}",
        "unknown option of its points `canteen`",
    ),
    (
        "playbook.yml",
        "needs: {",
        "needs: {cook: {title: Cook}, ",
        "`cook` is the id of an option already",
    ),
    (
        "playbook.yml",
        "rest: {title: Rest, ",
        "rest: {title: Rest, when: {hungre: none}, ",
        "unknown question `hungre`; did you mean `hunger`?",
    ),
    ("rules.yml", "provisional: true", "provisional: yes", "`provisional` must be true or false"),
    ("rules.yml", "id: hungry", "id: not-hungry", "rule `not-hungry` is here twice"),
    (
        "rules.yml",
        "when: {hunger: none}",
        "when: {}",
        "it names no question, so it would always hold",
    ),
    (
        "rules.yml",
        "when: {hunger: none}",
        "when: {all: [{hunger: none}, {hunger: much}]}",
        "it can never hold",
    ),
    ("rules.yml", "rules_out: [picnic]", "rules_out: []", "`rules_out` needs at least 1"),
    ("questions.yml", "step: mood", "step: moood", "unknown step `moood`; did you mean `mood`?"),
    (
        "questions.yml",
        "{weather: sun}",
        "{time: hours}",
        "it depends on `time`, which is not asked before it",
    ),
    (
        "questions.yml",
        "{weather: sun}",
        "{blanket: owned}",
        "it depends on `blanket`, which is not asked before it",
    ),
    ("questions.yml", "id: company", "id: any", "`any` is a word of conditions, not an id"),
    (
        "questions.yml",
        "drifts: up",
        "drifts: often",
        "`drifts` is `often`; it must be 'up', 'down' or 'any'",
    ),
    (
        "rules.yml",
        "{any: [{time",
        "{Any: [{time",
        "unknown question `Any`; did you mean `any`?",
    ),
    (
        "rules.yml",
        "{hunger: none}",
        "{Not: none}",
        "unknown question `Not`; did you mean `not`?",
    ),
    (
        "rules.yml",
        "because: Who isn't hungry needs no lunch.",
        "because: Who isn't hungry: no lunch.",
        (
            "not readable as YAML (mapping values are not allowed in this context): "
            "put quotes around text that contains `: `"
        ),
    ),
    (
        "questions.yml",
        "drifts: up",
        "drifts: {none: [smoe]}",
        "unknown answer `smoe`; did you mean `some`?",
    ),
    (
        "questions.yml",
        "drifts: up",
        "drifts: {som: [much]}",
        "unknown answer `som`; did you mean `some`?",
    ),
    (
        "rules.yml",
        "when: {company: many}\n    provisional",
        "recommends: [canten]\n    provisional",
        "unknown option `canten`; did you mean `canteen`?",
    ),
    (
        "rules.yml",
        "when: {company: many}\n    provisional",
        "provisional",
        "it needs `when`, `recommends` or both, else it would always hold",
    ),
    (
        "questions.yml",
        "ask: How hungry are you?",
        f"ask: {'x' * 151}",
        "`ask` is 151 characters long; at most 150 fit",
    ),
    (
        "questions.yml",
        "none: Not at all",
        f"none: {'x' * 76}",
        "`none` is 76 characters long; at most 75 fit",
    ),
    ("questions.yml", "{sun: Sunny, rain: It rains}", "{sun: Sunny}", "`answers` needs at least 2"),
    (
        "questions.yml",
        "sun: Sunny",
        "Sun: Sunny",
        "`Sun` is no id: use lower-case letters, digits, - and _, letter first",
    ),
    ("questions.yml", "sun: Sunny", "sun: 17", "`sun` must be text: put 17 in quotes"),
    ("questions.yml", "sun: Sunny", "sun: true", "`sun` must be text: put true in quotes"),
    (
        "playbook.yml",
        "title: Canteen",
        f"title: {'x' * 31}",
        "`title` is 31 characters long; at most 30 fit",
    ),
    (
        "playbook.yml",
        "[air, cooking]",
        "[air, cocking]",
        "unknown need `cocking`; did you mean `cooking`?",
    ),
    (
        "playbook.yml",
        "clear_lead: 5",
        "clear_lead: 1",
        "`clear_lead` must not be less than `close_call`",
    ),
    ("playbook.yml", 'version: "1.0"', "version:", "`version` is empty"),
    (
        "cases.yml",
        "expected: canteen",
        "expected: canten",
        "unknown option `canten`; did you mean `canteen`?",
    ),
    (
        "cases.yml",
        "{hunger: much,",
        "{hunger: mush,",
        "unknown answer `mush`; did you mean `much`?",
    ),
    (
        "cases.yml",
        "weather: null}",
        "wether: null}",
        "unknown question `wether`; did you mean `weather`?",
    ),
    (
        "cases.yml",
        "ambiguity: debatable",
        "ambiguty: debatable",
        "unknown key `ambiguty`; did you mean `ambiguity`?",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), WRONG, ids=[w[3][:48] for w in WRONG])
def test_a_problem_has_a_place_and_a_remedy(problems_of, lunch_text, name, old, new, message):
    """Each mistake is one problem with a remedy, on its line."""
    found = problems_of(name, old, new)
    line = lunch_text.files[name][: lunch_text.files[name].index(old)].count("\n") + 1
    said = [problem for problem in found if problem.endswith(f": {message}")]
    assert said, found
    assert re.match(rf"{re.escape(name)}:\d+:\d+: ", said[0])
    assert abs(int(said[0].split(":")[1]) - line) <= 3, (said, line)


def test_a_problem_points_at_the_word_itself(problems_of):
    """Line and column are those of the mistyped word, counted from 1."""
    (problem,) = problems_of("rules.yml", "{hunger: none}", "{hungre: none}")
    assert problem == "rules.yml:4:12: unknown question `hungre`; did you mean `hunger`?"


def test_every_problem_is_listed_at_once(lunch_text):
    """Problems of three files are one list, in reading order."""
    files = {
        "playbook.yml": lunch_text.files["playbook.yml"].replace("[air]", "[no]"),
        "questions.yml": lunch_text.files["questions.yml"].replace("step: mood", "step: m"),
        "rules.yml": lunch_text.files["rules.yml"].replace("{skip: 4}", "{skop: 4}"),
    }
    with pytest.raises(PlaybookError) as caught:
        loader.parse(PlaybookText("lunch", files))
    assert [problem.file for problem in caught.value.problems] == [
        "playbook.yml",
        "questions.yml",
        "questions.yml",
        "rules.yml",
    ]


def test_a_duplicate_question_is_one_problem(problems_of):
    """A duplicate question is one problem; rules that use it are not reported as well."""
    twice = "- {id: hunger, step: mood, ask: Again?, answers: {a: A, b: B}}\n- id: company"
    assert problems_of("questions.yml", "- id: company", twice) == [
        "questions.yml:8:8: question `hunger` is here twice"
    ]


def test_no_damaged_file_causes_a_traceback(lunch_text):
    """A randomly damaged playbook is either valid or refused with its problems."""
    refused = [problems for problems in refusals(lunch_text, 300) if problems is not None]
    assert len(refused) > 150
    assert all(refused)
    assert without_location(refused) == []


def test_an_unreadable_file_is_a_problem(tmp_path):
    """A missing file and one that is not UTF-8 are problems of that file."""
    (tmp_path / "playbook.yml").write_bytes(b"id: caf\xe9\n")
    (tmp_path / "questions.yml").mkdir()
    with pytest.raises(PlaybookError) as caught:
        loader.load(tmp_path)
    assert [str(problem) for problem in caught.value.problems] == [
        "playbook.yml:1:1: not UTF-8 text (byte 7)",
        "questions.yml:1:1: can't be read: Is a directory",
        f"rules.yml:1:1: not found in {tmp_path}",
    ]


def test_the_hash_is_of_all_files(lunch_text):
    """The hash covers the cases too, because confidence depends on them."""
    other_case = {**lunch_text.files, "cases.yml": "[]"}
    other_rule = {**lunch_text.files, "rules.yml": lunch_text.files["rules.yml"] + "\n"}
    assert PlaybookText("x", other_case).hash != lunch_text.hash
    assert PlaybookText("x", other_rule).hash != lunch_text.hash
    assert loader.parse(lunch_text).hash == lunch_text.hash
