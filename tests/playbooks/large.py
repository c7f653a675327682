"""A playbook as large as they come: 16 questions, several answers, many joint conditions."""

import json
from random import Random

from bot.playbooks import loader
from bot.playbooks.model import Playbook

OPTIONS = ("ant", "bee", "cat", "dog", "eel")
NEEDS = {"milk": 2, "honey": 3}
SEVERAL = {0: 7, 3: 8, 6: 9, 9: 9}
"""The places of the questions with several answers, and how many they offer."""


def large_playbook() -> Playbook:
    """Return the playbook; always the same one."""
    random = Random(0)
    answers = {f"q{n}": [f"a{k}" for k in range(SEVERAL.get(n, 4 + n % 5))] for n in range(16)}
    names = list(answers)
    gates = {name: names[n - 1] for n, name in enumerate(names) if n % 5 == 4}

    def condition(size: int) -> dict[str, list[str]]:
        chosen = random.sample([each for each in names if each not in gates.values()], size)
        return {name: random.sample(answers[name], 1 + (size > 1)) for name in chosen}

    def points() -> dict[str, int]:
        options = random.sample([*OPTIONS, *NEEDS], 2)
        return {option: random.choice([-2, -1, 1, 2, 3]) for option in options}

    alone = [{name: [answer]} for name in names for answer in answers[name]]
    joint = [condition(2 + n % 2) for n in range(40)]
    said = {"because": "So.", "source": "A test"}
    files = {
        "playbook.yml": {
            "id": "large",
            "title": "Large",
            "version": "1",
            "steps": [{"id": "s", "title": "S"}],
            "needs": {need: {"title": need, "bar": bar} for need, bar in NEEDS.items()},
            "options": {
                **{name: {"title": name, "summary": name} for name in OPTIONS},
                "fox": {"title": "fox", "summary": "fox", "meets": ["milk"]},
                "duo": {"title": "duo", "summary": "duo", "meets": ["milk", "honey"]},
            },
        },
        "questions.yml": [
            {
                "id": name,
                "step": "s",
                "ask": f"What of {name}?",
                "answers": {answer: answer for answer in answers[name]},
                "several": n in SEVERAL,
                **({"ask_when": {gates[name]: answers[gates[name]][:2]}} if name in gates else {}),
            }
            for n, name in enumerate(names)
        ],
        "rules.yml": {
            "rules": [
                {"id": f"r{n}", "when": when, "points": points(), **said}
                for n, when in enumerate([*alone, *joint])
            ],
            "vetoes": [
                {
                    "id": f"v{n}",
                    "when": condition(1 + n % 2),
                    "rules_out": [OPTIONS[n % len(OPTIONS)]],
                    "way_around": "None",
                    **said,
                }
                for n in range(8)
            ],
        },
    }
    texts = {name: json.dumps(text) for name, text in files.items()}
    return loader.parse(loader.PlaybookText("large", texts))
