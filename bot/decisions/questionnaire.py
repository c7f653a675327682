"""The pages of the questionnaire: what tells most is asked first, and the result ends it."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.decisions.model import Draft, DraftPurpose, Trail
from bot.playbooks import conditions
from bot.playbooks.completions import ENOUGH_BY_PAGE, NextQuestions
from bot.playbooks.engine import RuleEngine
from bot.playbooks.library import Example
from bot.playbooks.model import Playbook, Question
from bot.playbooks.verdict import Strength, Verdict

MOST_QUESTIONS = 3
"""Questions of a page."""
QUESTION_WORDS = 115
"""Words of a page's questions with their answers; the rest of the page has about thirty."""
_LOOKED_AT = 6
"""Questions to choose a page's from, those that tell most; more would tell little."""
MOST_PAGES = 3
"""Pages of questions before the result; more can be answered after it."""
MOST_PAGES_BACK = 8


@dataclass(frozen=True, slots=True)
class Standing:
    """The option that the answers so far lead to, and how sure that is, as in the verdict.

    `option` is None while nothing is known. `confidence` is from 0 to 1.
    """

    option: str | None
    confidence: float
    strength: Strength


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    """A page of questions.

    `follows_up`: all are asked because of answers on the page before. `examples` can be chosen
    instead of answering; only the first page of a new decision has some. `ends`: the result
    follows, whatever is answered. `in_place_of_result`: the result was asked for, but there is no
    answer yet.
    """

    draft: Draft
    playbook: Playbook
    questions: tuple[Question, ...]
    standing: Standing
    trail: Trail = ()
    follows_up: bool = False
    examples: tuple[Example, ...] = ()
    ends: bool = False
    in_place_of_result: bool = False


@dataclass(frozen=True, slots=True)
class ChangePage:
    """One question whose answer is to be changed; the result follows."""

    draft: Draft
    playbook: Playbook
    question: Question


@dataclass(frozen=True, slots=True)
class ResultPage:
    """The last page: the recommendation, the answers, and what is needed to post it.

    `further` are the questions of the next page, if the person goes on; `surer` says whether their
    answers could change the recommendation, `skipped` whether all of them were asked before.
    `example`: the title of the example just filled in.
    """

    draft: Draft
    engine: RuleEngine
    verdict: Verdict
    further: tuple[Question, ...] = ()
    surer: bool = False
    skipped: bool = False
    example: str = ""


Page = QuestionsPage | ChangePage | ResultPage


