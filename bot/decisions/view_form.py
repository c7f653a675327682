"""The one page on which a teammate gives their view: an option, three questions, a note."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.decisions.model import Decision
from bot.decisions.questionnaire import words_in
from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import Answer, Playbook, Question
from bot.playbooks.sensitivity import other_answers
from bot.playbooks.verdict import Verdict

MOST_ASKED = 3
"""Questions on the page: a view takes a minute."""
MOST_WORDS = 90
"""Words of these questions: the whole page then has at most 150."""


@dataclass(frozen=True, slots=True)
class GivenView:
    """What a person filled in.

    Attributes:
        choice: the option that they would choose; None if they are not sure.
        note: what the others may have missed; may be empty.
        answers: to the questions that they answered.
    """

    choice: str | None = None
    note: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ViewForm:
    """The page for one person. Of the others' answers it has only which questions they decide.

    `own` is what the person filled in before.
    """

    decision: Decision
    playbook: Playbook
    questions: tuple[Question, ...]
    own: GivenView


def deciding_questions(decision: Decision, engine: RuleEngine) -> tuple[Question, ...]:
    """Return the questions whose answers decide most about the recommendation, at most three.

    First what the driver does not know and could change it, then what flips it by the largest
    share of other answers, then what the reasons rest on. Only questions that apply, and no more
    than can be read in a minute: one that is too long gives way to the next.
    """
    applies = {
        question.id: question
        for question in engine.playbook.questions
        if engine.applies(question, decision.answers)
    }
    ranked = [name for name in _by_weight(decision.verdict, applies) if name in applies]
    questions = [applies[name] for name in dict.fromkeys(ranked)]
    found, too_long = list[Question](), list[Question]()
    for question in questions:
        others = sorted(words_in(each) for each in questions if each not in (*found, question))
        to_come = sum(others[: max(MOST_ASKED - len(found) - 1, 0)])
        words = sum(map(words_in, (*found, question)))
        (found if words + to_come <= MOST_WORDS else too_long).append(question)
    return tuple([*found, *too_long][:MOST_ASKED])


def _by_weight(verdict: Verdict, questions: Mapping[str, Question]) -> Iterator[str]:
    """Yield questions, those that decide most first; some may occur twice."""
    yield from (each.question for each in verdict.homework if each.alone)
    flips = Counter(change.question for flip in verdict.flips for change in flip.changes)
    given = {change.question: change.from_answer for f in verdict.flips for change in f.changes}

    def share(name: str) -> float:
        return flips[name] / len(other_answers(questions[name], given[name]))

    yield from sorted((each for each in flips if each in questions), key=share, reverse=True)
    yield from (each.question for each in verdict.homework)
    yield from (answer.question for reason in verdict.reasons for answer in reason.answers)
    yield from (answer.question for reason in verdict.against for answer in reason.answers)
    yield from questions
