"""What a person can ask for that cannot be done, each with what they need to hear."""


class DraftGone(LookupError):
    """The draft does not exist, is somebody else's, or has expired."""


class AlreadyPosted(Exception):
    """The draft has become a decision; its answers are not changed any more."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class NotYours(PermissionError):
    """Only the decision's driver may do this; `driver` is their user id."""

    def __init__(self, driver: str) -> None:
        super().__init__(driver)
        self.driver = driver


class NothingToResend(LookupError):
    """The message has arrived, or was taken care of, in the meantime."""


class UnknownPlaybook(LookupError):
    """No playbook has this id; `known` are those there are."""

    def __init__(self, playbook_id: str, known: tuple[str, ...]) -> None:
        super().__init__(playbook_id)
        self.playbook_id = playbook_id
        self.known = known
