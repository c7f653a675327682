"""Views of teammates: asking for one, the page on which it is given, and the news about it."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    StaticSelectElement,
    UserMultiSelectElement,
)

from bot.decisions.comparison import Comparison, Contribution, Difference
from bot.decisions.model import Decision, Status, Visibility
from bot.decisions.records.words import words_of_answer
from bot.decisions.view_form import ViewForm
from bot.playbooks.model import Playbook
from bot.services.perspectives import AskResult
from bot.slack.views.announcement import status_label
from bot.slack.views.decide import add_view_button, deciding_buttons, decision_modal
from bot.slack.views.questionnaire import question_block
from bot.slack.views.team import differences_in_short, views_in_short
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
    where,
)
from bot.slackkit.mrkdwn import (
    FALLBACK,
    PLAIN_OPTION,
    fit,
    fit_escaped,
    mention,
    mentions,
    or_list,
    quote,
)

MOST_ASKED = 20
NOTE_LENGTH = 1000
_PROBLEM = 600
_MOST_RADIO_BUTTONS = 10
"""https://docs.slack.dev/reference/block-kit/block-elements/radio-button-group-element"""
_NOT_SURE = "Not sure yet"
_MOST_POINTS = 3
_NAMES = 8


def view_form_modal(form: ViewForm) -> dict[str, Any]:
    """Return the page on which a person gives their view.

    It shows nothing of the others: no answer, no result, and all options in the playbook's order.
    """
    decision, own = form.decision, form.own
    blocks: list[Block | dict[str, Any]] = []
    if decision.problem:
        blocks.append(section(quote(decision.problem, _PROBLEM)))
    blocks.append(_choice(form.playbook, own.choice))
    blocks += [question_block(each, own.answers) for each in form.questions]
    blocks += [
        InputBlock(
            block_id=ids.Block.NOTE,
            label=plain("Anything we've missed?"),
            optional=True,
            element=PlainTextInputElement(
                action_id=ids.Action.ANSWER,
                multiline=True,
                max_length=NOTE_LENGTH,
                initial_value=own.note or None,
            ),
        ),
        ActionsBlock(
            block_id=ids.Block.NAVIGATION,
            elements=[
                decision_button(ids.Action.ANSWER_ALL, "Answer all questions", decision.number)
            ],
        ),
        ContextBlock(
            elements=[
                mrkdwn("You see nobody else's answers here. Saving shows yours in the thread.")
            ]
        ),
    ]
    return decision_modal(decision, ids.Modal.VIEW, "Your view", "Save my view", blocks)


def _choice(playbook: Playbook, chosen: str | None) -> Block:
    options = [
        Option(text=plain(fit(option.title, PLAIN_OPTION)), value=name)
        for name, option in playbook.options.items()
    ]
    options.append(Option(text=plain(_NOT_SURE), value=ids.DONT_KNOW))
    initial = next((each for each in options if each.value == chosen), None)
    element = RadioButtonsElement if len(options) <= _MOST_RADIO_BUTTONS else StaticSelectElement
    return InputBlock(
        block_id=ids.Block.OPTION,
        label=plain("What would you go for?"),
        element=element(action_id=ids.Action.ANSWER, options=options, initial_option=initial),
    )


def view_request(decision: Decision, *, nudge: bool, given: bool = False) -> Message:
    """Return the direct message that asks for a view, or reminds; it shows no verdict.

    `given` if the person has given the view since.
    """
    asker = mention(decision.driver)
    title = decision_title(decision)
    if decision.status is not Status.OPEN:
        status = status_label(decision).lower()
        did = "You've given your view" if given else f"{asker} wanted your view"
        return sentence(f"{title}\n{did}. No need to do anything: it's {status} now.")
    if given:
        return _view_given(decision, title)
    asks = "is still hoping for" if nudge else "wants"
    text = f"{asker} {asks} your view on a decision{_whereabouts(decision)}:"
    blocks: list[Block] = [section(f"{text}\n{title}")]
    if decision.problem:
        blocks.append(section(quote(decision.problem, _PROBLEM)))
    takes = "It takes about a minute. You won't see anyone else's answers until you've given yours."
    if decision.place.visibility is not Visibility.PUBLIC:
        takes += " After that you can read the whole decision."
    blocks += [
        decision_actions(decision, [add_view_button(decision)]),
        ContextBlock(elements=[mrkdwn(takes)]),
    ]
    return Message(text=fit(f"{text} {title}", FALLBACK), blocks=as_dicts(blocks))


def _view_given(decision: Decision, title: str) -> Message:
    text = f"Thanks, your view is in{_whereabouts(decision)}:\n{title}"
    button = decision_actions(decision, [add_view_button(decision, given=True)])
    return Message(text=text, blocks=as_dicts([section(text), button]))


def _whereabouts(decision: Decision) -> str:
    match decision.place.visibility:
        case Visibility.PUBLIC:
            return f" in {where(decision.place)}"
        case Visibility.PRIVATE:
            return f" in a private channel ({where(decision.place)})"
        case Visibility.DIRECT:
            return " in direct messages"


