"""`ragvsft rules`: the commands for people and for programs."""

import json
import re
import shutil
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from bot.cli.rules import rules
from tests.cli.helpers import error

LUNCH = Path(__file__).parents[1] / "playbooks" / "playbooks" / "lunch"
MONDAY = "{hunger: much, company: few, weather: rain, time: minutes}"


@pytest.fixture
def run():
    """Call a command; stdout and stderr are separate."""

    def call(*arguments, stdin=None):
        return CliRunner().invoke(rules, [str(each) for each in arguments], input=stdin)

    return call


@pytest.fixture
def broken(tmp_path):
    """A copy of the lunch playbook with two errors."""
    folder = tmp_path / "lunch"
    shutil.copytree(LUNCH, folder)
    path = folder / "rules.yml"
    text = path.read_text().replace("{hunger: none}", "{hungre: none}")
    path.write_text(text.replace("kind: talk", "kind: tlak"))
    return folder


def test_check_counts_the_parts_of_a_valid_playbook(run):
    """A valid playbook gives one line and exit status 0."""
    result = run("check", LUNCH)
    assert result.exit_code == 0
    assert result.stdout == "lunch: 5 questions, 9 rules, 2 vetoes, 1 gate, 4 cases: ok\n"


def test_check_lists_every_error_with_its_place(run, broken):
    """A broken playbook gives a line for each error, and exit status 2."""
    result = run("check", broken)
    assert result.exit_code == 2
    assert result.stdout.splitlines() == [
        f"{broken}/rules.yml:4:12: unknown question `hungre`; did you mean `hunger`?",
        f"{broken}/rules.yml:24:11: unknown kind `tlak`; did you mean `talk`?",
    ]


def test_check_reads_every_playbook_of_a_folder(run, broken):
    """A broken playbook does not hide a valid one."""
    shutil.copytree(LUNCH, broken.parent / "zz-valid")
    result = run("check", broken.parent)
    assert result.exit_code == 2
    assert result.stdout.splitlines()[-1].endswith(": ok")


def test_check_warns_of_old_facts(run, broken):
    """An old `checked` date is a warning, not a failure."""
    path = broken / "rules.yml"
    text = (LUNCH / "rules.yml").read_text()
    path.write_text(text.replace("    kind: rest\n", "    kind: rest\n    checked: 2024-01-01\n"))
    result = run("check", broken)
    assert result.exit_code == 0
    assert re.search(
        r"rules.yml:9:14: `not-hungry` rests on a fact last checked on 2024-01-01, \d+ days ago: "
        r"look it up again \(Grandmother\)\n",
        result.stdout,
    )


def test_check_rejects_a_future_date(run, broken):
    """A `checked` date in the future is an error, with its place."""
    path = broken / "rules.yml"
    text = (LUNCH / "rules.yml").read_text()
    path.write_text(text.replace("    kind: rest\n", "    kind: rest\n    checked: 2999-01-01\n"))
    result = run("check", broken)
    assert result.exit_code == 2
    assert "rules.yml:9:14: `checked` is 2999-01-01, which is still to come" in result.stdout


def test_check_lists_errors_of_rules_and_cases(run, broken):
    """Broken rules do not hide an unknown answer in a case."""
    path = broken / "cases.yml"
    path.write_text(path.read_text().replace("weather: null", "weather: rian"))
    lines = run("check", broken).stdout.splitlines()
    assert len(lines) == 3
    assert lines[0].endswith("unknown answer `rian`; did you mean `rain`?")


