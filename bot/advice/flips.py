"""Stub, replaced next."""

from bot.advice.scoring import Scorer
from bot.advice.verdict import Answers, Flip


class Flips:
    """Smallest changes."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer

    def smallest(self, answers: Answers) -> tuple[Flip, ...]:
        """Flips."""
        return ()
