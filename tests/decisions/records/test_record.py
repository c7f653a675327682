"""Records: Markdown with literal text, CSV without formulas, JSON by its schema."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.decisions.model import Perspective, ReviewAnswer, ReviewOutcome, Status
from bot.decisions.records.build import DecisionContext, record_of
from bot.decisions.records.madr import as_markdown, filename
from bot.decisions.records.record import Record, record_as_json, record_schema
from bot.decisions.records.spreadsheet import COLUMNS, as_csv
from bot.playbooks.costs import CostEstimate, CostRange
from bot.playbooks.verdict import Strength
from tests.services.factories import AT, ENGINE, make_decision
from tests.services.harness import PRIVATE

HOSTILE = (
    *("---", "# x", "- x", "+ x", "1. x", "> x", "    x", "```", "~~~", "| a | b |", "***", "==="),
    *("<script>", "<!--", "&lt;", "[x](y)", "![x](y)", "http://x.test", "<http://x.test>", "\\"),
    *(
        "\n",
        "\r\n",
        "\t",
        "\u2028",
        "\x00",
        "\x1b",
        "`",
        "_a_",
        "**",
        "$x$",
        "é",
        "👩‍👩‍👧",
        "\u202e",
        " ",
    ),
)
WRITTEN = st.lists(
    st.sampled_from(HOSTILE) | st.text(max_size=8), min_size=1, max_size=12
).map("".join)  # fmt: skip
VIEW = Perspective(
    "T1", 12, "U7", {"facts": "never"}, "prompting", Strength.CLEAR, AT, AT + timedelta(hours=1)
)
SHAPE = [
    "Context and Problem Statement",
    "Decision Drivers",
    "Considered Options",
    "Decision Outcome",
    "Pros and Cons of the Options",
    "Who Saw It How",
    "More Information",
]


def record(**given: object) -> Record:
    """Return the record of a decision with the given fields."""
    made = make_decision(12, **given)  # type: ignore[arg-type]  # passed on by name
    return record_of(made, ENGINE, DecisionContext(perspectives=(VIEW,)))


def parsed(markdown: str) -> tuple[dict[str, object], list[Token]]:
    """Return the front matter of a document, and the tokens of its body."""
    _, front, body = markdown.split("---\n", 2)
    return yaml.safe_load(front), MarkdownIt("commonmark").enable("table").parse(body)


def headings(tokens: list[Token], level: str) -> list[str]:
    """Return the texts of the headings of a level."""
    return [
        "".join(part.content for part in tokens[at + 1].children or [])
        for at, token in enumerate(tokens)
        if token.type == "heading_open" and token.tag == level
    ]


def test_a_record_has_the_form_of_madr() -> None:
    """The front matter names status, date and people; the chapters are those of MADR 4."""
    front, tokens = parsed(
        as_markdown(record(people=("U1", "U2", "U3"), status=Status.ACCEPTED, chosen="rag"))
    )
    assert front["status"] == "accepted"
    assert str(front["date"]) == "2026-01-05"
    assert front["decision-makers"] == ["U2", "U3"]
    assert front["consulted"] == ["U7"]
    assert front["informed"] == ["channel C1, public"]
    assert headings(tokens, "h1") == ["Answers"]
    assert headings(tokens, "h2") == SHAPE


@pytest.mark.parametrize(
    ("status", "chosen", "word"),
    [
        (Status.OPEN, None, "proposed"),
        (Status.ACCEPTED, "rag", "accepted"),
        (Status.OVERRIDDEN, "tuning", "accepted"),
        (Status.WITHDRAWN, None, "rejected"),
        (Status.WITHDRAWN, "rag", "deprecated"),
        (Status.SUPERSEDED, "rag", "superseded by 0013"),
    ],
)
def test_states_in_the_words_of_madr(status: Status, chosen: str | None, word: str) -> None:
    """Each status is written as the corresponding word of MADR."""
    successor = 13 if status is Status.SUPERSEDED else None
    made = replace(make_decision(12, status=status, chosen=chosen), superseded_by=successor)
    front, _ = parsed(as_markdown(record_of(made, ENGINE)))
    assert front["status"] == word


def test_a_record_says_what_was_chosen_and_why() -> None:
    """An overridden decision names the chosen option, the recommended one and the reason."""
    text = as_markdown(
        record(status=Status.OVERRIDDEN, chosen="tuning", reason="The auditors insist.")
    )
    assert "Chosen option: **Tuning**, otherwise than recommended (decided by U1" in text
    assert "Recommended: **RAG**" in text
    assert "> The auditors insist." in text


def test_a_record_gives_reasons_sources_and_triggers() -> None:
    """Reasons come with their answers and sources, and what would change the verdict is listed."""
    text = as_markdown(record())
    assert "* Good, because: Facts. (+3) Answered: “Many”. *Us*" in text
    assert "Look at this again when:" in text
    assert "| RAG | 6 |" in text


def test_links_go_both_ways() -> None:
    """A record names what it supersedes and what superseded it."""
    made = replace(make_decision(12), supersedes=7, superseded_by=15)
    text = as_markdown(record_of(made, ENGINE))
    assert "* Supersedes decision 0007" in text
    assert "* Superseded by decision 0015" in text


@given(title=WRITTEN, problem=WRITTEN, reason=WRITTEN)
@settings(max_examples=80)
def test_nothing_that_is_written_becomes_markup(title: str, problem: str, reason: str) -> None:
    """Any text of people is shown literally: no heading, list, code, link or HTML."""
    plain = record(problem="x", reason="x", status=Status.ACCEPTED, chosen="rag")
    hostile = record(
        title=title,
        problem=f"x{problem}",
        reason=f"x{reason}",
        status=Status.ACCEPTED,
        chosen="rag",
    )
    front, tokens = parsed(as_markdown(hostile))
    _, expected = parsed(as_markdown(plain))
    assert front["ragvsft"] == {"workspace": "T1", "number": 12}
    assert _structure(tokens) == _structure(expected)
    inline = {child.type for token in tokens for child in token.children or []}
    assert inline <= {"text", "strong_open", "strong_close", "em_open", "em_close", "softbreak",
                      "hardbreak", "text_special"}  # fmt: skip


def _structure(tokens: list[Token]) -> list[str]:
    """Return the blocks of a document; a quote counts as one paragraph."""
    kept: list[str] = []
    for token in tokens:
        name = f"{token.type} {token.tag}"
        if kept[-3:] == ["paragraph_open p", "inline ", "paragraph_close p"] and (
            name == "paragraph_open p" and token.level == 1
        ):
            del kept[-3:]
        kept.append(name)
    return kept


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Answers for the support team", "0012-answers-for-the-support-team.md"),
        ("Café: ÜBER/../etc", "0012-cafe-uber-etc.md"),
        ("日本語 👩‍👩‍👧", "0012-decision.md"),
        ("a" * 200, f"0012-{'a' * 60}.md"),
    ],
)
def test_names_of_files(title: str, name: str) -> None:
    """A file name has the number and the plain letters of the title only."""
    assert filename(record(title=title)) == name


@given(title=WRITTEN, reason=WRITTEN, first=st.sampled_from("=+-@\t\r"))
@settings(max_examples=60)
def test_a_spreadsheet_runs_nothing(title: str, reason: str, first: str) -> None:
    """Every row has all the columns, and no cell begins like a formula."""
    made = [record(title=first + title), record(reason=first + reason, status=Status.WITHDRAWN)]
    rows = list(csv.reader(io.StringIO(as_csv(made), newline="")))
    assert rows[0] == list(COLUMNS)
    assert [len(row) for row in rows] == [len(COLUMNS)] * 3
    assert not [cell for row in rows for cell in row if cell[:1] in {*"=+-@\t\r"} and cell]
    assert rows[1][2] == f"'{first}{title}".replace("\0", "")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹢"])
@pytest.mark.parametrize(
    "unseen", ["", "\n ", "\u00a0", "\ufeff", "\u200b\u2028", "\x1f", "\u202e"]
)
def test_nothing_unseen_or_wide_hides_a_formula(unseen: str, sign: str) -> None:
    """Neither white space, control and format characters before it nor its width let one through.

    A sign further on begins no formula, and the cell stays as it was written.
    """
    (_, formula) = csv.reader(io.StringIO(as_csv([record(title=f"{unseen}{sign}1+1")]), newline=""))
    assert formula[2] == f"'{unseen}{sign}1+1"
    (_, harmless) = csv.reader(io.StringIO(as_csv([record(title=f"{unseen}1{sign}1")]), newline=""))
    assert harmless[2] == f"{unseen}1{sign}1"


def test_csv_ends_lines_as_the_standard_says() -> None:
    """RFC 4180: CR LF after each record, and quotes doubled."""
    text = as_csv([record(title='Say "no", twice')])
    assert text.count("\r\n") == 2
    assert '"Say ""no"", twice"' in text


def test_json_keeps_to_its_schema() -> None:
    """Exported JSON is valid by the schema; anything else is not."""
    made = [
        record(),
        record(status=Status.OVERRIDDEN, chosen="tuning", reason="Because", place=PRIVATE),
    ]
    document = json.loads(record_as_json(made))
    checker = jsonschema.Draft202012Validator(record_schema())
    checker.check_schema(record_schema())
    checker.validate(document)
    document["decisions"][0]["status"] = "maybe"
    assert not checker.is_valid(document)


def test_dont_know_is_recorded() -> None:
    """The answer "don't know" is recorded as such; questions not asked are left out."""
    answers = [(each.question, each.words) for each in record(answers={"facts": None}).answers]
    assert answers == [("facts", "Don't know")]


def test_a_record_says_how_it_went() -> None:
    """Markdown, CSV and JSON hold each review: who, when, how it went and the note."""
    made = make_decision(12, status=Status.ACCEPTED, chosen="rag")
    said = (
        ReviewAnswer("U1", AT, ReviewOutcome.WORKED, "*Fast* now"),
        ReviewAnswer("U2", AT, ReviewOutcome.WORKED),
    )
    kept = record_of(replace(made, reviews=said), ENGINE)
    markdown = as_markdown(kept)
    assert "## How It Went" in markdown
    assert r"* It worked, said U1 on 2026-01-05: \*Fast\* now" in markdown
    assert "* It worked, said U2 on 2026-01-05." in markdown
    (row,) = csv.DictReader(io.StringIO(as_csv([kept])))
    assert row["went"] == "worked"
    assert row["reviews"] == "worked (U1, 2026-01-05): *Fast* now\nworked (U2, 2026-01-05)"
    document = json.loads(record_as_json([kept]))
    jsonschema.validate(document, record_schema())
    assert [each["by"] for each in document["decisions"][0]["reviews"]] == ["U1", "U2"]
    assert "How It Went" not in as_markdown(record_of(made, ENGINE))


def test_a_record_says_what_the_chosen_option_takes() -> None:
    """Markdown has a line for the chosen option and a table of all; CSV the line; JSON figures."""

    def takes(option: str, month: float) -> CostEstimate:
        return CostEstimate(
            option=option,
            kind=None,
            currency="$",
            requests=300,
            requests_unit="requests a day",
            per_answer=CostRange(0.0144, 0.0144),
            per_month=CostRange(month, 2 * month),
            delay=CostRange(2, 5),
            effort=CostRange(4, 10),
            upkeep="An engineer reads the logs.",
            assumptions=("300 requests a day",),
            checked=AT.date(),
            source=None,
        )

    made = make_decision(12, status=Status.OVERRIDDEN, chosen="tuning", reason="Because")
    costs = (takes("rag", 200), takes("tuning", 1234))
    made = replace(made, verdict=replace(made.verdict, costs=costs))
    kept = record_of(made, ENGINE)
    line = (
        "About $1,200-2,500 a month at 300 requests a day · answers in 2-5 s · "
        "4-10 weeks to a first version"
    )
    markdown = as_markdown(kept)
    assert "### Cost, Delay and Effort" in markdown
    assert f"Tuning: {line}.".replace("$", r"\$") in markdown
    assert "Upkeep: An engineer reads the logs." in markdown
    assert r"| RAG | about \$200-400 | about \$0.014 | 2-5 s | 4-10 weeks |" in markdown
    assert "Assumes 300 requests a day. The oldest price was looked up on 2026-01-05." in (markdown)
    (row,) = csv.DictReader(io.StringIO(as_csv([kept])))
    assert row["cost"] == line
    document = json.loads(record_as_json([kept]))
    jsonschema.validate(document, record_schema())
    (_, tuning) = document["decisions"][0]["costs"]
    assert (tuning["per_month"], tuning["line"]) == ({"low": 1234.0, "high": 2468.0}, line)
    assert "Cost, Delay" not in as_markdown(record_of(make_decision(12), ENGINE))