def test_the_folder_is_read_from_dotenv(run, tmp_path, monkeypatch):
    """RAGVSFT_RULES is read from .env too; an argument overrides it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RAGVSFT_RULES", raising=False)
    (tmp_path / ".env").write_text(f"RAGVSFT_RULES={LUNCH}\n")
    assert run("check").stdout.startswith("lunch: 5 questions")
    assert json.loads(run("questions", "--json").stdout)[0]["id"] == "hunger"
    assert "no such folder" in error(run("check", tmp_path / "none"))


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
    assert verdict["points"] == {"canteen": 5, "market": 1, "cook": 0, "picnic": 1, "skip": -4}
    assert verdict["steps"] == ["Take a tray."]
    assert verdict["playbook"]["id"] == "lunch"
    assert result.stderr == ""


def test_a_list_of_sheets_gives_a_list_of_verdicts(run):
    """Each sheet on stdin has its verdict, in order; JSON is valid YAML."""
    sheets = [{"hunger": "none"}, {"hunger": "much", "time": "minutes", "weather": None}]
    result = run("recommend", "-", "--rules", LUNCH, "--json", stdin=json.dumps(sheets))
    assert [verdict["option"] for verdict in json.loads(result.stdout)] == ["skip", "canteen"]
    none = run("recommend", "-", "--rules", LUNCH, "--json", stdin="[]")
    assert json.loads(none.stdout) == []
    assert run("recommend", "-", "--rules", LUNCH, stdin="[]").stdout == ""
    assert run("recommend", "-", "--rules", LUNCH, "--next", stdin="[]").stdout == ""


def test_recommend_as_text(run):
    """The text has the recommendation, reasons, vetoes, flips and first steps, in this order."""
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


def test_recommend_without_answers(run):
    """Without an answer that a rule reads, no option is recommended, and there are no steps."""
    lines = run("recommend", "-", "--rules", LUNCH, stdin="{}").stdout.splitlines()
    assert lines[0] == "Nothing yet: too little is known"
    assert "First steps" not in lines


def test_recommend_marks_a_provisional_verdict(run):
    """A condition that is not met yet is shown beside the strength."""
    sheet = MONDAY.replace("company: few", "company: many")
    lines = run("recommend", "-", "--rules", LUNCH, stdin=sheet).stdout.splitlines()
    assert lines[:2] == [
        "Canteen: clear, provisional",
        "It depends on a condition that is not met yet: see “On condition”.",
    ]


def test_next_shows_what_to_ask_and_whether_it_is_enough(run):
    """The most telling questions come first; the JSON has the keys of the contract."""
    args = ("recommend", "-", "--next", "--rules", LUNCH)
    text = run(*args, stdin="{hunger: some}").stdout
    assert text.startswith("So far: Market stall, ")
    assert "not enough is known yet" in text
    data = json.loads(run(*args, "--json", stdin="{hunger: some}").stdout)
    assert set(data) == {"confidence", "option", "next", "enough"}
    assert (data["option"], data["enough"]) == ("market", False)
    assert "hunger" not in data["next"] != []
    assert json.loads(run(*args, "--json", stdin="[{hunger: some}, {}]").stdout)[0] == data


INVALID = [
    ("{hungre: much}", "unknown question `hungre`; did you mean `hunger`?"),
    ("{hunger: mutch}", "`mutch` is no answer to `hunger` (there are none, some, much)"),
    ("{hunger: 3}", "the answer to `hunger` must be an answer id, a list of them or null"),
    ("{hunger: [some, much]}", "`hunger` takes one answer"),
    ("just text", "must map questions to answers, like `freshness: weekly`"),
    ("", "has no answers yet; add some, like `freshness: weekly`, or use --next to see what"),
    ("[{hunger: much}, 7]", "sheet 2: must map questions to answers"),
    ("{hunger: [", "not readable as YAML"),
    ("{hunger: much, hunger: none}", "`hunger` is here twice"),
]


@pytest.mark.parametrize(("text", "expected"), INVALID, ids=[r[0][:20] or "empty" for r in INVALID])
def test_invalid_answers_give_one_line(run, text, expected):
    """Exit status 2 and one line that says what, where and what to do."""
    line = error(run("recommend", "-", "--rules", LUNCH, "--json", stdin=text))
    assert expected in line
    assert "stdin" in line


def test_invalid_files_give_one_line(run, tmp_path, broken):
    """Missing and binary answers, missing and broken playbooks: one line each."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    missing = tmp_path / "nowhere"
    assert "cannot be read" in error(run("recommend", missing, "--rules", LUNCH))
    assert "not UTF-8 text" in error(run("recommend", tmp_path / "binary", "--rules", LUNCH))
    assert "no such folder" in error(run("check", missing))
    (tmp_path / "empty").mkdir()
    assert "no playbook here" in error(run("questions", "--rules", tmp_path / "empty"))
    assert "and 1 more" in error(run("recommend", "-", "--rules", broken, stdin="{}"))
    assert "no playbook `dinner`; there are lunch" in error(
        run("questions", "--rules", LUNCH, "--playbook", "dinner")
    )


def test_questions_are_printed_for_people_and_for_programs(run):
    """The JSON has the documented keys in order; the text shows the ids."""
    listed = json.loads(run("questions", "--rules", LUNCH, "--json").stdout)
    assert [list(each) for each in listed] == [
        ["id", "step", "ask", "help", "several", "answers", "ask_when"]
    ] * 5
    assert listed[3]["ask_when"] == {"weather": ["sun"]}
    text = run("questions", "--rules", LUNCH).stdout
    assert "  hunger: How hungry are you?" in text
    assert "      none  Not at all" in text


