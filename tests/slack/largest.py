"""A playbook whose texts have the maximum length, or 3000 characters if unlimited."""

import json
from itertools import cycle, islice
from typing import Any

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine

UNBOUNDED = 3000
"""Length of texts that a playbook does not limit; longer than any part of a message."""
OPTIONS = 16
QUESTIONS = 24
ANSWERS = 9


def largest_engine(filling: str) -> RuleEngine:
    """Return the engine of a playbook of maximum size, its texts filled with `filling`.

    On a sheet of first answers every rule, veto and gate holds, and option 1 is recommended.
    """
    files = {
        loader.PLAYBOOK: _playbook(filling),
        loader.QUESTIONS: _questions(filling),
        loader.RULES: _rules(filling),
    }
    text = {name: json.dumps(content, ensure_ascii=False) for name, content in files.items()}
    return RuleEngine(loader.parse(loader.PlaybookText("largest", text)))


def of_length(filling: str, length: int) -> str:
    """Return text of exactly this length that begins and ends with a letter."""
    return "".join(["A", *islice(cycle(filling), length - 2), "Z"])


def _id(kind: str, number: int) -> str:
    return f"{kind}{number:0{40 - len(kind)}}"


def _playbook(filling: str) -> dict[str, Any]:
    long = of_length(filling, UNBOUNDED)
    title = of_length(filling, 30)
    options: dict[str, Any] = {
        _id("option", number): {"title": title, "summary": "Short."}
        for number in range(1, OPTIONS + 1)
    }
    options[_id("option", 1)] = {
        "title": title,
        "summary": long,
        "first_steps": [long] * 2,
        "measure": [long] * 2,
        "pitfalls": [long] * 2,
    }
    return {
        "id": _id("playbook", 1),
        "title": long,
        "version": long,
        "steps": [{"id": _id("step", number), "title": long} for number in range(1, 4)],
        "options": options,
    }


def _questions(filling: str) -> list[dict[str, Any]]:
    return [
        {
            "id": _id("question", number),
            "step": _id("step", 1 + number % 3),
            "ask": of_length(filling, 150),
            "help": of_length(filling, 300),
            "answers": {
                _id("answer", answer): of_length(filling, 75) for answer in range(1, ANSWERS + 1)
            },
        }
        for number in range(1, QUESTIONS + 1)
    ]


def _rules(filling: str) -> dict[str, Any]:
    because, long = of_length(filling, 300), of_length(filling, 700)
    first = _id("answer", 1)
    every = {_id("question", number): [first] for number in range(1, QUESTIONS + 1)}
    rules = [
        {
            "id": _id("rule", number),
            "when": {_id("question", number): [first]},
            "points": {_id("option", 1): 9, _id("option", 2): 2, _id("option", 3): -9},
            "because": because,
            "source": long,
        }
        for number in range(1, QUESTIONS)
    ]
    against = {
        "id": _id("rule", QUESTIONS),
        "when": every,
        "points": {_id("option", 1): -9, _id("option", 2): 9},
        "because": because,
        "source": long,
    }
    vetoes = [
        {
            "id": _id("veto", number),
            "when": every,
            "rules_out": [_id("option", option) for option in range(2, OPTIONS + 1)],
            "because": because,
            "way_around": long,
            "source": long,
        }
        for number in range(1, 11)
    ]
    gates = [
        {"id": _id("gate", number), "when": every, "say": because, "source": long}
        for number in range(1, 11)
    ]
    return {"rules": [*rules, against], "vetoes": vetoes, "gates": gates}
