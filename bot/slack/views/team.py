"""The team's views side by side: who would choose what, and which differences would matter."""

from collections.abc import Iterable, Sequence

from slack_sdk.models.blocks import Block, ButtonElement, ContextBlock

from bot.decisions.comparison import AnswerGroup, Comparison, Contribution, Difference, JointFlip
from bot.decisions.model import Decision, Status
from bot.decisions.records.words import words_of_answer
from bot.playbooks.model import Answer, Playbook
from bot.slack.views.decide import add_view_button
from bot.slack.views.verdict import option_title
from bot.slackkit import ids
from bot.slackkit.message import (
    Message,
    as_dicts,
    decision_actions,
    decision_button,
    mrkdwn,
    section,
    shrink_to_fit,
)
from bot.slackkit.mrkdwn import (
    FALLBACK,
    SECTION,
    and_list,
    fit,
    fit_escaped,
    mention,
    mentions,
    or_list,
    some,
)

_SIZES = ((3, 8), (3, 5), (2, 3), (1, 2), (0, 1))
"""Numbers of questions and of names to show, from the most to the fewest."""
_ASK, _ANSWER, _NOTE = 150, 75, 200
_BLIND = (
    "Anyone can add a view; it takes a minute. Add yours before you read on, you can change it."
)


def team_message(decision: Decision, playbook: Playbook, seen: Comparison) -> Message:
    """Return the message that compares all views, shortened until it fits."""
    blocks = shrink_to_fit(
        lambda size: _TeamMessage(decision, playbook, seen, *size).blocks(), _SIZES
    )
    return Message(text=fit(_summary(decision, playbook, seen), FALLBACK), blocks=as_dicts(blocks))


def views_in_short(playbook: Playbook, seen: Comparison, names: int) -> list[str]:
    """Return a line for each option that people would choose, the most frequent first.

    A line names at most `names` people.
    """
    by_option: dict[str | None, list[Contribution]] = {}
    for each in seen.contributions:
        by_option.setdefault(each.favours, []).append(each)
    ranked = sorted(by_option.items(), key=lambda item: -len(item[1]))
    return [
        f"*{option_title(playbook, option)}*  ·  {_tally(len(people))}"
        f"{some([_contribution(playbook, each) for each in people], names)}"
        for option, people in ranked
    ]


def differences_in_short(seen: Comparison) -> str:
    """Return how many differences there are, and whether they matter, in one sentence."""
    if len(seen.contributions) < 2:
        return "No view yet."
    if not seen.differences:
        return "Nobody answered differently."
    return f"You differ on {_count(len(seen.differences), 'question')}; {_effect(seen)}."


def _effect(seen: Comparison) -> str:
    if flips := len(seen.flipping):
        return f"{flips} would change the recommendation"
    joint = "two together would change the result"
    return joint if seen.joint_flips else "no answer changes the result"


