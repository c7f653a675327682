"""A bake-off as files: what promptfoo reads, what people fill in, and a plan in plain Markdown."""

import csv
import io
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.decisions.records.promptfoo import CONFIG, ITEMS, READ_ME, bakeoff_files
from bot.playbooks import loader
from bot.playbooks.bakeoff import plan_bakeoff
from tests.playbooks.bakeoffs import with_bakeoff

LUNCH = Path(__file__).parents[2] / "playbooks" / "playbooks" / "lunch"
PLAYBOOK = with_bakeoff(loader.read(LUNCH))
PLAN = plan_bakeoff(PLAYBOOK, ["picnic", "canteen"])


def files(title: str = "Where to eat") -> dict[str, str]:
    """Return the files of the bake-off of a decision with this title."""
    assert PLAN is not None
    return bakeoff_files(PLAN, PLAYBOOK, 12, title)


def test_a_bakeoff_has_a_file_for_each_purpose() -> None:
    """There are a plan, a configuration, test items, and a prompt for each arm."""
    made = files()
    prompts = ["prompts/A.txt", "prompts/B.txt", "prompts/C.txt"]
    assert list(made) == [READ_ME, CONFIG, ITEMS, *prompts]
    assert [made[name] for name in prompts] == ["{{dish}}\n", "Warm {{ dish }}\n", "Cook it\n"]


def test_each_arm_is_a_model_with_its_own_prompt() -> None:
    """The configuration gives each arm its prompt; what the team has to build is commented out."""
    text = files()[CONFIG]
    config = yaml.safe_load(text)
    assert config["description"] == "Bake-off for decision 12: Where to eat"
    assert config["prompts"] == [
        {"id": f"file://prompts/{arm}.txt", "label": arm} for arm in ("A", "B", "C")
    ]
    assert config["providers"] == [
        {"id": "x:cook-1", "label": "A: As it is", "prompts": ["A"]},
        {"id": "x:cook-1", "label": "C: Cooked", "prompts": ["C"]},
    ]
    assert config["tests"] == "file://tests.csv"
    whole = yaml.safe_load(text.replace("  # - ", "  - ").replace("  #   ", "    "))
    assert whole["providers"][1] == {
        "id": "file://your-provider.py",
        "label": "B: At the market",
        "prompts": ["B"],
    }


def test_the_items_to_fill_in_are_as_many_as_the_plan_needs() -> None:
    """The CSV has promptfoo's columns and a numbered, empty row for each item."""
    rows = list(csv.reader(io.StringIO(files()[ITEMS], newline="")))
    assert PLAN is not None
    assert rows[0] == ["__description", "dish", "__expected"]
    assert rows[1:] == [[f"Item {n}", "", ""] for n in range(1, PLAN.items + 1)]


def test_the_plan_says_what_to_do_and_how_to_read_it() -> None:
    """The plan names options, arms, items, chances, stop rules, wins needed, and its sources."""
    text = files()[READ_ME]
    for part in (
        "In question: **Picnic or Canteen**.",
        "* Fill in `tests.csv`: 50 requests. Two hungry people.",
        "Budget: An hour.",
        "| B | At the market | A walk | Yourself | It is warm |",
        "* `dish`: What was ordered",
        "50 items show a true gain of 20 points in 8 of 10 tries",
        "| 100 | 47% | 86% | 99% | 100% |",
        "* When it is dark.",
        "* B above A means more salt.",
        "| Wins that the better one needs | 6 | 9 | 12 | 15 | 21 | 27 |",
        "arXiv:2411.00640",
    ):
        assert part in text


@given(title=st.text(st.sampled_from("#*`_[]<>|{}\"'\\:\n -a&"), min_size=1, max_size=30))
@settings(max_examples=80)
def test_a_title_is_shown_literally(title: str) -> None:
    """A title of any characters changes neither the configuration nor the plan's structure."""
    made, plain = files(title), files("x")
    assert yaml.safe_load(made[CONFIG])["description"] == f"Bake-off for decision 12: {title}"
    shape, expected = (
        [token.type for token in MarkdownIt("commonmark").parse(each[READ_ME])]
        for each in (made, plain)
    )
    assert shape == expected


@pytest.mark.parametrize("name", ["ragvsft"])
def test_the_shipped_bakeoff_makes_files(name: str) -> None:
    """Every prompt of the shipped bake-off uses columns of the test items only."""
    playbook = loader.load(Path(__file__).parents[3] / "rules" / name)
    plan = plan_bakeoff(playbook, list(playbook.options))
    assert plan is not None
    made = bakeoff_files(plan, playbook, 1, "All")
    (columns, *_) = csv.reader(io.StringIO(made[ITEMS], newline=""))
    assert columns == ["__description", *plan.bakeoff.columns, "__expected"]
    assert len(yaml.safe_load(made[CONFIG])["prompts"]) == len(plan.arms)
