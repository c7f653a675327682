"""Words that records have in common with what is posted."""

from collections.abc import Mapping

from bot.decisions.model import ReviewOutcome
from bot.playbooks.playbook import Playbook
from bot.playbooks.verdict import Strength

STRENGTHS: Mapping[str, str] = {
    Strength.CLEAR: "a clear lead",
    Strength.LEANING: "leaning this way",
    Strength.TOO_CLOSE: "too close to call",
}
"""How far ahead an option is, by the name that a record has for it."""
WENT: Mapping[ReviewOutcome, str] = {
    ReviewOutcome.WORKED: "it worked",
    ReviewOutcome.PARTLY: "it worked partly",
    ReviewOutcome.FAILED: "it did not work",
    ReviewOutcome.NOT_TRIED: "it was not tried",
}
"""How a decision went."""
NOTHING_YET = "nothing yet"
"""What is recommended as long as too little is known."""
TOO_LITTLE = "too little is known"
DONT_KNOW = "Don't know"
NOT_ANSWERED = "not answered"


def recommended_words(playbook: Playbook, option: str | None) -> str:
    """Return the title of what is recommended, or was chosen; None is nothing yet."""
    return NOTHING_YET if option is None else playbook.options[option].title


def sure(strength: str | None) -> str:
    """Return how far ahead an option is, by the name that a record has for it; None is nothing."""
    return TOO_LITTLE if strength is None else STRENGTHS.get(strength, strength)


def as_sentence(words: str) -> str:
    """Return words as they begin a sentence."""
    return words[:1].upper() + words[1:]
