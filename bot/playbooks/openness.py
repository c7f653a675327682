"""What open questions can still do: settled or not, what to ask next, what to find out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.playbooks import conditions
from bot.playbooks.decide import decides
from bot.playbooks.hunt import hunt
from bot.playbooks.outcome import Outcomes
from bot.playbooks.playbook import Question
from bot.playbooks.space import Space
from bot.playbooks.tables import Effect
from bot.playbooks.verdict import Answers, Homework
from bot.playbooks.walk import stroll, walk

EFFORTS = ((200, 1), (8_000, 6), (100_000, 100))
"""Branches to search, then dives to hunt, in each turn."""
SHEETS = 2_000
"""How many sheets to remember the questions of: questionnaires begin alike, and go back."""


class Openness:
    """What open questions can still do."""

    def __init__(self, outcomes: Outcomes) -> None:
        self.outcomes, self.tables = outcomes, outcomes.tables
        self.questions = self.tables.playbook.questions
        steps = [step.id for step in self.tables.playbook.steps]
        self._step = {question.id: steps.index(question.step) for question in self.questions}
        self._asked: dict[frozenset[tuple[str, str | None]], tuple[Question, ...]] = {}
        self._needs = {
            question.id: conditions.named(question.ask_when) if question.ask_when else frozenset()
            for question in self.questions
        }

    def settled(self, answers: Answers) -> bool:
        """Whether every way of answering what is open recommends the same option."""
        space = Space(self.outcomes, answers, self._open(answers), unknown_too=False)
        winner = self.outcomes.winner(*self.tables.sheet(answers))
        return not space.differs(winner)

    def questions_that_matter(self, answers: Answers) -> tuple[Question, ...]:
        """See `RuleEngine.questions_that_matter`. Remembers the sheets it has seen lately."""
        key = frozenset(answers.items())
        known = self._asked.get(key)
        if known is None:
            waiting = [question.id for question in self.questions if question.id not in answers]
            known = tuple(map(self.tables.question, self._deciding(answers, waiting)))
            if len(self._asked) >= SHEETS:
                self._asked.clear()
            self._asked[key] = known
        return known

    def homework(self, answers: Answers) -> tuple[Homework, ...]:
        """The open questions that can decide the result, those that can do it alone first."""
        found = []
        winner = self.outcomes.winner(*self.tables.sheet(answers))
        waiting = self._open(answers)
        space = Space(self.outcomes, answers, waiting, unknown_too=True)
        deciding = self._deciders(space, waiting)
        for name in self._ordered(waiting, deciding):
            alone = self._alone(answers, name) - {winner}
            could = alone or (deciding[name][1] - {winner})
            titles = tuple(self.tables.options[place] for place in sorted(could))
            item = Homework(name, self.tables.question(name).ask, titles, bool(alone))
            found.append((not alone, item))
        return tuple(item for _, item in sorted(found, key=lambda pair: pair[0]))

    def _alone(self, answers: Answers, name: str) -> set[int]:
        """The winners that answers to this one question lead to."""
        choices = self.tables.question(name).answers
        sheets = ({**answers, name: answer} for answer in choices)
        return {self.outcomes.winner(*self.tables.sheet(sheet)) for sheet in sheets}

    def _ordered(
        self, waiting: Iterable[str], deciding: Mapping[str, tuple[int, frozenset[int]]]
    ) -> list[str]:
        """By step; within it those that decide most often first, followed by their follow-ups."""
        wanted = sorted(
            (name for name in waiting if name in deciding),
            key=lambda name: (self._step[name], -deciding[name][0]),
        )
        ordered: list[str] = []
        while wanted:
            ready = next(name for name in wanted if not self._needs[name].intersection(wanted))
            wanted.remove(ready)
            ordered.append(ready)
        return ordered

    def _open(self, answers: Answers) -> list[str]:
        return [question.id for question in self.questions if answers.get(question.id) is None]

    def _deciding(self, answers: Answers, waiting: Sequence[str]) -> list[str]:
        space = Space(self.outcomes, answers, waiting, unknown_too=True)
        deciding = self._deciders(space, waiting)
        return self._ordered(waiting, deciding)

    def _deciders(
        self, space: Space, waiting: Sequence[str]
    ) -> Mapping[str, tuple[int, frozenset[int]]]:
        """The questions that can decide, with how often they do and between which winners."""
        if space.root.winner is not None:
            return {}
        found = dict(walk(space))
        for name in waiting:
            if name in found or name not in space.levels:
                continue
            if sheet := _deciding_sheet(space, name):
                for decider, winners in stroll(space, sheet).items():
                    found.setdefault(decider, (0, winners))
        return found


def _deciding_sheet(space: Space, name: str) -> list[Effect]:
    """A sheet on which a question decides; an empty one if it never does.

    Searching the whole space is quick where the answer is no; hunting is quick where it is yes.
    They take turns, and the search has the last word.
    """
    for nodes, dives in EFFORTS:
        sheet = decides(space, name, nodes)
        if sheet is not None:
            return sheet
        if found := hunt(space, name, dives):
            return found
    return decides(space, name) or []
