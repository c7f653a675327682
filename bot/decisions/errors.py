"""Errors of use cases, with the values that their messages need."""

from datetime import datetime

from bot.decisions.model import Decision


class DraftGone(LookupError):
    """The draft does not exist, belongs to another person, or has expired."""


class AlreadyPosted(Exception):
    """The draft has become a decision, or was applied to one, and can no longer be changed."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class ExclusiveAnswer(ValueError):
    """An answer that excludes all others was given with another one; `answer` is its text."""

    def __init__(self, question: str, answer: str) -> None:
        super().__init__(question, answer)
        self.question = question
        self.answer = answer


class NoChannelChosen(ValueError):
    """A decision is to be posted, and neither its driver nor its draft names a channel."""


class NothingAnswered(ValueError):
    """A questionnaire without any answer is to be posted."""


class NotTheirs(PermissionError):
    """The actor may not do this.

    `allowed` are the user ids that may; `left` says whether all of them have left the workspace.
    """

    def __init__(self, allowed: tuple[str, ...], *, left: bool = False) -> None:
        super().__init__(allowed)
        self.allowed = allowed
        self.left = left


class NoSuchDecision(LookupError):
    """There is no decision with this number, or the person may not read it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class EditedMeanwhile(Exception):
    """The decision was edited after the person had read it.

    `title` is its current title, `recommended` its current recommendation in words.
    """

    def __init__(self, number: int, title: str, recommended: str) -> None:
        super().__init__(number)
        self.number = number
        self.title = title
        self.recommended = recommended


class ActionNotPossible(Exception):
    """The decision's status does not allow the action; `decision` is its current state."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.number)
        self.decision = decision


class DriversOwn(ValueError):
    """The driver adds no perspective: their answers are the decision's, which can be edited."""


class NobodyToAsk(ValueError):
    """All people named were asked before, have answered, or drive the decision."""


class NobodyToNudge(ValueError):
    """All people who were asked have answered, or none were asked."""


class TooSoonToNudge(ValueError):
    """All people who have not answered were asked or reminded within a day."""

    def __init__(self, waiting: tuple[str, ...], again_at: datetime) -> None:
        super().__init__(again_at)
        self.waiting = waiting
        self.again_at = again_at


class NothingChanged(ValueError):
    """An edit changes nothing."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class PlaybookVersionUnusable(LookupError):
    """A stored playbook version cannot be used; the message says why."""


class NothingRecommended(ValueError):
    """There is no recommendation to accept, because no rule gives points."""


class SameOption(ValueError):
    """The option to choose differently is the recommended one."""


class NothingToResend(LookupError):
    """The message was posted or settled in the meantime."""


class ReviewInThePast(ValueError):
    """The review day is not after today."""


class UnknownPlaybook(LookupError):
    """No playbook has this id; `known` are the existing ids."""

    def __init__(self, playbook_id: str, known: tuple[str, ...]) -> None:
        super().__init__(playbook_id)
        self.playbook_id = playbook_id
        self.known = known


class NotAChannel(ValueError):
    """A digest belongs to a channel, not to direct messages."""


class SharedChannel(PermissionError):
    """External users are in the channel, so its digest must not cover the workspace."""


class UnknownZone(ValueError):
    """No time zone has this IANA name; `near` is a similar one, if any."""

    def __init__(self, zone: str, near: str | None) -> None:
        super().__init__(zone)
        self.zone = zone
        self.near = near