def test_schemas_are_printed_and_written(run, tmp_path):
    """The written schemas are valid, and equal to the printed ones."""
    assert run("schema", "--write", tmp_path).exit_code == 0
    for name in ("playbook", "questions", "rules", "cases"):
        printed = json.loads(run("schema", name).stdout)
        jsonschema.Draft202012Validator.check_schema(printed)
        assert json.loads((tmp_path / ".schema" / f"{name}.json").read_text()) == printed
    assert set(json.loads(run("schema").stdout)) == {"playbook", "questions", "rules", "cases"}


def test_cases_are_compared(run):
    """`test` prints agreement, baselines, a table and the differences; a threshold can be set."""
    result = run("test", LUNCH)
    assert result.exit_code == 0
    assert re.search(r"lunch +3 of 4 \(75%\) +3 of 3 \(100%\)", result.stdout)
    assert re.search(r"always Canteen +2 of 4", result.stdout)
    assert "friday: published cook, here market" in result.stdout
    assert run("test", LUNCH, "--at-least", "100").exit_code == 0


def test_a_missed_threshold_fails(run, broken):
    """Too few agreeing clear cases are exit status 1, with a sentence."""
    shutil.copy(LUNCH / "rules.yml", broken / "rules.yml")
    path = broken / "cases.yml"
    path.write_text(path.read_text().replace("expected: canteen", "expected: skip"))
    result = run("test", broken, "--at-least", "90")
    assert result.exit_code == 1
    assert result.stderr == "Fewer than 90% of the clear cases agree.\n"


def test_prove_reports_findings_and_fails(run):
    """The ineffective veto of the lunch playbook is reported, with exit status 1."""
    result = run("prove", LUNCH)
    assert result.exit_code == 1
    assert "72 answer sheets, all tried" in result.stdout
    assert "Vetoes that never change the recommendation: 1\n  - no-time\n" in result.stdout
    assert "Options that are never recommended: none" in result.stdout
    assert re.search(r"\nTime taken: \d+\.\d s\n$", result.stdout)


def test_recommend_says_what_each_option_takes(run, tmp_path):
    """The text has one line for the recommended option and a table of all; JSON has the figures."""
    folder = tmp_path / "lunch"
    shutil.copytree(LUNCH, folder)
    path = folder / "playbook.yml"
    path.write_text(
        path.read_text() + "costs:\n"
        "  requests: {unit: meals a day, otherwise: 4}\n"
        "  prices: {tray: {title: Tray, amount: 5, source: Us, checked: 2026-11-01}}\n"
        "  options:\n"
        "    canteen: {per_answer: [{price: tray}], delay: 300}\n"
        "    cook: {effort: [1, 2]}\n"
    )
    result = run("recommend", "-", "--rules", folder, stdin=MONDAY)
    lines = result.stdout.splitlines()
    assert "About $610 a month at 4 meals a day · answers in 5 min." in lines
    table = lines.index("What it takes  a month     an answer  answers in  first version")
    assert lines[table + 1 : table + 5] == [
        "Canteen        about $610  about $5   5 min       -",
        "Cook           -           -          -           1-2 weeks",
        "Assumes 4 meals a day.",
        "The oldest price was looked up on 2026-11-01.",
    ]
    found = json.loads(run("recommend", "-", "--rules", folder, "--json", stdin=MONDAY).stdout)
    assert found["cost"]["line"] == "About $610 a month at 4 meals a day · answers in 5 min"
    assert [each["option"] for each in found["costs"]] == ["canteen", "cook"]
    assert found["cost"] == found["costs"][0]


def test_next_of_an_empty_file_is_the_first_questions(run, tmp_path):
    """Nothing is answered in an empty file, so --next says what to ask first."""
    empty = tmp_path / "answers.yml"
    empty.write_text("# nothing yet\n")
    found = [
        json.loads(run("recommend", file, "--next", "--rules", LUNCH, "--json", stdin="{}").stdout)
        for file in (empty, "-")
    ]
    assert found[0] == found[1]
    assert found[0]["next"]


def test_the_cost_table_says_what_is_fixed(run):
    """Below the table is what of a month is due however few the requests are."""
    shown = run("recommend", "-", stdin="{job: sort, volume: low}").stdout
    words = " ".join(shown.split())
    fixed = r"Of a month, due whatever the use \(hosting\): .*Fine-tuning about \$[\d,-]+[,.]"
    assert re.search(fixed, words)
