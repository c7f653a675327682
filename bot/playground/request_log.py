"""Rejected requests, and the log of everything exchanged with the app."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.playground.blockkit import BlockProblem
from bot.playground.slack_model import Json

DispatchKind = Literal["slash_commands", "interactive", "events_api"]

UNAVOIDABLE_ERRORS = frozenset(
    {
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "expired_trigger_id",
        "expired_url",
        "user_not_in_channel",
        "token_revoked",
        "account_inactive",
    }
)
"""Errors that a correct app can meet, because it cannot know the state beforehand."""


class RequestRejected(Exception):
    """Slack rejects a request or response of the app with an error code.

    `problems` are the details in the response, `extra` its further fields; `retry_after` is in
    seconds; `is_unavoidable` is true if the app could not have avoided the error.
    """

    def __init__(
        self,
        error: str,
        problems: Sequence[BlockProblem] = (),
        extra: Json | None = None,
        retry_after: int | None = None,
        *,
        is_unavoidable: bool = False,
    ) -> None:
        super().__init__(error, *map(str, problems))
        self.error = error
        self.problems = list(problems)
        self.extra = extra or {}
        self.retry_after = retry_after
        self.is_unavoidable = is_unavoidable or error in UNAVOIDABLE_ERRORS

    def body(self) -> Json:
        """Return the JSON body that Slack responds with."""
        body: Json = {"ok": False, "error": self.error, **self.extra}
        if self.problems:
            body["response_metadata"] = {"messages": [str(p) for p in self.problems]}
        return body


def rejection(
    error: str, pointer: str, message: str, *, is_unavoidable: bool = False
) -> RequestRejected:
    """Return a rejection with one problem."""
    problems = [BlockProblem(pointer, "invalid", message)]
    return RequestRejected(error, problems, is_unavoidable=is_unavoidable)


def json_argument(args: Json, name: str, expected: type, error: str) -> Any:
    """Return an argument that is JSON or a text with JSON; None if it is missing or empty."""
    value = args.get(name)
    if value in (None, ""):
        return None
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise RequestRejected(error) from None
    if not isinstance(value, expected):
        raise RequestRejected(error)
    return value


def missing_argument(name: str) -> RequestRejected:
    """Return the rejection of a call without a required argument."""
    return rejection("invalid_arguments", f"/{name}", f"missing required field: {name}")


class ClientError(Exception):
    """Slack's own client does not let a user do this; the app gets no request."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error


@dataclass(frozen=True)
class Rejection:
    """A logged rejection; `method` names the Web API method or the kind of response."""

    method: str
    error: str
    message: str
    pointer: str
    at: datetime


@dataclass
class ApiCall:
    """One Web API request, without its token; `arrived` is monotonic, in seconds."""

    method: str
    args: Json
    arrived: float
    answer: Json | None = None
    status: int | None = None


@dataclass
class Dispatch:
    """One payload sent to the app, and the app's response.

    `sent` and `acked` are monotonic, in seconds. `error` is None if the app acknowledged in time,
    else `operation_timeout` or `dispatch_failed`; `retry_reason` is the reason that Slack gives
    in the header of a retried event.
    """

    kind: DispatchKind
    payload: Json
    sent: float
    acked: float | None = None
    status: int | None = None
    body: str = ""
    content_type: str = ""
    error: str | None = None
    retry_reason: str = ""
    no_retry: bool = False
    attempt: int = 0

    @property
    def ok(self) -> bool:
        """Whether the app acknowledged it in time."""
        return self.error is None


@dataclass
class RequestLog:
    """All requests in both directions.

    `violations` are rejections that the app could have avoided, `rejections` are the others.
    """

    violations: list[Rejection] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    calls: list[ApiCall] = field(default_factory=list)
    dispatches: list[Dispatch] = field(default_factory=list)

    def add_rejection(self, method: str, rejected: RequestRejected, at: datetime) -> None:
        """Log a rejected request."""
        entries = self.rejections if rejected.is_unavoidable else self.violations
        message = "; ".join(problem.message for problem in rejected.problems) or rejected.error
        pointer = rejected.problems[0].pointer if rejected.problems else ""
        entries.append(Rejection(method, rejected.error, message, pointer, at))

    def add_call(self, method: str, args: Json) -> ApiCall:
        """Log the arrival of a Web API request."""
        call = ApiCall(method, args, time.monotonic())
        self.calls.append(call)
        return call

    def add_dispatch(self, kind: DispatchKind, payload: Json, attempt: int = 0) -> Dispatch:
        """Log a payload that is about to be sent to the app."""
        dispatch = Dispatch(kind, payload, time.monotonic(), attempt=attempt)
        self.dispatches.append(dispatch)
        return dispatch

    def calls_before_ack(self, dispatch: Dispatch) -> list[ApiCall]:
        """Return the Web API calls that arrived between sending a payload and its ack."""
        until = dispatch.acked if dispatch.acked is not None else time.monotonic()
        return [call for call in self.calls if dispatch.sent <= call.arrived < until]
