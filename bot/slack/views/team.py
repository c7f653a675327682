"""How a team sees a decision: the message in its thread."""

from collections.abc import Iterable, Sequence

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
)

from bot.decisions.comparison import Comparison, Contribution, Difference, JointFlip, SharedAnswer
from bot.decisions.model import Decision, Status
from bot.decisions.records.words import DONT_KNOW, STRENGTHS, TOO_LITTLE
from bot.playbooks.model import Playbook
from bot.slack.views.decide import about, add_view
from bot.slack.views.verdict import option_title
from bot.slackkit import ids
from bot.slackkit.message import (
    Message,
    as_dicts,
    button,
    decision_label,
    mrkdwn,
    plain,
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
    some,
)

_SIZES = ((12, 8), (6, 5), (3, 3), (1, 2), (0, 1))
"""How many questions and how many names are shown; the next is for messages that are too long."""
_ASK, _ANSWER = 300, 120
_NO_PEEKING = (
    "Anybody can add a view, best before reading the others': the questions don't show them. "
    "Press the button again to change yours."
)


def team_message(decision: Decision, playbook: Playbook, seen: Comparison) -> Message:
    """Return the message in the thread with everybody's view, as far as it fits."""
    blocks = shrink_to_fit(lambda size: _Team(decision, playbook, seen, *size).blocks(), _SIZES)
    return Message(text=fit(_summary(decision, playbook, seen), FALLBACK), blocks=as_dicts(blocks))


class _Team:
    """The message at one size."""

    def __init__(
        self, decision: Decision, playbook: Playbook, seen: Comparison, questions: int, names: int
    ) -> None:
        self._decision, self._playbook, self._seen = decision, playbook, seen
        self._questions, self._names = questions, names

    def blocks(self) -> list[Block]:
        seen = self._seen
        is_open = self._decision.status is Status.OPEN
        flipping = seen.flipping
        other = tuple(each for each in seen.differences if not each.leads)
        blocks: list[Block] = [section(f"*How the team sees it*  ·  {_how_many(seen)}")]
        if len(seen.voices) > 1:
            blocks.append(section(_joined(self._verdicts())))
            blocks += self._chapter("You differ, and it would change the recommendation", flipping)
            blocks += self._together()
            blocks += self._chapter("You differ, and it changes nothing by itself", other)
            blocks += self._agreements()
        if seen.waiting:
            words = f"Asked, and not answered yet: {mentions(seen.waiting, self._names)}"
            blocks.append(ContextBlock(elements=[mrkdwn(words)]))
        if is_open:
            blocks.append(ContextBlock(elements=[mrkdwn(_NO_PEEKING)]))
            blocks.append(about(self._decision, self._buttons()))
        return blocks

    def _buttons(self) -> list[ButtonElement]:
        buttons = [add_view(self._decision)]
        if self._seen.waiting:
            number = self._decision.number
            about = decision_label(number)
            buttons.append(
                button(ids.Action.NUDGE, "Nudge those missing", str(number), about=about)
            )
        return buttons

    def _verdicts(self) -> list[str]:
        """Return a line for each option that somebody's answers come to, most frequent first."""
        by_option: dict[str | None, list[Contribution]] = {}
        for voice in self._seen.voices:
            by_option.setdefault(voice.option, []).append(voice)
        ranked = sorted(by_option.items(), key=lambda item: -len(item[1]))
        return [
            f"*{option_title(self._playbook, option)}*  ·  "
            f"{_count(len(voices), 'person', 'people')}: "
            f"{some([_voice(each) for each in voices], self._names)}"
            for option, voices in ranked
        ]

    def _chapter(self, title: str, differences: Sequence[Difference]) -> list[Block]:
        if not differences:
            return []
        shown = differences[: self._questions]
        blocks: list[Block] = [HeaderBlock(text=plain(title))] if shown else []
        for each in shown:
            lines = [f"*{self._question(each.question)}*", *self._said(each)]
            blocks.append(section(_joined(lines)))
        if rest := len(differences) - len(shown):
            more = f"{title}: {rest} more" if not shown else f"and {rest} more"
            blocks.append(ContextBlock(elements=[mrkdwn(more)]))
        return blocks

    def _question(self, question: str) -> str:
        return fit_escaped(self._playbook.question(question).ask, _ASK)

    def _said(self, difference: Difference) -> Iterable[str]:
        for said in difference.said:
            line = f"• {self._answer(difference.question, said.answer)}: "
            line += mentions(said.users, self._names)
            if said.answer in difference.leads:
                option = difference.leads[said.answer]
                line += f"  →  the recommendation would be *{option_title(self._playbook, option)}*"
            yield line

    def _answer(self, question: str, answer: str | None) -> str:
        if answer is None:
            return DONT_KNOW
        return fit_escaped(self._playbook.question(question).answers[answer], _ANSWER)

    def _together(self) -> list[Block]:
        pairs = self._seen.together[: self._questions]
        if not pairs:
            return []
        title = "Only together would these change the recommendation"
        return [
            HeaderBlock(text=plain(title)),
            section(_joined([self._pair(each) for each in pairs])),
        ]

    def _pair(self, pair: JointFlip) -> str:
        parts = [
            f"{self._question(question)} *{self._answer(question, answer)}*"
            for question, answer in pair.answers
        ]
        return f"• {' and '.join(parts)}  →  *{option_title(self._playbook, pair.option)}*"

    def _agreements(self) -> list[Block]:
        agreements = self._seen.agreements
        if not agreements:
            return []
        shown = agreements[: self._questions]
        lines = [self._agreement(each) for each in shown]
        if rest := len(agreements) - len(shown):
            lines.append(f"and {rest} more")
        return [HeaderBlock(text=plain("You agree on")), section(_joined(lines))]

    def _agreement(self, each: SharedAnswer) -> str:
        answer = self._answer(each.question, each.answer)
        return f"• {self._question(each.question)} *{answer}*"


def _how_many(seen: Comparison) -> str:
    driver, *others = seen.voices
    views = _count(len(others), "view", "views") if others else "no view yet"
    return f"{views} beside the driver's ({mention(driver.user)} opened it)"


def _voice(voice: Contribution) -> str:
    strength = STRENGTHS[voice.strength] if voice.option else TOO_LITTLE
    return f"{mention(voice.user)} ({f'driver, {strength}' if voice.driver else strength})"


def _joined(lines: Sequence[str]) -> str:
    """Return lines as a paragraph that holds as many of them as fit, and says how many don't."""
    kept, room = list[str](), SECTION - len("\nand 999 more")
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return "\n".join([*kept, f"and {len(lines) - len(kept)} more"])
        kept.append(line)
    return "\n".join(kept)


def _summary(decision: Decision, playbook: Playbook, seen: Comparison) -> str:
    text = f"Views on decision #{decision.number}: {_how_many(seen)}."
    if len(seen.voices) > 1:
        titles = and_list(sorted({option_title(playbook, each.option) for each in seen.voices}))
        text += f" They come to {titles}. {_disagreement(seen)}"
    return text


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _disagreement(seen: Comparison) -> str:
    if not seen.differences:
        return "Nobody answered differently."
    flips = len(seen.flipping)
    change = f"{flips} would change the recommendation" if flips else "none alone would change it"
    return f"You differ on {_count(len(seen.differences), 'question', 'questions')}; {change}."
