"""Comparison of perspectives: where people differ, and which differences flip the verdict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

from bot.decisions.model import Decision, Perspective, ViewRequest
from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import Answer
from bot.playbooks.sensitivity import as_tuple, with_one_changed
from bot.playbooks.verdict import Answers, Strength


@dataclass(frozen=True, slots=True)
class TeamViews:
    """A decision with its perspectives and view requests, oldest first."""

    decision: Decision
    perspectives: tuple[Perspective, ...] = ()
    asked: tuple[ViewRequest, ...] = ()

    def of(self, user: str) -> Perspective | None:
        """Return a person's perspective; None if they have added none."""
        return next((each for each in self.perspectives if each.user == user), None)

    def people(self) -> frozenset[str]:
        """Return the user ids of all who have added a perspective or were asked for one."""
        contributors = (each.user for each in self.perspectives)
        return frozenset((*contributors, *(each.user for each in self.asked)))

    def waiting(self) -> tuple[ViewRequest, ...]:
        """Return the requests that have no perspective yet."""
        return tuple(each for each in self.asked if self.of(each.user) is None)


@dataclass(frozen=True, slots=True)
class Contribution:
    """The option that one person's answers lead to; None if too little is known.

    The driver's answers are those of the decision.
    """

    user: str
    option: str | None
    strength: Strength
    driver: bool = False


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """An answer, and the users who gave it.

    Where both this and the driver's are several answers, `added` and `dropped` are how they differ,
    and `decisive` those of them that flip the decision by themselves.
    """

    answer: Answer
    users: tuple[str, ...]
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    decisive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A question to which people gave different answers; "don't know" is one of them.

    `flips_to` maps an answer to the option that the decision would flip to if the driver had given
    only that answer differently; None if no option would be recommended.
    """

    question: str
    said: tuple[AnswerGroup, ...]
    flips_to: Mapping[Answer, str | None]


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """A question that several people answered, all in the same way."""

    question: str
    answer: Answer
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JointFlip:
    """Two answers of teammates that flip the decision if both replace the driver's.

    One of them may answer a follow-up question that the driver was not asked.
    """

    answers: tuple[tuple[str, Answer], ...]
    option: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of a decision's perspectives.

    `contributions` begin with the driver. `differences` that would flip the verdict come first,
    otherwise the playbook's order holds. `joint_flips` are computed if no single difference flips.
    """

    contributions: tuple[Contribution, ...]
    differences: tuple[Difference, ...]
    agreements: tuple[SharedAnswer, ...]
    joint_flips: tuple[JointFlip, ...]
    waiting: tuple[str, ...]

    @property
    def flipping(self) -> tuple[Difference, ...]:
        """The differences that would flip the verdict, each by itself."""
        return tuple(each for each in self.differences if each.flips_to)


def compare(team: TeamViews, engine: RuleEngine) -> Comparison:
    """Compare the perspectives of a decision by the playbook that it was made with."""
    decision = team.decision
    said = _answers_by_question(team, engine)
    found = [
        Difference(
            question,
            _parted(decision, engine, question, each),
            _flips(decision, engine, question, each),
        )
        for question, each in said.items()
        if len(each) > 1
    ]
    agreements = tuple(
        SharedAnswer(question, answer.answer, answer.users)
        for question, (answer, *others) in said.items()
        if not others and answer.answer is not None and len(answer.users) > 1
    )
    differences = tuple(sorted(found, key=lambda each: not each.flips_to))
    flips = any(each.flips_to for each in differences)
    return Comparison(
        contributions=_contributions(team),
        differences=differences,
        agreements=agreements,
        joint_flips=() if flips else tuple(_joint_flips(decision, engine, said)),
        waiting=tuple(each.user for each in team.waiting()),
    )


def _contributions(team: TeamViews) -> tuple[Contribution, ...]:
    verdict = team.decision.verdict
    driver = Contribution(team.decision.driver, verdict.recommended, verdict.strength, driver=True)
    others = (Contribution(each.user, each.option, each.strength) for each in team.perspectives)
    return (driver, *others)


def _answers_by_question(team: TeamViews, engine: RuleEngine) -> dict[str, tuple[AnswerGroup, ...]]:
    """Return the answers to each question with the users who gave them, the driver's first.

    Answers to questions that do not apply to a person are left out.
    """
    sheets = {team.decision.driver: _applicable(engine, team.decision.answers)}
    sheets |= {each.user: _applicable(engine, each.answers) for each in team.perspectives}
    said: dict[str, tuple[AnswerGroup, ...]] = {}
    for question in engine.playbook.questions:
        users: dict[Answer, list[str]] = {}
        for user, answers in sheets.items():
            if question.id in answers:
                users.setdefault(answers[question.id], []).append(user)
        if users:
            said[question.id] = tuple(
                AnswerGroup(answer, tuple(by)) for answer, by in users.items()
            )
    return said


def _applicable(engine: RuleEngine, answers: Answers) -> dict[str, Answer]:
    """Return the answers to questions that apply, given the earlier answers."""
    counted: dict[str, Answer] = {}
    for question in engine.playbook.questions:
        if question.id in answers and engine.applies(question, counted):
            counted[question.id] = answers[question.id]
    return counted


def _parted(
    decision: Decision, engine: RuleEngine, question: str, said: Sequence[AnswerGroup]
) -> tuple[AnswerGroup, ...]:
    """Return the groups, with how their several answers differ from the driver's."""
    own = decision.answers.get(question)
    return tuple(
        _parts(decision, engine, question, each, own)
        if isinstance(own, tuple) and isinstance(each.answer, tuple)
        else each
        for each in said
    )


def _parts(
    decision: Decision,
    engine: RuleEngine,
    question: str,
    group: AnswerGroup,
    own: tuple[str, ...],
) -> AnswerGroup:
    given = as_tuple(group.answer)
    added = tuple(each for each in given if each not in own)
    dropped = tuple(each for each in own if each not in given)
    steps = {
        part: with_one_changed(engine.playbook.question(question), own, part)
        for part in (*added, *dropped)
    }
    decisive = tuple(
        part
        for part, answer in steps.items()
        if answer
        and _option(decision, engine, [(question, answer)]) != decision.verdict.recommended
    )
    return replace(group, added=added, dropped=dropped, decisive=decisive)


def _flips(
    decision: Decision, engine: RuleEngine, question: str, said: Sequence[AnswerGroup]
) -> dict[Answer, str | None]:
    flips = {}
    for each in said:
        option = _option(decision, engine, [(question, each.answer)])
        if option != decision.verdict.recommended:
            flips[each.answer] = option
    return flips


def _joint_flips(
    decision: Decision, engine: RuleEngine, said: Mapping[str, Sequence[AnswerGroup]]
) -> Iterator[JointFlip]:
    """Yield every pair of teammates' answers that flips the decision."""
    others = [_others(decision, question, each) for question, each in said.items()]
    for pair in combinations(filter(None, others), 2):
        for answers in product(*pair):
            option = _option(decision, engine, answers)
            if option != decision.verdict.recommended:
                yield JointFlip(answers, option)


def _others(
    decision: Decision, question: str, said: Sequence[AnswerGroup]
) -> list[tuple[str, Answer]]:
    """Return the answers to a question that are not the driver's own."""
    own = decision.answers.get(question, "")
    return [(question, each.answer) for each in said if each.answer != own]


def _option(
    decision: Decision, engine: RuleEngine, answers: Sequence[tuple[str, Answer]]
) -> str | None:
    """Return the recommended option with some of the decision's answers replaced."""
    return engine.score({**decision.answers, **dict(answers)}).recommended
