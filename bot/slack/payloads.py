"""What Slack sends, as who, where and what: the one place that reads payloads."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.decisions.model import Person, Place, Review, ReviewChoice, Visibility, Workflow
from bot.decisions.moves import Move
from bot.slack.ids import DECISION_PREFIX, DONT_KNOW, QUESTION_PREFIX, Action, Block
from bot.slack.text import one_line

Payload = Mapping[str, Any]


class Unreadable(ValueError):
    """A payload lacks what every payload of its kind has."""


class Outsider(PermissionError):
    """Somebody from another workspace, in a shared channel."""


class ViewMetadata(BaseModel):
    """What a view carries in `private_metadata`: the draft and the step it shows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    draft: str
    step: str


def who(body: Payload) -> Person:
    """Return who sent a payload.

    Raises:
        Outsider: they belong to another workspace than the app's.
        Unreadable: the payload names nobody.
    """
    user = body.get("user")
    team = body.get("team")
    if isinstance(user, Mapping):
        home = user.get("team_id")
        workspace = team.get("id") if isinstance(team, Mapping) else _installed_team(body)
        person = _person(workspace or home, user.get("id"))
        if home and workspace and home != workspace:
            raise Outsider(person.user)
        return person
    return _person(body.get("team_id"), body.get("user_id"))


def who_of_event(body: Payload) -> Person:
    """Return whom an event is about.

    Raises:
        Unreadable: the event names nobody.
    """
    event = body.get("event")
    return _person(body.get("team_id"), event.get("user") if isinstance(event, Mapping) else None)


def happened_at(body: Payload) -> datetime:
    """Return when an event happened, in whole seconds.

    Raises:
        Unreadable: the event does not say.
    """
    time = body.get("event_time")
    if not isinstance(time, int) or not 0 <= time < 2**33:
        raise Unreadable("the event has no time")
    return datetime.fromtimestamp(time, UTC)


def revoked_bots(body: Payload) -> frozenset[str]:
    """Return the bot users whose tokens an event says were revoked."""
    event = body.get("event")
    tokens = event.get("tokens") if isinstance(event, Mapping) else None
    bots = tokens.get("bot") if isinstance(tokens, Mapping) else None
    return frozenset(str(bot) for bot in bots) if isinstance(bots, list) else frozenset()


def place_of_command(body: Payload) -> Place:
    """Return where a command was typed; its channel's name tells who can read there."""
    name = str(body.get("channel_name", ""))
    if name == "directmessage":
        return Place(str(body.get("user_id")), Visibility.DIRECT)
    hidden = name == "privategroup" or name.startswith("mpdm-")
    return Place(str(body.get("channel_id")), Visibility.PRIVATE if hidden else Visibility.PUBLIC)


def place_of_message(body: Payload) -> Place | None:
    """Return where a message stands that somebody acted on; None if it is no channel's."""
    channel = body.get("channel")
    if not isinstance(channel, Mapping) or not channel.get("id"):
        return None
    return place_of_command(
        {
            "channel_name": channel.get("name", ""),
            "channel_id": channel["id"],
            "user_id": body.get("user", {}).get("id"),
        }
    )


def metadata_of(view: Payload) -> ViewMetadata:
    """Return a view's metadata.

    Raises:
        Unreadable: it is none of ours.
    """
    try:
        return ViewMetadata.model_validate_json(view.get("private_metadata") or "")
    except ValidationError as error:
        raise Unreadable("this view carries no draft") from error


