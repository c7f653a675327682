"""`ragvsft rules`, as a rule author or a script meets it."""

import json
import re
import shutil
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from bot.cli.rules import rules

LUNCH = Path(__file__).parents[1] / "playbooks" / "playbooks" / "lunch"
MONDAY = "{hunger: much, company: few, weather: rain, time: minutes}"


@pytest.fixture
def run():
    """Call a command; standard output and standard error come apart."""

    def call(*arguments, stdin=None):
        return CliRunner().invoke(rules, [str(each) for each in arguments], input=stdin)

    return call


@pytest.fixture
def broken(tmp_path):
    """A copy of the lunch playbook with two mistakes."""
    folder = tmp_path / "lunch"
    shutil.copytree(LUNCH, folder)
    path = folder / "rules.yml"
    text = path.read_text().replace("{hunger: none}", "{hungre: none}")
    path.write_text(text.replace("kind: talk", "kind: tlak"))
    return folder


def refused(result):
    """The one line of a refusal."""
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


def test_check_counts_what_is_there_when_all_is_fine(run):
    """A good playbook gets one friendly line and exit status 0."""
    result = run("check", LUNCH)
    assert result.exit_code == 0
    assert result.stdout == "lunch: 5 questions, 9 rules, 2 vetoes, 1 gate, 4 cases: fine\n"


def test_check_lists_every_problem_with_its_place_and_fails(run, broken):
    """A broken playbook gets a line for each problem, and exit status 2."""
    result = run("check", broken)
    assert result.exit_code == 2
    assert result.stdout.splitlines() == [
        f"{broken}/rules.yml:4:12: unknown question `hungre`; did you mean `hunger`?",
        f"{broken}/rules.yml:24:11: unknown kind `tlak`; did you mean `talk`?",
    ]


def test_check_looks_at_every_playbook_of_a_folder(run, broken):
    """One broken playbook does not hide that the other is fine."""
    shutil.copytree(LUNCH, broken.parent / "zz-fine")
    result = run("check", broken.parent)
    assert result.exit_code == 2
    assert result.stdout.splitlines()[-1].endswith(": fine")


def test_check_warns_of_facts_last_looked_up_long_ago(run, broken):
    """An old `checked` date is a warning, not a failure."""
    path = broken / "rules.yml"
    text = (LUNCH / "rules.yml").read_text()
    path.write_text(text.replace("    kind: rest\n", "    kind: rest\n    checked: 2024-01-01\n"))
    result = run("check", broken)
    assert result.exit_code == 0
    assert re.search(
        r"rules.yml:9:14: `not-hungry` rests on a fact last checked on 2024-01-01, \d+ days ago: "
        r"look it up again\n",
        result.stdout,
    )


def test_check_refuses_a_day_that_is_still_to_come(run, broken):
    """A `checked` date in the future is a mistake, with its place."""
    path = broken / "rules.yml"
    text = (LUNCH / "rules.yml").read_text()
    path.write_text(text.replace("    kind: rest\n", "    kind: rest\n    checked: 2999-01-01\n"))
    result = run("check", broken)
    assert result.exit_code == 2
    assert "rules.yml:9:14: `checked` is 2999-01-01, which is still to come" in result.stdout


def test_check_shows_what_is_wrong_with_the_cases_beside_broken_rules(run, broken):
    """Broken rules don't hide that a case names an answer that is not there."""
    path = broken / "cases.yml"
    path.write_text(path.read_text().replace("weather: null", "weather: rian"))
    lines = run("check", broken).stdout.splitlines()
    assert len(lines) == 3
    assert lines[0].endswith("unknown answer `rian`; did you mean `rain`?")