def view_request_modal(
    decision: Decision,
    response_url: str | None = None,
    outsiders: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the modal of *Ask for views*.

    Args:
        decision: the decision.
        response_url: that of the press, for the private answer about who was asked.
        outsiders: people chosen who belong to another company, to be named.
    """
    people = InputBlock(
        block_id=ids.Block.PEOPLE,
        label=plain("Whose view would help?"),
        hint=plain("I'll send each of them a direct message. Answering takes about a minute."),
        dispatch_action=True,
        element=UserMultiSelectElement(
            action_id=ids.Action.ANSWER, max_selected_items=MOST_ASKED, placeholder=plain("People")
        ),
    )
    warning = [ContextBlock(elements=[mrkdwn(not_colleagues(outsiders))])] if outsiders else []
    return decision_modal(
        decision,
        ids.Modal.ASK,
        "Ask for views",
        "Ask",
        [people, *warning, *_shown_to(decision)],
        response_url=response_url,
    )


def not_colleagues(users: Sequence[str]) -> str:
    """Return that people belong to another company, and can't be asked; `users` are their ids."""
    belong = "belongs" if len(users) == 1 else "belong"
    names = mentions(users, _NAMES)
    return (
        f"⚠️ {names} {belong} to another company, so I can't ask them. They can reply in the thread."
    )


def _shown_to(decision: Decision) -> list[Block]:
    """Return what people asked can read of a private decision; nothing for a public one."""
    if decision.place.visibility is Visibility.PUBLIC:
        return []
    private = decision.place.visibility is Visibility.PRIVATE
    place = "is in a private channel" if private else "is in direct messages"
    text = (
        f"This decision {place}. People you ask can read its title and problem, and the whole "
        "decision once they've given their view."
    )
    return [ContextBlock(elements=[mrkdwn(text)])]


def view_requests_sent(wishes: AskResult) -> str:
    """Return the answer to the driver: who is asked, and who was left out."""
    text = f"I'm asking {mentions(wishes.new, MOST_ASKED)} for their view."
    if wishes.known:
        text += f" Already asked or answered: {mentions(wishes.known, MOST_ASKED)}."
    return text


def nudges_sent(users: Sequence[str]) -> str:
    """Return the answer to the driver: who was reminded."""
    return f"I've reminded {mentions(users, 5)}. You can remind them again tomorrow."


def view_news_message(
    decision: Decision, playbook: Playbook, seen: Comparison, user: str
) -> Message:
    """Return the direct message to the driver about the view of `user` that differs."""
    title, view = decision_title(decision), seen.view_of(user)
    if decision.status is not Status.OPEN or view is None:
        status = status_label(decision).lower()
        return sentence(f"{title}\n{mention(user)} saw it differently. It's {status} now.")
    if not seen.matters(user):
        return sentence(f"{title}\n{mention(user)}'s view doesn't change the recommendation now.")
    news = _News(decision, playbook, seen, view)
    text = f"*{news.headline()}*\n{title}"
    blocks: list[Block] = [section("\n".join([text, *news.points()]))]
    blocks.append(decision_actions(decision, [_look(decision)]))
    return Message(text=fit(text, FALLBACK), blocks=as_dicts(blocks))


class _News:
    """What the driver should know about one view."""

    def __init__(
        self, decision: Decision, playbook: Playbook, seen: Comparison, view: Contribution
    ) -> None:
        self._decision, self._playbook, self._view = decision, playbook, view
        self._differences = seen.decisive_for(view.user)

    def headline(self) -> str:
        """Return in one sentence how the view differs."""
        who = mention(self._view.user)
        answers = self._decision.answers
        differs = sum(answers.get(each.question) is not None for each in self._differences)
        if differs:
            return f"{who} disagrees on {differs} {_points(differs)} that {_matter(differs)}"
        if self._differences:
            return f"{who} knows something you left open, and it changes the recommendation"
        if self._view.choice not in {None, self._decision.recommended}:
            return f"{who} would go for {option_title(self._playbook, self._view.choice)}"
        led = option_title(self._playbook, self._view.option)
        return f"{who}'s answers together lead to {led}"

    def points(self) -> list[str]:
        """Return a line for each difference that matters, and the person's choice."""
        lines = [self._point(each) for each in self._differences[:_MOST_POINTS]]
        if self._differences and self._view.choice is not None:
            lines.append(f"They'd go for *{option_title(self._playbook, self._view.choice)}*.")
        return lines

    def _point(self, difference: Difference) -> str:
        question = self._playbook.question(difference.question)
        (theirs,) = (each for each in difference.said if self._view.user in each.users)
        said = words_of_answer(question.answers, theirs.answer)
        option = option_title(self._playbook, difference.flips_to[theirs.answer])
        return f"• {fit_escaped(question.ask, 150)} {fit_escaped(said, 120)} → *{option}*"


def all_views_message(decision: Decision, playbook: Playbook, seen: Comparison) -> Message:
    """Return the direct message to the driver that all who were asked have answered."""
    title = decision_title(decision)
    if decision.status is not Status.OPEN:
        return sentence(
            f"{title}\nEveryone you asked has answered. It's {status_label(decision).lower()} now."
        )
    if seen.waiting:
        return sentence(f"{title}\nStill to come: {mentions(seen.waiting, _NAMES)}.")
    text = f"*Everyone's in: time to decide?*\n{title}"
    lines = [text, *views_in_short(playbook, seen, _NAMES), differences_in_short(seen)]
    decides = decision.driver in decision.deciders
    if not decides:
        lines.append(f"{or_list([mention(each) for each in decision.deciders])} can decide.")
    # Buttons that decide stay out of the conversation that has the announcement itself.
    here = decides and decision.place.visibility is not Visibility.DIRECT
    buttons = [*(deciding_buttons(decision, playbook) if here else []), _look(decision)]
    blocks: list[Block] = [section("\n".join(lines)), decision_actions(decision, buttons)]
    return Message(text=fit(text, FALLBACK), blocks=as_dicts(blocks))


def _look(decision: Decision) -> ButtonElement:
    return decision_button(ids.Action.SHOW, "Look", decision.number)


def _points(number: int) -> str:
    return "point" if number == 1 else "points"


def _matter(number: int) -> str:
    return "matters" if number == 1 else "matter"
