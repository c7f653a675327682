"""Perspectives: the request for a view, and the message that compares the team's views."""

from collections.abc import Iterable, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    InputBlock,
    UserMultiSelectElement,
)

from bot.decisions.comparison import (
    AnswerGroup,
    Comparison,
    Contribution,
    Difference,
    JointFlip,
    SharedAnswer,
)
from bot.decisions.model import Decision, Status, Visibility
from bot.decisions.records.words import STRENGTHS, TOO_LITTLE, words_of_answer
from bot.playbooks.model import Answer, Playbook
from bot.services.perspectives import AskResult
from bot.slack.views.announcement import status_label
from bot.slack.views.decide import add_view_button, decision_modal
from bot.slack.views.verdict import option_title
from bot.slackkit import ids
from bot.slackkit.message import (
    Message,
    as_dicts,
    decision_actions,
    decision_button,
    decision_title,
    mrkdwn,
    plain,
    section,
    sentence,
    shrink_to_fit,
    where,
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
    quote,
    some,
)

MOST_ASKED = 20
_SIZES = ((12, 8), (6, 5), (3, 3), (1, 2), (0, 1))
"""Numbers of questions and of names to show, from the most to the fewest."""
_ASK, _ANSWER = 300, 120
_NO_PEEKING = (
    "Anybody can add a view, best before reading the others': the questions don't show them. "
    "Press the button again to change yours."
)


def view_request(decision: Decision, *, nudge: bool, given: bool = False) -> Message:
    """Return the direct message that asks for a view; it shows no verdict.

    Args:
        decision: the decision, whose driver asks.
        nudge: whether it is a reminder.
        given: whether the person has given the view since.
    """
    asker = mention(decision.driver)
    title = decision_title(decision)
    if decision.status is not Status.OPEN:
        status = status_label(decision).lower()
        did = "You gave your view" if given else f"{asker} asked for your view"
        return sentence(f"{title}\n{did}; meanwhile it was {status}.")
    if given:
        return _view_given(decision, title)
    opening = "is still looking forward to" if nudge else "would like to have"
    text = f"{asker} {opening} your view of a decision{_whereabouts(decision)}:"
    blocks: list[Block] = [section(f"{text}\n{title}")]
    if decision.problem:
        blocks.append(section(quote(decision.problem, 600)))
    takes = "A few questions. You won't see what the others answered, or what it comes to for them."
    if decision.place.visibility is not Visibility.PUBLIC:
        takes += " Once you have given your view, you can read the whole decision."
    blocks += [
        decision_actions(decision, [add_view_button(decision)]),
        ContextBlock(elements=[mrkdwn(takes)]),
    ]
    return Message(text=fit(f"{text} {title}", FALLBACK), blocks=as_dicts(blocks))


def _view_given(decision: Decision, title: str) -> Message:
    text = f"You gave your view of a decision{_whereabouts(decision)}:\n{title}"
    button = decision_actions(decision, [add_view_button(decision, given=True)])
    return Message(text=text, blocks=as_dicts([section(text), button]))


def _whereabouts(decision: Decision) -> str:
    match decision.place.visibility:
        case Visibility.PUBLIC:
            return f" in {where(decision.place)}"
        case Visibility.PRIVATE:
            return f" in a private channel ({where(decision.place)})"
        case Visibility.DIRECT:
            return " that stands in direct messages"


def view_request_modal(decision: Decision, response_url: str | None = None) -> dict[str, Any]:
    """Return the modal of *Ask for views*.

    Args:
        decision: the decision.
        response_url: that of the press, for the private answer about who was asked.
    """
    people = InputBlock(
        block_id=ids.Block.PEOPLE,
        label=plain("Whose view would help?"),
        hint=plain("Each gets a direct message with the title, the problem and the questions."),
        element=UserMultiSelectElement(
            action_id=ids.Action.ANSWER, max_selected_items=MOST_ASKED, placeholder=plain("People")
        ),
    )
    return decision_modal(
        decision,
        ids.Modal.ASK,
        "Ask for views",
        "Ask",
        [people, *_shown_to(decision)],
        response_url=response_url,
    )


def _shown_to(decision: Decision) -> list[Block]:
    """Return what people asked can read of a private decision; nothing for a public one."""
    if decision.place.visibility is Visibility.PUBLIC:
        return []
    private = decision.place.visibility is Visibility.PRIVATE
    place, who = "direct messages", "Whoever you ask"
    if private:
        place, who = "a private channel", "Whoever you ask, in that channel or not,"
    text = (
        f"This decision stands in {place}. {who} can read its title and problem, and all of it "
        "once they have given their view."
    )
    return [ContextBlock(elements=[mrkdwn(text)])]


