"""Past decisions that today's rules would make otherwise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.decisions.calibration import outcome_of
from bot.decisions.model import ReviewOutcome
from bot.digest.content import NOTHING
from bot.digest.facts import PastAnswers
from bot.playbooks.engine import RuleEngine


@dataclass(frozen=True, slots=True)
class ChangedRecommendation:
    """A decision, by its number, and the option, or `NOTHING`, that today's rules recommend."""

    number: int
    now: str


def otherwise(
    sheets: Iterable[PastAnswers], today: Mapping[str, RuleEngine]
) -> tuple[ChangedRecommendation, ...]:
    """Return which past decisions today's rules would make otherwise, in the order of the sheets.

    Answers that today's playbook no longer has are left out, as `playbooks.replay` does. A decision
    of which a review says that it worked is nothing to come back to, and is left out.

    Args:
        sheets: past decisions by older editions.
        today: the engines in use by the playbook's id.
    """
    known = {name: _answers_of(engine) for name, engine in today.items()}
    found = []
    for sheet in sheets:
        engine = today.get(sheet.playbook)
        if engine is None:
            continue
        offered = known[sheet.playbook]
        kept = {
            name: answer
            for name, answer in sheet.answers.items()
            if name in offered and (answer is None or answer in offered[name])
        }
        now = engine.score(kept).recommended or NOTHING
        if now != sheet.recommended and outcome_of(sheet.reviews) is not ReviewOutcome.WORKED:
            found.append(ChangedRecommendation(sheet.number, now))
    return tuple(found)


def _answers_of(engine: RuleEngine) -> dict[str, frozenset[str]]:
    return {each.id: frozenset(each.answers) for each in engine.playbook.questions}
