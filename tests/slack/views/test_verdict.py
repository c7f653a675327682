"""A verdict in words and bars."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.verdict import Strength, Verdict
from bot.slack.views.verdict import (
    bars,
    because_line,
    headline,
    needs_line,
    tip_line,
    verdict_summary,
)
from tests.slack.examples import engine

PLAYBOOK: dict[str, Any] = {
    "id": "tea",
    "title": "Tea or coffee?",
    "version": "1",
    "close_call": 1,
    "clear_lead": 2,
    "steps": [{"id": "s", "title": "S"}],
    "needs": {"warmth": {"title": "Warmth", "bar": 4}, "sleep": {"title": "Sleep", "bar": 4}},
    "options": {
        "nap": {"title": "Nap", "summary": "Nap.", "meets": ["sleep"], "advice": "Lie down"},
        "tea": {
            "title": "Tea",
            "summary": "Tea.",
            "meets": ["warmth"],
            "kinds": {"green": {"title": "Brew it green", "summary": "Green."}},
        },
        "both": {"title": "Tea and nap", "summary": "Both.", "meets": ["warmth", "sleep"]},
        "water": {"title": "Water", "summary": "Water."},
    },
}
QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "weather",
        "step": "s",
        "ask": "Is it cold?",
        "answers": {"yes": "Yes, very", "no": "No"},
        "said": {"yes": "it's very cold"},
        "becomes": {"no": "it gets warm"},
    },
    {
        "id": "tired",
        "step": "s",
        "ask": "How tired are you?",
        "answers": {"very": "Very tired", "not": "Wide awake"},
    },
    {
        "id": "bed",
        "step": "s",
        "ask": "Is there a bed?",
        "answers": {"yes": "A bed is near", "no": "There's no bed"},
    },
]
RULES: dict[str, Any] = {
    "rules": [
        {"id": "r1", "when": {"weather": "yes"}, "points": {"warmth": 9}, "kind": "green",
         "because": "Tea warms.", "source": "Us"},
        {"id": "r2", "when": {"tired": "very"}, "points": {"sleep": 9}, "because": "Sleep helps.",
         "source": "Us"},
        {"id": "r3", "when": {"tired": "not"}, "points": {"nap": -9}, "because": "Awake.",
         "source": "Us"},
    ],
    "vetoes": [
        {"id": "v", "when": {"bed": "no"}, "rules_out": ["nap", "both"],
         "because": "Nowhere to lie.", "way_around": "Find a sofa.", "source": "Us"}
    ],
}  # fmt: skip
FILES = {loader.PLAYBOOK: PLAYBOOK, loader.QUESTIONS: QUESTIONS, loader.RULES: RULES}
TEA = RuleEngine(
    loader.parse(
        loader.PlaybookText("tea", {name: json.dumps(text) for name, text in FILES.items()})
    )
)


def verdict(**answers: str) -> Verdict:
    return TEA.evaluate(answers)


def test_the_headline_says_what_to_do_and_how_sure() -> None:
    """It has the option with its kind, or the option's own advice, and how sure in words."""
    cold = verdict(weather="yes", tired="not", bed="yes")
    assert headline(TEA.playbook, cold) == "*Go with Tea: brew it green*  ·  clear"
    tired = verdict(weather="no", tired="very", bed="yes")
    assert headline(TEA.playbook, tired).startswith("*Lie down*")


def test_open_answers_are_counted() -> None:
    """A clear verdict with open questions that matter says how many are missing."""
    found = replace(verdict(weather="yes"), strength=Strength.CLEAR)
    assert headline(TEA.playbook, found).endswith("clear, but 2 answers are missing")
    found = replace(found, homework=found.homework[:1])
    assert headline(TEA.playbook, found).endswith("clear, but 1 answer is missing")
    nothing = verdict()
    assert headline(TEA.playbook, nothing) == "*Nothing to recommend yet*  ·  too little is known"
    assert bars(TEA.playbook, nothing) == tip_line(TEA.playbook, nothing) == ""
    assert "Find this out first" in because_line(TEA.playbook, nothing)


def test_it_quotes_the_answers_and_not_the_rule() -> None:
    """The answers behind the verdict are quoted in words that need no question."""
    both = verdict(weather="yes", tired="very", bed="yes")
    line = because_line(TEA.playbook, both)
    assert line == "Because of “it's very cold” and “very tired”"
    assert "warms" not in line


def test_a_winning_combination_is_not_listed_against_its_parts() -> None:
    """Its parts have no bar of their own, and no option shows points."""
    both = verdict(weather="yes", tired="very", bed="yes")
    assert both.option == "both"
    shown = bars(TEA.playbook, both)
    assert [row.split("  ")[-1] for row in shown.split("\n")] == ["*Tea and nap*", "Water"]
    assert not any(each.isdigit() for each in shown)


def test_an_option_that_is_ruled_out_shows_why() -> None:
    """It comes last, with the reason instead of a bar."""
    shown = bars(TEA.playbook, verdict(weather="yes", tired="very", bed="no")).split("\n")
    assert shown[0].endswith("*Tea*")
    assert shown[-1] == "🚫  Nap: ruled out, nowhere to lie."


def test_a_close_call_has_an_answer_for_each_side() -> None:
    """Two options that are too close to call are both named, each with its answer."""
    of = engine("hosting")
    found = next(
        each
        for quality in of.playbook.question("quality").answers
        for volume in of.playbook.question("volume").answers
        if (each := of.evaluate({"quality": quality, "volume": volume})).strength
        == "too_close_to_call"
    )
    assert headline(of.playbook, found).startswith("*Too close to call: ")
    assert "  ·  " not in headline(of.playbook, found)


def test_a_close_call_names_what_an_open_answer_leads_to() -> None:
    """Where the lead is large, the rival is the option that an open answer can lead to."""
    found = verdict(weather="yes", tired="very")
    assert (found.strength, found.runner_up) == (Strength.TOO_CLOSE, "nap")
    assert headline(TEA.playbook, found) == "*Too close to call: Tea and nap or Tea*"


def test_needs_and_the_likeliest_flip_are_lines() -> None:
    """The summary says how large each need is, and what would tip the verdict."""
    cold = verdict(weather="yes", tired="not", bed="yes")
    assert needs_line(TEA.playbook, cold) == "*Needs:* Warmth large, Sleep small"
    assert " → *" in tip_line(TEA.playbook, cold)
    last = verdict_summary(TEA.playbook, cold)[-1].to_dict()["elements"][0]["text"]
    assert last.startswith("*Needs:*")
    assert "*Would tip it:*" in last


@pytest.mark.parametrize("name", ["ragvsft", "hosting"])
def test_answers_make_sense_alone(name: str) -> None:
    """An answer of a shipped playbook that begins with yes or no has words of its own."""
    for question in engine(name).playbook.questions:
        for answer, words in question.answers.items():
            if words.split()[0].strip(",.;:").lower() in {"yes", "no"}:
                assert {answer} & {*question.said, *question.becomes}, (question.id, answer)
