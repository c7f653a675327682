"""Words that exported records and Slack messages share."""

from collections.abc import Mapping

from bot.decisions.calibration import Counts
from bot.decisions.model import ReviewOutcome
from bot.playbooks.model import Answer, Playbook
from bot.playbooks.verdict import Strength

STRENGTHS: Mapping[str, str] = {
    Strength.CLEAR: "clear",
    Strength.LEANING: "likely, not certain",
    Strength.TOO_CLOSE: "too close to call",
    Strength.ONLY_LEFT: "the only one left",
}
"""The strength of a recommendation in words."""
WENT: Mapping[ReviewOutcome, str] = {
    ReviewOutcome.WORKED: "it worked",
    ReviewOutcome.PARTLY: "it worked partly",
    ReviewOutcome.FAILED: "it did not work",
    ReviewOutcome.NOT_TRIED: "it was not tried",
}
"""The outcome of a decision in words."""
_BOTH = {
    ReviewOutcome.WORKED: "both worked",
    ReviewOutcome.PARTLY: "both worked partly",
    ReviewOutcome.FAILED: "neither worked",
    ReviewOutcome.NOT_TRIED: "neither was tried",
}
_ALL = {
    ReviewOutcome.WORKED: "all {count:,} worked",
    ReviewOutcome.PARTLY: "all {count:,} worked partly",
    ReviewOutcome.FAILED: "none of {count:,} worked",
    ReviewOutcome.NOT_TRIED: "none of {count:,} was tried",
}
NOTHING_YET = "nothing yet"
"""In place of an option, if too little is known to recommend one."""
TOO_LITTLE = "too little is known"
DONT_KNOW = "Don't know"
NOT_ANSWERED = "not answered"


def recommended_words(playbook: Playbook, option: str | None) -> str:
    """Return an option's title; `NOTHING_YET` for None."""
    return NOTHING_YET if option is None else playbook.options[option].title


def words_of_answer(answers: Mapping[str, str], answer: Answer) -> str:
    """Return an answer in words, given those of all answers; `DONT_KNOW` for None."""
    chosen = answer if isinstance(answer, tuple) else (answer,)
    return "; ".join(DONT_KNOW if each is None else answers[each] for each in chosen)


def sure(strength: str | None) -> str:
    """Return the words for a strength; `TOO_LITTLE` for None."""
    return TOO_LITTLE if strength is None else STRENGTHS.get(strength, strength)


def as_sentence(words: str) -> str:
    """Return words with a capital first letter."""
    return words[:1].upper() + words[1:]


def outcome_summary(counts: Counts) -> str:
    """Return the outcomes of several decisions in words; empty without any.

    For instance "both worked", "none of 4 worked", "2 worked, 1 partly, 1 did not".
    """
    found = [(outcome, counts[outcome]) for outcome in ReviewOutcome if counts.get(outcome)]
    if len(found) != 1:
        return _mixed(dict(found))
    ((outcome, count),) = found
    if count == 1:
        return WENT[outcome]
    return _BOTH[outcome] if count == 2 else _ALL[outcome].format(count=count)


def _mixed(counts: Counts) -> str:
    """Return different outcomes in a list; later ones share the verb of the first."""
    worked, partly = counts.get(ReviewOutcome.WORKED), counts.get(ReviewOutcome.PARTLY)
    not_tried = "was not tried" if counts.get(ReviewOutcome.NOT_TRIED) == 1 else "were not tried"
    words = {
        ReviewOutcome.WORKED: "worked",
        ReviewOutcome.PARTLY: "partly" if worked else "worked partly",
        ReviewOutcome.FAILED: "did not" if worked or partly else "did not work",
        ReviewOutcome.NOT_TRIED: not_tried,
    }
    return ", ".join(f"{count:,} {words[outcome]}" for outcome, count in counts.items())
