"""How the workspace says no."""

from collections.abc import Sequence

from bot.playground.blockkit import Problem
from bot.playground.model import Json


class Refused(Exception):
    """A request of the app that Slack would refuse.

    Args:
        error: Slack's error code.
        problems: what is wrong, for `response_metadata.messages`.
        extra: further fields of the answer (`needed`, `provided`).
        retry_after: seconds for the Retry-After header of a 429.
        is_innocent: True where the app could not have known better.
    """

    def __init__(
        self,
        error: str,
        problems: Sequence[Problem] = (),
        extra: Json | None = None,
        retry_after: int | None = None,
        *,
        is_innocent: bool = False,
    ) -> None:
        super().__init__(error, *map(str, problems))
        self.error = error
        self.problems = list(problems)
        self.extra = extra or {}
        self.retry_after = retry_after
        self.is_innocent = is_innocent

    @property
    def message(self) -> str:
        """All problems in one line."""
        return "; ".join(problem.message for problem in self.problems)

    @property
    def pointer(self) -> str:
        """Where the first problem is."""
        return self.problems[0].pointer if self.problems else ""

    def answer(self) -> Json:
        """The body that Slack sends."""
        body: Json = {"ok": False, "error": self.error, **self.extra}
        if self.problems:
            body["response_metadata"] = {"messages": [str(p) for p in self.problems]}
        return body


def missing_argument(name: str) -> Refused:
    """The refusal of a call without a required argument."""
    return Refused(
        "invalid_arguments", [Problem(f"/{name}", "missing", f"missing required field: {name}")]
    )


class NotPossible(Exception):
    """Something that Slack's own client does not let a person do; no request is sent."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error