class DecisionMetadata(BaseModel):
    """What a modal about a posted decision carries in `private_metadata`: its number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: int


@dataclass(frozen=True, slots=True)
class FieldError(Exception):
    """An answer that is not valid: the block it belongs to, and what to do."""

    block: str
    message: str


def workflow_of(view: Payload, driver: str) -> Workflow:
    """Return the answers of the first page.

    Raises:
        FieldError: an answer is missing or contradicts another.
    """
    title = one_line(_value(view, Block.TITLE, "value") or "")
    if not title:
        raise FieldError(Block.TITLE, "Give the decision a title, a few words are enough.")
    choice = _selected(view, Block.REVIEW_CHOICE) or ReviewChoice.DAYS_90.value
    picked = _value(view, Block.REVIEW_DAY, "selected_date")
    if choice == ReviewChoice.ON_DATE and not picked:
        raise FieldError(Block.REVIEW_DAY, "Pick the day, or choose a number of days above.")
    return Workflow(
        title=title,
        problem=(_value(view, Block.PROBLEM, "value") or "").strip(),
        deciders=tuple(_value(view, Block.DECIDERS, "selected_users") or (driver,)),
        review=Review(ReviewChoice(choice), date.fromisoformat(picked) if picked else None),
    )


def answers_of(view: Payload) -> dict[str, str | None]:
    """Return the answers of a page of questions: what is untouched is left out."""
    answers: dict[str, str | None] = {}
    for block in _values(view):
        if not block.startswith(QUESTION_PREFIX):
            continue
        chosen = _selected(view, block)
        if chosen is not None:
            answers[block.removeprefix(QUESTION_PREFIX)] = None if chosen == DONT_KNOW else chosen
    return answers


def destination_of(view: Payload, origin: Place | None) -> Place:
    """Return where the review page says to post.

    Raises:
        FieldError: neither "here" nor a channel was chosen.
    """
    channel = _value(view, Block.OTHER_CHANNEL, "selected_channel")
    if channel:
        return Place(channel, Visibility.PUBLIC)
    if origin is None:
        raise FieldError(Block.OTHER_CHANNEL, "Choose the channel to post to.")
    return origin


def decision_metadata_of(view: Payload) -> int:
    """Return the number of the decision that a modal is about.

    Raises:
        Unreadable: it is about none.
    """
    try:
        return DecisionMetadata.model_validate_json(view.get("private_metadata") or "").decision
    except ValidationError as error:
        raise Unreadable("this view is about no decision") from error


def override_of(view: Payload) -> tuple[str, str]:
    """Return the option chosen instead of the recommended one, and the reason.

    Raises:
        FieldError: one of them is missing.
    """
    option = _selected(view, Block.OPTION)
    if option is None:
        raise FieldError(Block.OPTION, "Choose what you decide for.")
    return option, reason_of(view)


def reason_of(view: Payload) -> str:
    """Return the reason given in a modal.

    Raises:
        FieldError: it is empty.
    """
    reason = (_value(view, Block.REASON, "value") or "").strip()
    if not reason:
        raise FieldError(Block.REASON, "Say why, in a sentence: the team will look for it later.")
    return str(reason)


def deciders_of(view: Payload) -> tuple[str, ...]:
    """Return the people who shall decide.

    Raises:
        FieldError: nobody was chosen.
    """
    users = tuple(_value(view, Block.DECIDERS, "selected_users") or ())
    if not users:
        raise FieldError(Block.DECIDERS, "Choose at least one person.")
    return users


def chosen_channel(action: Payload) -> Place | None:
    """Return the public channel picked in a message; None if the action is a button."""
    channel = action.get("selected_channel")
    return Place(str(channel), Visibility.PUBLIC) if channel else None


def _installed_team(body: Payload) -> str | None:
    """Return the workspace whose app a view belongs to; None if it is a whole organisation's.

    Slack puts the organisation's id, which begins with E, in the place of the workspace's then.
    """
    view = body.get("view")
    installed = view.get("app_installed_team_id") if isinstance(view, Mapping) else None
    return installed if isinstance(installed, str) and installed.startswith("T") else None


def _person(workspace: Any, user: Any) -> Person:
    if not (isinstance(workspace, str) and workspace and isinstance(user, str) and user):
        raise Unreadable("the payload names no workspace and user")
    return Person(workspace, user)


def _values(view: Payload) -> Mapping[str, Any]:
    state = view.get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    return values if isinstance(values, Mapping) else {}


def _value(view: Payload, block: str, key: str) -> Any:
    return _values(view).get(block, {}).get(Action.ANSWER, {}).get(key)


def _selected(view: Payload, block: str) -> str | None:
    option = _value(view, block, "selected_option")
    return str(option["value"]) if option else None


def typed(body: Payload) -> tuple[str, str]:
    """Return the first word typed after a command, in lower case, and the rest."""
    word, _, rest = str(body.get("text") or "").strip().partition(" ")
    return word.lower(), rest.strip()


def pressed(body: Payload) -> Payload:
    """Return the one action that a `block_actions` payload reports.

    Raises:
        Unreadable: it reports none.
    """
    actions = body.get("actions")
    if not (isinstance(actions, list) and actions and isinstance(actions[0], Mapping)):
        raise Unreadable("the payload reports no action")
    return actions[0]


def menu_choice(action: Payload) -> tuple[Move, int]:
    """Return the move chosen in a decision's menu, and the decision's number.

    Raises:
        Unreadable: it is no choice of such a menu.
    """
    option = action.get("selected_option")
    value = str(option.get("value", "")) if isinstance(option, Mapping) else ""
    move, _, number = value.partition(":")
    if move not in set(Move) or not number.isdecimal():
        raise Unreadable("this menu belongs to no decision")
    return Move(move), int(number)


def decision_of(action: Payload) -> int:
    """Return the number of the decision that a message's button belongs to.

    Raises:
        Unreadable: the button belongs to none.
    """
    number = str(action.get("block_id", "")).removeprefix(DECISION_PREFIX)
    if not number.isdecimal():
        raise Unreadable("this button belongs to no decision")
    return int(number)


def text_of_message(body: Payload) -> str:
    """Return the text of the message that a shortcut was used on, unescaped; else nothing."""
    message = body.get("message")
    text = message.get("text") if isinstance(message, Mapping) else None
    return html.unescape(str(text)) if text else ""
