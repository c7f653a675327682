"""Comparison of perspectives: where people differ, and which differences flip the verdict.

A person may have answered only some of the questions. Their sheet is the driver's with their
answers in place of the driver's; a question that they did not answer is no difference.
"""

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
    """One person's view.

    Attributes:
        user: their id.
        option: the option that their answers lead to; None if too little is known. The driver's
            answers are those of the decision.
        strength: of that option.
        driver: whether they are the driver.
        choice: the option that they would choose; None if they did not say.
        note: what the others may have missed, in their words.
    """

    user: str
    option: str | None
    strength: Strength
    driver: bool = False
    choice: str | None = None
    note: str = ""

    @property
    def favours(self) -> str | None:
        """The option that they would choose, else the one that their answers lead to."""
        return self.choice or self.option


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
    """A question to which people gave different answers.

    Also one that the driver has left open, if a teammate's answer flips the decision.

    `flips_to` maps an answer to the option that the decision would flip to if the driver had given
    only that answer differently; None if no option would be recommended.
    """

    question: str
    said: tuple[AnswerGroup, ...]
    flips_to: Mapping[Answer, str | None]

    def flipped_by(self, user: str) -> bool:
        """Return whether this person's answer flips the decision by itself."""
        return any(user in each.users and each.answer in self.flips_to for each in self.said)


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

    def decisive_for(self, user: str) -> tuple[Difference, ...]:
        """Return the differences by which this teammate alone would flip the verdict."""
        return tuple(each for each in self.differences if each.flipped_by(user))

    def view_of(self, user: str) -> Contribution | None:
        """Return a person's contribution; None if they have made none."""
        return next((each for each in self.contributions if each.user == user), None)

    def matters(self, user: str) -> bool:
        """Return whether a teammate's view differs in a way that would change the decision.

        They would choose another option, or their answers lead to another one.
        """
        driver, view = self.contributions[0], self.view_of(user)
        if view is None or view.driver:
            return False
        options = {view.choice, view.option} - {None, driver.option}
        return bool(options or self.decisive_for(user))


def compare(team: TeamViews, engine: RuleEngine) -> Comparison:
    """Compare the perspectives of a decision by the playbook that it was made with."""
    decision = team.decision
    said = _answers_by_question(team, engine)
    found = [_difference(decision, engine, question, each) for question, each in said.items()]
    agreements = tuple(
        SharedAnswer(question, answer.answer, answer.users)
        for question, (answer, *others) in said.items()
        if not others and answer.answer is not None and len(answer.users) > 1
    )
    kept = (each for each in found if each.flips_to or _known_answers(each) > 1)
    differences = tuple(sorted(kept, key=lambda each: not each.flips_to))
    flips = any(each.flips_to for each in differences)
    return Comparison(
        contributions=_contributions(team),
        differences=differences,
        agreements=agreements,
        joint_flips=() if flips else tuple(_joint_flips(decision, engine, said)),
        waiting=tuple(each.user for each in team.waiting()),
    )


def _known_answers(difference: Difference) -> int:
    """Return how many different answers a question has, "don't know" left out."""
    return sum(each.answer is not None for each in difference.said)


def judged(view: Perspective, decision: Decision, engine: RuleEngine) -> Perspective:
    """Return a perspective with the option that its answers lead to; none without answers.

    The answers must fit the playbook.
    """
    score = engine.score(_merged(decision, view.answers))
    option = score.recommended if _known(view.answers) else None
    return replace(view, option=option, strength=score.strength)


def _known(answers: Answers) -> dict[str, Answer]:
    return {name: answer for name, answer in answers.items() if answer is not None}


def _merged(decision: Decision, answers: Answers) -> dict[str, Answer]:
    return {**decision.answers, **_known(answers)}


def _contributions(team: TeamViews) -> tuple[Contribution, ...]:
    verdict = team.decision.verdict
    driver = Contribution(team.decision.driver, verdict.recommended, verdict.strength, driver=True)
    others = (
        Contribution(each.user, each.option, each.strength, choice=each.choice, note=each.note)
        for each in team.perspectives
    )
    return (driver, *others)


def _answers_by_question(team: TeamViews, engine: RuleEngine) -> dict[str, tuple[AnswerGroup, ...]]:
    """Return the answers to each question with the users who gave them, the driver's first.

    Answers to questions that do not apply to a person are left out, and so is what a teammate does
    not know.
    """
    decision = team.decision
    sheets = {decision.driver: _applicable(engine, decision.answers)}
    for each in team.perspectives:
        applicable = _applicable(engine, _merged(decision, each.answers))
        own = _known(each.answers)
        sheets[each.user] = {name: applicable[name] for name in applicable if name in own}
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


def _difference(
    decision: Decision, engine: RuleEngine, question: str, said: Sequence[AnswerGroup]
) -> Difference:
    own = decision.answers.get(question)
    parted = tuple(
        _parted(decision, engine, question, each, own)
        if isinstance(own, tuple) and isinstance(each.answer, tuple)
        else each
        for each in said
    )
    flips = {}
    for each in said:
        option = _option(decision, engine, [(question, each.answer)])
        if option != decision.recommended:
            flips[each.answer] = option
    return Difference(question, parted, flips)


def _parted(
    decision: Decision,
    engine: RuleEngine,
    question: str,
    group: AnswerGroup,
    own: tuple[str, ...],
) -> AnswerGroup:
    """Return a group of several answers with how these differ from the driver's."""
    given, asked = as_tuple(group.answer), engine.playbook.question(question)
    added = tuple(each for each in given if each not in own)
    dropped = tuple(each for each in own if each not in given)
    decisive = []
    for part in (*added, *dropped):
        changed = with_one_changed(asked, own, part) or None
        if _option(decision, engine, [(question, changed)]) != decision.recommended:
            decisive.append(part)
    return replace(group, added=added, dropped=dropped, decisive=tuple(decisive))


def _joint_flips(
    decision: Decision, engine: RuleEngine, said: Mapping[str, Sequence[AnswerGroup]]
) -> Iterator[JointFlip]:
    """Yield every pair of teammates' answers that flips the decision."""
    others = [_others(decision, question, each) for question, each in said.items()]
    for pair in combinations(filter(None, others), 2):
        for answers in product(*pair):
            option = _option(decision, engine, answers)
            if option != decision.recommended:
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
