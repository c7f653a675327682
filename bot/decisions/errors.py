"""What a person can ask for that cannot be done, each with what they need to hear."""

from datetime import datetime

from bot.decisions.model import Decision


class DraftGone(LookupError):
    """The draft does not exist, belongs to another person, or has expired."""


class AlreadyPosted(Exception):
    """The draft has become a decision; its answers are not changed any more."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class NotTheirs(PermissionError):
    """Only some people may do this with a decision; `allowed` are their user ids."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(allowed)
        self.allowed = allowed


class NoSuchDecision(LookupError):
    """There is no decision of this number, or it is not for this person to see."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class EditedMeanwhile(Exception):
    """What was to be decided was edited after the person had read it.

    `title` is the decision's by now, and `recommended` is in words what is recommended by now.
    """

    def __init__(self, number: int, title: str, recommended: str) -> None:
        super().__init__(number)
        self.number = number
        self.title = title
        self.recommended = recommended


class AlreadyClosed(Exception):
    """The decision has changed in the meantime; `decision` is its current state."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.number)
        self.decision = decision


class DriversOwn(ValueError):
    """The driver's perspective of a decision is the decision's own answers, which can be edited."""


class NobodyToAsk(ValueError):
    """Everybody named was asked already, has answered, or drives the decision."""


class NobodyToNudge(ValueError):
    """Everybody who was asked has answered, or nobody was asked."""


class TooSoonToNudge(ValueError):
    """Everybody who has not answered was asked or nudged within a day."""

    def __init__(self, waiting: tuple[str, ...], again_at: datetime) -> None:
        super().__init__(again_at)
        self.waiting = waiting
        self.again_at = again_at


class NothingChanged(ValueError):
    """An edit leaves the decision as it is."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class PlaybookVersionUnusable(LookupError):
    """A playbook that the log has kept cannot be used any more; the message says why."""


class NothingRecommended(ValueError):
    """Nothing is known that speaks for any option, so that there is nothing to accept."""


class SameOption(ValueError):
    """Choosing differently means another option than the one recommended."""


class NothingToResend(LookupError):
    """The message has arrived, or was taken care of, in the meantime."""


class ReviewInThePast(ValueError):
    """The day chosen for the review is not after today."""


class UnknownPlaybook(LookupError):
    """No playbook has this id; `known` are those there are."""

    def __init__(self, playbook_id: str, known: tuple[str, ...]) -> None:
        super().__init__(playbook_id)
        self.playbook_id = playbook_id
        self.known = known


class NotAChannel(ValueError):
    """A digest belongs to a channel; this is a conversation of direct messages."""


class SharedChannel(PermissionError):
    """People from outside the workspace are in the channel, and would read what is not theirs."""


class UnknownZone(ValueError):
    """No time zone has this IANA name; `near` is the one that may be meant, if any."""

    def __init__(self, zone: str, near: str | None) -> None:
        super().__init__(zone)
        self.zone = zone
        self.near = near
