"""What was pressed in a message or a view."""

from collections.abc import Mapping

from bot.decisions.model import Place, ReviewOutcome, Visibility
from bot.decisions.transitions import DecisionAction
from bot.slackkit.ids import DECISION_PREFIX, DELIVERY_PREFIX, Action
from bot.slackkit.payloads import InvalidPayload, Payload


def action_of(body: Payload) -> Payload:
    """Return the one action that a `block_actions` payload reports.

    Raises:
        Unreadable: it reports none.
    """
    actions = body.get("actions")
    if not (isinstance(actions, list) and actions and isinstance(actions[0], Mapping)):
        raise InvalidPayload("the payload reports no action")
    return actions[0]


def menu_choice(action: Payload) -> tuple[DecisionAction | None, int]:
    """Return the move chosen in a decision's menu, None for its export, and the decision's number.

    Raises:
        Unreadable: it is no choice of such a menu.
    """
    option = action.get("selected_option")
    value = str(option.get("value", "")) if isinstance(option, Mapping) else ""
    chosen, _, number = value.partition(":")
    if chosen not in {*DecisionAction, Action.EXPORT} or not number.isdecimal():
        raise InvalidPayload("this menu belongs to no decision")
    return (None if chosen == Action.EXPORT else DecisionAction(chosen)), int(number)


def decision_of(action: Payload) -> int:
    """Return the number of the decision that a message's button belongs to.

    Raises:
        Unreadable: the button belongs to none.
    """
    number = str(action.get("block_id", "")).removeprefix(DECISION_PREFIX)
    if not number.isdecimal():
        raise InvalidPayload("this button belongs to no decision")
    return int(number)


def fingerprint_of(action: Payload) -> str | None:
    """Return the mark of what stood above a button to decide; None if the button has none."""
    _, _, mark = str(action.get("value", "")).partition(":")
    return mark or None


def delivery_of(action: Payload) -> str:
    """Return the key of the delivery that a notice's button is about.

    Raises:
        Unreadable: the button is about none.
    """
    block = str(action.get("block_id", ""))
    if not block.startswith(DELIVERY_PREFIX):
        raise InvalidPayload("this button is about no delivery")
    return block.removeprefix(DELIVERY_PREFIX)


def draft_discarded(action: Payload) -> tuple[str, str]:
    """Return the id of the draft that a button discards, and the playbook offered to start with.

    The latter is empty where none was offered beside it.
    """
    draft, _, playbook = str(action.get("value", "")).partition(":")
    return draft, playbook


def outcome_pressed(action: Payload) -> ReviewOutcome | None:
    """Return the outcome that a button of a review names; None if it names none."""
    _, _, outcome = str(action.get("action_id", "")).partition(":")
    return ReviewOutcome(outcome) if outcome in set(ReviewOutcome) else None


def chosen_channel(action: Payload) -> Place | None:
    """Return the public channel picked in a message; None if the action is a button."""
    channel = action.get("selected_channel")
    return Place(str(channel), Visibility.PUBLIC) if channel else None


def message_ref_of(body: Payload) -> tuple[str, str] | None:
    """Return channel and timestamp of the message with the button.

    None if it is no message that stands in a channel by itself, for everybody there to see.
    """
    container = body.get("container")
    if not isinstance(container, Mapping) or container.get("is_ephemeral"):
        return None
    channel, ts = container.get("channel_id"), container.get("message_ts")
    if not (channel and ts) or container.get("thread_ts") not in {None, ts}:
        return None
    return str(channel), str(ts)
