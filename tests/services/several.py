"""A small playbook that asks a question with several answers."""

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine

_PLAYBOOK = """
id: mend
title: Mend or buy?
version: "1"
steps:
  - {id: state, title: State}
options:
  keep: {title: Keep, summary: Keep it.}
  mend: {title: Mend, summary: Mend it.}
  buy: {title: Buy, summary: Buy another.}
"""
_QUESTIONS = """
- id: faults
  step: state
  ask: What is wrong?
  answers: {slow: It is slow, loud: It is loud, leaks: It leaks, none: Nothing}
  several: true
  alone: [none]
- id: age
  step: state
  ask: How old is it?
  answers: {new: New, old: Old}
- id: budget
  step: state
  ask: Is there money?
  answers: {"no": "None", some: Some}
"""
_RULES = """
rules:
  - {id: fine, when: {faults: none}, points: {keep: 3}, because: Fine., source: Us}
  - {id: slow, when: {faults: slow}, points: {mend: 2}, because: Slow., source: Us}
  - {id: loud, when: {faults: loud}, points: {mend: 1}, because: Loud., source: Us}
  - {id: leaks, when: {faults: leaks}, points: {buy: 4}, because: Leaks., source: Us}
  - {id: old, when: {age: old}, points: {buy: 1}, because: Old., source: Us}
  - {id: poor, when: {budget: "no"}, points: {keep: 1}, because: Poor., source: Us}
"""
SEVERAL = loader.PlaybookText(
    "mend",
    {loader.PLAYBOOK: _PLAYBOOK, loader.QUESTIONS: _QUESTIONS, loader.RULES: _RULES},
)
SEVERAL_ENGINE = RuleEngine(loader.parse(SEVERAL))


def changed_version(*replaced: tuple[str, str]) -> loader.PlaybookText:
    """Return a later version of the playbook, with texts replaced in all of its files."""
    files = {}
    for name, text in SEVERAL.files.items():
        for before, after in replaced:
            text = text.replace(before, after)
        files[name] = text
    return loader.PlaybookText("mend", files)
