"""The engine for a decision whose playbook cannot be read: it uses only what is stored in it."""

from typing import Any

from bot.decisions.model import Decision
from bot.playbooks.engine import InvalidAnswers, RuleEngine
from bot.playbooks.model import Answer, Option, Playbook, Question, Rule
from bot.playbooks.scoring import Score
from bot.playbooks.sensitivity import as_tuple
from bot.playbooks.verdict import Answers, GateHit, Reason


class FallbackEngine(RuleEngine):
    """Describes one decision by its stored verdict, with ids as titles. Evaluates nothing."""

    def __init__(self, decision: Decision) -> None:
        """Create the engine of one decision."""
        self.playbook = _playbook(decision)
        self._verdict = decision.verdict

    def check(self, answers: Answers) -> None:
        """Reject any answers.

        Raises:
            InvalidAnswers: always; there are no questions to check them against.
        """
        del answers
        raise InvalidAnswers((f"playbook {self.playbook.id} cannot be read any more",))

    def rules_that_hold(self, answers: Answers) -> tuple[Rule, ...]:
        """Return no rules."""
        del answers
        return ()

    def arguments(self, answers: Answers) -> tuple[Reason, ...]:
        """Return the reasons in the stored verdict."""
        del answers
        return (*self._verdict.reasons, *self._verdict.against)

    def gates(self, answers: Answers, option: str) -> tuple[GateHit, ...]:
        """Return the gates of the stored verdict, if it recommends this option."""
        del answers
        return self._verdict.gates if option == self._verdict.option else ()

    def applies(self, question: Question, answers: Answers) -> bool:
        """Return True: every stored answer counts."""
        del question, answers
        return True

    def score(self, answers: Answers) -> Score:
        """Return the stored result, whatever the answers."""
        del answers
        verdict = self._verdict
        return Score(
            verdict.option,
            verdict.points,
            verdict.runner_up,
            verdict.lead,
            verdict.strength,
            anything_known=verdict.anything_known,
        )


class _Words(dict[str, str]):
    """Answers by id; an unknown one is named by its id."""

    def __missing__(self, answer: str) -> str:
        return _words(answer)


class _Options(dict[str, Option]):
    """Options by id; an unknown one is named by its id."""

    def __missing__(self, option: str) -> Option:
        return _option(option)


class _Ids(Playbook):
    """A playbook whose texts are ids."""

    def question(self, id: str) -> Question:  # noqa: A002 - as in the base class
        """Return the question with this id; an unknown one is made up."""
        return self._by_id.get(id) or _question(id, None)


def _playbook(decision: Decision) -> Playbook:
    verdict = decision.verdict
    named = (*verdict.points, verdict.option, decision.chosen)
    options = dict.fromkeys(each for each in named if each)
    known: dict[str, Any] = {
        "id": verdict.playbook.id,
        "title": _words(verdict.playbook.id),
        "version": verdict.playbook.version,
        "hash": decision.playbook_hash,
        "command_hint": None,
        "options": _Options({each: _option(each) for each in options}),
        "questions": tuple(_question(*each) for each in decision.answers.items()),
        "close_call": 0,
        "clear_lead": 0,
        "too_close": None,
        **dict.fromkeys(("steps", "rules", "vetoes", "gates"), ()),
    }
    return _Ids.model_construct(**known)


def _option(option: str) -> Option:
    title = _words(option)
    return Option.model_construct(id=option, title=title, summary=f"{title}.")


def _question(question: str, answer: Answer) -> Question:
    given = _Words({each: _words(each) for each in as_tuple(answer)})
    return Question.model_construct(id=question, step="", ask=_words(question), answers=given)


def _words(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]
