"""Stub, replaced next."""

from bot.advice.outcome import Outcomes
from bot.advice.playbook import Question
from bot.advice.verdict import Answers, Homework


class Openness:
    """What open questions can still do."""

    def __init__(self, outcomes: Outcomes) -> None:
        self.outcomes = outcomes

    def settled(self, answers: Answers) -> bool:
        """Settled."""
        return all(answers.get(q.id) for q in self.outcomes.tables.playbook.questions)

    def homework(self, answers: Answers) -> tuple[Homework, ...]:
        """Homework."""
        return ()

    def questions_that_matter(self, answers: Answers) -> tuple[Question, ...]:
        """Matter."""
        return tuple(q for q in self.outcomes.tables.playbook.questions if q.id not in answers)