class Questionnaire:
    """The pages of a draft, given its answers."""

    def __init__(self, engine: RuleEngine, draft: Draft) -> None:
        self._engine = engine
        self._draft = draft

    def resume(self) -> Page:
        """Return the page after those submitted; the result of an edit, which has answers."""
        draft = self._draft
        if draft.purpose in {DraftPurpose.EDIT, DraftPurpose.SUPERSEDE}:
            return self.result()
        if len(draft.pages) >= MOST_PAGES:
            return self.result()
        if not draft.pages:
            return self.after() if draft.answers else self.first()
        *before, asked = draft.pages
        return self.after(asked, tuple(before))

    def first(self, examples: tuple[Example, ...] = ()) -> Page:
        """Return the first page of questions; the result if there is nothing to ask."""
        found = self._ask_next()
        if questions := _on_a_page(self._open_questions(found)):
            offered = examples if self._draft.purpose is DraftPurpose.OPEN else ()
            return self._questions_page(questions, found, examples=offered)
        return self._result(found)

    def after(self, asked: Collection[str] = (), trail: Trail = ()) -> Page:
        """Return the page after the questions `asked`: more questions, or the result."""
        found = self._ask_next()
        known = self._engine.score(self._draft.answers).anything_known
        if not found.questions or (found.enough and known):
            return self._result(found)
        return self._following(found.questions, found, tuple(asked), trail)

    def further(self) -> Page:
        """Return a page of more questions after the result, which follows it again.

        Those that were skipped come last.
        """
        found = self._ask_next()
        if questions := (*self._open_questions(found), *self._skipped()):
            return self._questions_page(_on_a_page(questions), found, ends=True)
        return self._result(found)

    def before(self, trail: Trail) -> Page:
        """Return the last page of a trail; the first page if it is empty."""
        known = {question.id: question for question in self._engine.playbook.questions}
        questions = tuple(known[each] for page in trail[-1:] for each in page if each in known)
        if not questions:
            return self.first()
        return self._questions_page(questions, self._ask_next(), trail=trail[:-1])

    def change(self, question: str) -> Page:
        """Return the page that changes one answer; the result if there is no such question."""
        try:
            asked = self._engine.playbook.question(question)
        except KeyError:
            return self.result()
        return ChangePage(self._draft, self._engine.playbook, asked)

    def result(self, example: str = "") -> Page:
        """Return the last page, with the recommendation so far; questions if nothing is answered.

        Args:
            example: the title of the example that was just filled in.
        """
        return self._result(self._ask_next(), example)

    def _ask_next(self) -> NextQuestions:
        return self._engine.next_questions(self._draft.answers, ENOUGH_BY_PAGE)

    def _open_questions(self, found: NextQuestions) -> tuple[Question, ...]:
        """Return all questions without an answer: those that tell most, then the others."""
        draft, telling = self._draft, {question.id for question in found.questions}
        others = (
            question
            for question in self._engine.playbook.questions
            if question.id not in draft.answers
            and question.id not in telling
            and self._engine.applies(question, draft.answers)
        )
        return (*found.questions, *others)

    def _skipped(self) -> tuple[Question, ...]:
        """Return the questions that were left empty."""
        answers = self._draft.answers
        return tuple(
            question
            for question in self._engine.playbook.questions
            if question.id in answers
            and answers[question.id] is None
            and self._engine.applies(question, answers)
        )

    def _following(
        self,
        questions: tuple[Question, ...],
        found: NextQuestions,
        asked: tuple[str, ...],
        trail: Trail,
    ) -> Page:
        shown = _on_a_page(questions)
        follow_ups = [each for each in shown if _depends_on(each, asked)]
        ordered = (*follow_ups, *(each for each in shown if each not in follow_ups))
        pages = (*trail, asked)[-MOST_PAGES_BACK:] if asked else ()
        follows_up = len(follow_ups) == len(shown)
        return self._questions_page(ordered, found, trail=pages, follows_up=follows_up)

    def _questions_page(
        self,
        questions: tuple[Question, ...],
        found: NextQuestions,
        *,
        trail: Trail = (),
        follows_up: bool = False,
        examples: tuple[Example, ...] = (),
        ends: bool = False,
    ) -> QuestionsPage:
        known = self._engine.score(self._draft.answers).anything_known
        option = found.option if known else None
        standing = Standing(option, found.confidence, found.strength)
        return QuestionsPage(
            self._draft,
            self._engine.playbook,
            questions,
            standing,
            trail,
            follows_up,
            examples,
            ends=ends or len(trail) + 1 >= MOST_PAGES,
        )

    def _result(self, found: NextQuestions, example: str = "") -> Page:
        opened, skipped = self._open_questions(found), self._skipped()
        further = _on_a_page((*opened, *skipped))
        if further and self._draft.is_empty:
            page = self._questions_page(further, found, ends=True)
            return replace(page, in_place_of_result=True)
        verdict = self._engine.preview(self._draft.answers)
        could_change = {item.question for item in verdict.homework}
        return ResultPage(
            self._draft,
            self._engine,
            verdict,
            further,
            surer=bool(found.questions) or any(each.id in could_change for each in further),
            skipped=not opened,
            example=example,
        )


def suggested_title(draft: Draft, playbook: Playbook) -> str:
    """Return a title for a draft without one: the first sentence of the problem, as plain text.

    Without a problem it is the playbook's title.
    """
    return _first_sentence(draft.workflow.problem) or playbook.title


def draft_title(draft: Draft) -> str:
    """Return the title of a draft, or the beginning of its problem, for a list of drafts."""
    return draft.workflow.title or _first_sentence(draft.workflow.problem) or "Untitled draft"


def _first_sentence(text: str) -> str:
    line = next(iter(text.strip().splitlines()), "")
    for end in (". ", "! ", "? ", "; "):
        line = line.partition(end)[0]
    return " ".join(line.split()).rstrip(".;")


def _depends_on(question: Question, asked: Collection[str]) -> bool:
    named = conditions.named(question.ask_when) if question.ask_when else frozenset()
    return not named.isdisjoint(asked)


def words_in(question: Question) -> int:
    """Return how many words a question has with its help and answers."""
    texts = (question.ask, question.help or "", *question.answers.values())
    return sum(len(text.split()) for text in texts)


def _on_a_page(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """Return the questions of a page: the first one, and up to two of the next that fit."""
    shown, words = list[Question](), 0
    for question in questions[:_LOOKED_AT]:
        length = words_in(question)
        if not shown or words + length <= QUESTION_WORDS:
            shown.append(question)
            words += length
    return tuple(shown[:MOST_QUESTIONS])