def view_requests_sent(wishes: AskResult) -> str:
    """Return the answer to the driver: who is asked, and who was left out."""
    text = f"I'm asking {mentions(wishes.new, MOST_ASKED)} for their view."
    if wishes.known:
        known = mentions(wishes.known, MOST_ASKED)
        text += f" Left out, as they were asked before or have given theirs: {known}."
    return text


def nudges_sent(users: Sequence[str]) -> str:
    """Return the answer to the driver: who was reminded."""
    return f"I'm reminding {mentions(users, 5)}. They can be nudged again tomorrow."


def team_message(decision: Decision, playbook: Playbook, seen: Comparison) -> Message:
    """Return the message that compares all views, shortened until it fits."""
    blocks = shrink_to_fit(
        lambda size: _TeamMessage(decision, playbook, seen, *size).blocks(), _SIZES
    )
    return Message(text=fit(_summary(decision, playbook, seen), FALLBACK), blocks=as_dicts(blocks))


class _TeamMessage:
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
        other = tuple(each for each in seen.differences if not each.flips_to)
        blocks: list[Block] = [section(f"*How the team sees it*  ·  {_how_many(seen)}")]
        if len(seen.contributions) > 1:
            blocks.append(section(_fit_lines(self._verdicts())))
            blocks += self._differences(
                "You differ, and it would change the recommendation", flipping
            )
            blocks += self._together()
            blocks += self._differences("You differ, and it changes nothing by itself", other)
            blocks += self._agreements()
        if seen.waiting:
            words = f"Asked, and not answered yet: {mentions(seen.waiting, self._names)}"
            blocks.append(ContextBlock(elements=[mrkdwn(words)]))
        if is_open:
            blocks.append(ContextBlock(elements=[mrkdwn(_NO_PEEKING)]))
            blocks.append(decision_actions(self._decision, self._buttons()))
        return blocks

    def _buttons(self) -> list[ButtonElement]:
        buttons = [add_view_button(self._decision)]
        if self._seen.waiting:
            number = self._decision.number
            buttons.append(decision_button(ids.Action.NUDGE, "Nudge those missing", number))
        return buttons

    def _verdicts(self) -> list[str]:
        """Return a line for each option that contributors' answers lead to, most frequent first."""
        by_option: dict[str | None, list[Contribution]] = {}
        for voice in self._seen.contributions:
            by_option.setdefault(voice.option, []).append(voice)
        ranked = sorted(by_option.items(), key=lambda item: -len(item[1]))
        return [
            f"*{option_title(self._playbook, option)}*  ·  "
            f"{_count(len(voices), 'person', 'people')}: "
            f"{some([_contribution(each) for each in voices], self._names)}"
            for option, voices in ranked
        ]

    def _differences(self, title: str, differences: Sequence[Difference]) -> list[Block]:
        if not differences:
            return []
        shown = differences[: self._questions]
        blocks: list[Block] = [HeaderBlock(text=plain(title))] if shown else []
        for each in shown:
            lines = [f"*{self._question(each.question)}*", *self._said(each)]
            blocks.append(section(_fit_lines(lines)))
        if rest := len(differences) - len(shown):
            more = f"{title}: {rest} more" if not shown else f"and {rest} more"
            blocks.append(ContextBlock(elements=[mrkdwn(more)]))
        return blocks

    def _question(self, question: str) -> str:
        return fit_escaped(self._playbook.question(question).ask, _ASK)

    def _said(self, difference: Difference) -> Iterable[str]:
        for said in difference.said:
            line = f"• {self._words(difference.question, said)}: "
            line += mentions(said.users, self._names)
            if said.answer in difference.flips_to:
                option = difference.flips_to[said.answer]
                line += f"  →  the recommendation would be *{option_title(self._playbook, option)}*"
                line += self._because_of(difference.question, said)
            yield line

    def _words(self, question: str, said: AnswerGroup) -> str:
        """Return an answer; of several answers how they differ from the driver's."""
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
        title = "Only together would these change the recommendation"
        return [
            HeaderBlock(text=plain(title)),
            section(_fit_lines([self._pair(each) for each in pairs])),
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
        return [HeaderBlock(text=plain("You agree on")), section(_fit_lines(lines))]

    def _agreement(self, each: SharedAnswer) -> str:
        answer = self._answer(each.question, each.answer)
        return f"• {self._question(each.question)} *{answer}*"


def _how_many(seen: Comparison) -> str:
    driver, *others = seen.contributions
    views = _count(len(others), "view", "views") if others else "no view yet"
    return f"{views} beside the driver's ({mention(driver.user)} opened it)"


def _contribution(voice: Contribution) -> str:
    strength = STRENGTHS[voice.strength] if voice.option else TOO_LITTLE
    return f"{mention(voice.user)} ({f'driver, {strength}' if voice.driver else strength})"


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
        titles = and_list(
            sorted({option_title(playbook, each.option) for each in seen.contributions})
        )
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