class _TeamMessage:
    """The message at one size."""

    def __init__(
        self, decision: Decision, playbook: Playbook, seen: Comparison, questions: int, names: int
    ) -> None:
        self._decision, self._playbook, self._seen = decision, playbook, seen
        self._questions, self._names = questions, names

    def blocks(self) -> list[Block]:
        seen = self._seen
        blocks: list[Block] = [section(self._heading())]
        if len(seen.contributions) > 1:
            blocks.append(section(_fit_lines(views_in_short(self._playbook, seen, self._names))))
            blocks += self._flipping()
            blocks += self._together()
            blocks += self._notes()
            blocks += self._rest()
        if seen.waiting:
            words = f"Still to come: {mentions(seen.waiting, self._names)}"
            blocks.append(ContextBlock(elements=[mrkdwn(words)]))
        if self._decision.status is Status.OPEN:
            blocks.append(decision_actions(self._decision, self._buttons()))
            blocks.append(ContextBlock(elements=[mrkdwn(_BLIND)]))
        return blocks

    def _heading(self) -> str:
        words = f"*Team views*  ·  {_how_many(self._seen)}"
        return f"{words}  ·  {_effect(self._seen)}" if self._seen.differences else words

    def _buttons(self) -> list[ButtonElement]:
        buttons = [add_view_button(self._decision)]
        if self._seen.waiting:
            number = self._decision.number
            buttons.append(decision_button(ids.Action.NUDGE, "Remind those missing", number))
        return buttons

    def _flipping(self) -> list[Block]:
        """Return each difference that would change the recommendation by itself."""
        differences = self._seen.flipping
        shown = differences[: self._questions]
        blocks: list[Block] = [
            section(_fit_lines([f"*{self._question(each.question)}*", *self._said(each)]))
            for each in shown
        ]
        if rest := len(differences) - len(shown):
            words = f"{_count(rest, 'more difference')} would change the recommendation"
            blocks.append(ContextBlock(elements=[mrkdwn(words)]))
        return blocks

    def _question(self, question: str) -> str:
        return fit_escaped(self._playbook.question(question).ask, _ASK)

    def _said(self, difference: Difference) -> Iterable[str]:
        for said in difference.said:
            line = f"• {self._words(difference.question, said)}: "
            line += mentions(said.users, self._names)
            if said.answer in difference.flips_to:
                option = difference.flips_to[said.answer]
                line += f"  →  it would be *{option_title(self._playbook, option)}*"
                line += self._because_of(difference.question, said)
            yield line

    def _words(self, question: str, said: AnswerGroup) -> str:
        """Return an answer; of several answers how they differ from those of the decision."""
        if not said.added and not said.dropped:
            return self._answer(question, said.answer)
        parts = [
            f"{word} {self._answer(question, answers)}"
            for word, answers in (("also", said.added), ("without", said.dropped))
            if answers
        ]
        return ", ".join(parts)

    def _because_of(self, question: str, said: AnswerGroup) -> str:
        """Return which of several answers makes the difference, if some of them don't."""
        if not said.decisive or len(said.decisive) == len(said.added) + len(said.dropped):
            return ""
        names = or_list([f"“{self._answer(question, each)}”" for each in said.decisive])
        return f", by {names} alone"

    def _answer(self, question: str, answer: Answer) -> str:
        words = words_of_answer(self._playbook.question(question).answers, answer)
        return fit_escaped(words, _ANSWER)

    def _together(self) -> list[Block]:
        pairs = self._seen.joint_flips[: self._questions]
        if not pairs:
            return []
        lines = ["*Only together would these change it*", *map(self._pair, pairs)]
        return [section(_fit_lines(lines))]

    def _pair(self, pair: JointFlip) -> str:
        parts = [
            f"{self._question(question)} *{self._answer(question, answer)}*"
            for question, answer in pair.answers
        ]
        return f"• {' and '.join(parts)}  →  *{option_title(self._playbook, pair.option)}*"

    def _notes(self) -> list[Block]:
        """Return what people think the others have missed."""
        noted = [each for each in self._seen.contributions if each.note]
        if not noted or not self._questions:
            return []
        lines = [
            f"• {mention(each.user)}: “{fit_escaped(' '.join(each.note.split()), _NOTE)}”"
            for each in noted[: self._names]
        ]
        if rest := len(noted) - len(lines):
            lines.append(f"and {rest} more")
        return [section(_fit_lines(["*Anything missed?*", *lines]))]

    def _rest(self) -> list[Block]:
        """Return in a line or two what changes nothing, and what people agree on."""
        other = [each for each in self._seen.differences if not each.flips_to]
        topics = [self._playbook.question(each.question).topic for each in other]
        lines = []
        if topics:
            named = some([fit_escaped(each, 40) for each in topics], max(self._questions, 1))
            lines.append(f"Other differences, no effect on the result: {named}")
        if agreed := len(self._seen.agreements):
            lines.append(f"You agree on {_count(agreed, 'question')}")
        return [ContextBlock(elements=[mrkdwn("\n".join(lines))])] if lines else []


def _how_many(seen: Comparison) -> str:
    others = len(seen.contributions) - 1
    if not others:
        return "none yet"
    return f"{_count(others, 'view')} beside {mention(seen.contributions[0].user)}'s"


def _contribution(playbook: Playbook, view: Contribution) -> str:
    """Return a person, with what their answers lead to if they would choose something else."""
    if view.driver:
        return f"{mention(view.user)} (opened it)"
    if view.choice is None or view.option in {None, view.choice}:
        return mention(view.user)
    return f"{mention(view.user)} (answers lead to {option_title(playbook, view.option)})"


def _fit_lines(lines: Sequence[str]) -> str:
    """Return as many lines as fit in a section, and the number of the rest."""
    kept, room = list[str](), SECTION - len("\nand 999 more")
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return "\n".join([*kept, f"and {len(lines) - len(kept)} more"])
        kept.append(line)
    return "\n".join(kept)


def _summary(decision: Decision, playbook: Playbook, seen: Comparison) -> str:
    text = f"Views on decision #{decision.number}: {_how_many(seen)}."
    if len(seen.contributions) > 1:
        titles = {option_title(playbook, each.favours) for each in seen.contributions}
        text += f" You favour {and_list(sorted(titles))}. {differences_in_short(seen)}"
    return text


def _tally(people: int) -> str:
    return f"{people} people: " if people > 1 else ""


def _count(number: int, words: str) -> str:
    return f"{number} {words}{'' if number == 1 else 's'}"