def test_the_folder_may_stand_in_a_dotenv_file(run, tmp_path, monkeypatch):
    """RAGVSFT_RULES is read from .env too; a folder that is named goes before it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RAGVSFT_RULES", raising=False)
    (tmp_path / ".env").write_text(f"RAGVSFT_RULES={LUNCH}\n")
    assert run("check").stdout.startswith("lunch: 5 questions")
    assert json.loads(run("questions", "--json").stdout)[0]["id"] == "hunger"
    assert "no such folder" in refused(run("check", tmp_path / "none"))


def test_recommend_prints_the_contract_as_json(run, tmp_path):
    """With --json the verdict has the documented keys, and nothing else is printed."""
    answers = tmp_path / "answers.yml"
    answers.write_text(MONDAY)
    result = run("recommend", answers, "--rules", LUNCH, "--json")
    verdict = json.loads(result.stdout)
    assert (verdict["option"], verdict["strength"], verdict["settled"]) == (
        "canteen",
        "leaning",
        True,
    )
    assert verdict["points"] == {"canteen": 5, "market": 2, "cook": 2, "picnic": 2, "skip": -4}
    assert verdict["steps"] == ["Take a tray."]
    assert verdict["playbook"]["id"] == "lunch"
    assert result.stderr == ""


def test_a_list_of_sheets_gives_a_list_of_verdicts_also_from_stdin(run):
    """Each sheet has its verdict, in order; JSON is accepted as it is YAML."""
    sheets = [{"hunger": "none"}, {"hunger": "much", "time": "minutes", "weather": None}]
    result = run("recommend", "-", "--rules", LUNCH, "--json", stdin=json.dumps(sheets))
    assert [verdict["option"] for verdict in json.loads(result.stdout)] == ["skip", "canteen"]
    alone = run("recommend", "-", "--rules", LUNCH, "--json", stdin="[]")
    assert json.loads(alone.stdout) == []


def test_recommend_reads_well_without_json(run):
    """The answer comes first, then why, what was ruled out, what would change it, first steps."""
    result = run("recommend", "-", "--rules", LUNCH, stdin=MONDAY)
    lines = result.stdout.splitlines()
    assert lines[0] == "Canteen: leaning, settled"
    titles = [line for line in lines if line and not line.startswith(" ")][2:-1]
    assert titles == [
        "Why",
        "What speaks against it",
        "Ruled out",
        "What would change this",
        "First steps",
    ]
    assert max(map(len, lines)) <= 88


def test_recommend_recommends_nothing_where_nothing_is_known(run):
    """Without an answer that a rule looks at, no option is named first, and no steps follow."""
    lines = run("recommend", "-", "--rules", LUNCH, stdin="{}").stdout.splitlines()
    assert lines[0] == "Nothing yet: too little is known"
    assert "First steps" not in lines


def test_recommend_says_when_a_settled_verdict_is_still_provisional(run):
    """A condition that has to be met first is told beside the strength."""
    sheet = MONDAY.replace("company: few", "company: many")
    lines = run("recommend", "-", "--rules", LUNCH, stdin=sheet).stdout.splitlines()
    assert lines[:2] == [
        "Canteen: clear, provisional",
        "It rests on something still to be done: see “On condition”.",
    ]


REFUSALS = [
    ("{hungre: much}", "unknown question `hungre`; did you mean `hunger`?"),
    ("{hunger: mutch}", "`mutch` is no answer to `hunger` (there are none, some, much)"),
    ("{hunger: 3}", "the answer to `hunger` must be an answer id or null"),
    ("just text", "must map questions to answers, like `freshness: weekly`"),
    ("", "must map questions to answers, like `freshness: weekly`"),
    ("[{hunger: much}, 7]", "sheet 2: must map questions to answers"),
    ("{hunger: [", "not readable as YAML"),
    ("{hunger: much, hunger: none}", "`hunger` is here twice"),
]


@pytest.mark.parametrize(("text", "said"), REFUSALS, ids=[r[0][:20] or "empty" for r in REFUSALS])
def test_answers_that_can_not_be_used_are_refused_in_one_line(run, text, said):
    """Exit status 2 and one line that says what, where and what to do."""
    line = refused(run("recommend", "-", "--rules", LUNCH, "--json", stdin=text))
    assert said in line
    assert "stdin" in line


def test_files_that_can_not_be_used_are_refused_in_one_line(run, tmp_path, broken):
    """Missing and binary answers, missing and broken playbooks: one line each."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    missing = tmp_path / "nowhere"
    assert "can't be read" in refused(run("recommend", missing, "--rules", LUNCH))
    assert "not UTF-8 text" in refused(run("recommend", tmp_path / "binary", "--rules", LUNCH))
    assert "no such folder" in refused(run("check", missing))
    (tmp_path / "empty").mkdir()
    assert "no playbook here" in refused(run("questions", "--rules", tmp_path / "empty"))
    assert "and 1 more" in refused(run("recommend", "-", "--rules", broken, stdin="{}"))
    assert "no playbook `dinner`; there are lunch" in refused(
        run("questions", "--rules", LUNCH, "--playbook", "dinner")
    )


def test_questions_are_printed_for_people_and_for_programs(run):
    """The JSON has the documented keys in order; the text shows ids beside the words."""
    listed = json.loads(run("questions", "--rules", LUNCH, "--json").stdout)
    assert [list(each) for each in listed] == [
        ["id", "step", "ask", "help", "answers", "ask_when"]
    ] * 5
    assert listed[3]["ask_when"] == {"weather": ["sun"]}
    text = run("questions", "--rules", LUNCH).stdout
    assert "  hunger: How hungry are you?" in text
    assert "      none  Not at all" in text


def test_schemas_are_printed_and_written_alike(run, tmp_path):
    """What is written beside the playbooks is what is printed, and is a valid schema."""
    assert run("schema", "--write", tmp_path).exit_code == 0
    for name in ("playbook", "questions", "rules", "cases"):
        printed = json.loads(run("schema", name).stdout)
        jsonschema.Draft202012Validator.check_schema(printed)
        assert json.loads((tmp_path / ".schema" / f"{name}.json").read_text()) == printed
    assert set(json.loads(run("schema").stdout)) == {"playbook", "questions", "rules", "cases"}


def test_cases_are_reported_beside_baselines_and_can_fail(run):
    """`test` prints agreement, baselines, the table and what differs; a bar can be set."""
    result = run("test", LUNCH)
    assert result.exit_code == 0
    assert re.search(r"lunch +3 of 4 \(75%\) +3 of 3 \(100%\)", result.stdout)
    assert re.search(r"always Canteen +2 of 4", result.stdout)
    assert "friday: published cook, here market" in result.stdout
    assert run("test", LUNCH, "--at-least", "100").exit_code == 0


def test_a_bar_that_is_missed_fails(run, broken):
    """Fewer clear cases than asked for is exit status 1, in words."""
    shutil.copy(LUNCH / "rules.yml", broken / "rules.yml")
    path = broken / "cases.yml"
    path.write_text(path.read_text().replace("expected: canteen", "expected: skip"))
    result = run("test", broken, "--at-least", "90")
    assert result.exit_code == 1
    assert result.stderr == "Fewer than 90% of the clear cases agree.\n"


def test_prove_reports_and_fails_on_what_needs_mending(run):
    """The lunch playbook has vetoes without teeth; that is named, with exit status 1."""
    result = run("prove", LUNCH)
    assert result.exit_code == 1
    assert "72 answer sheets; looked at all of them" in result.stdout
    assert "Vetoes that never bite: 2\n  - wet\n  - no-time\n" in result.stdout
    assert "Options out of reach: none" in result.stdout
    assert re.search(r"\nTime taken: \d+\.\d s\n$", result.stdout)
