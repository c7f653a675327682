"""Words that records have in common with what is posted."""

from collections.abc import Mapping

from bot.advice.verdict import Strength
from bot.decisions.model import Outcome

STRENGTHS: Mapping[str, str] = {
    Strength.CLEAR: "a clear lead",
    Strength.LEANING: "leaning this way",
    Strength.TOO_CLOSE: "too close to call",
}
"""How far ahead an option is, by the name that a record has for it."""
WENT: Mapping[Outcome, str] = {
    Outcome.WORKED: "it worked",
    Outcome.PARTLY: "it worked partly",
    Outcome.FAILED: "it did not work",
    Outcome.NOT_TRIED: "it was not tried",
}
"""How a decision went."""
DONT_KNOW = "Don't know"
NOT_ANSWERED = "not answered"


def as_sentence(words: str) -> str:
    """Return words as they begin a sentence."""
    return words[:1].upper() + words[1:]
