"""One call of a Web API method, and the declaration of methods.

What reads arguments raises `RequestRejected` if they are missing or invalid.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from bot.playground.request_log import RequestRejected, missing_argument
from bot.playground.slack_model import Json
from bot.playground.workspace import LocalSlack, Workspace


@dataclass
class MethodCall:
    """A call with its arguments; `authenticated` is the workspace of its bot token."""

    slack: LocalSlack
    method: str
    args: Json
    token: str | None = None
    authenticated: Workspace | None = None

    @property
    def workspace(self) -> Workspace:
        """The workspace of the bot token."""
        if self.authenticated is None:
            raise RequestRejected("not_authed")
        return self.authenticated

    def required(self, name: str) -> str:
        """Return a required argument."""
        value = self.optional(name)
        if value is None:
            raise missing_argument(name)
        return value

    def optional(self, name: str) -> str | None:
        """Return an optional argument; None if it is missing or empty."""
        value = self.args.get(name)
        return None if value in (None, "") else str(value)

    def flag(self, name: str) -> bool:
        """Return an optional boolean argument."""
        value: Any = self.args.get(name)
        return value in (True, 1, "1", "true", "True")


@dataclass(frozen=True)
class ApiMethod:
    """A Web API method: its implementation, scope, rate limit tier and kind of token.

    `tier` is None if the method has another limit than the tiers.
    """

    run: Callable[[MethodCall], Json]
    scope: str | None = None
    tier: int | None = 4
    auth: Literal["bot", "app", "none"] = "bot"


def missing_scope(call: MethodCall, scope: str, *, is_unavoidable: bool = False) -> RequestRejected:
    """Return the rejection of a call whose token lacks a scope."""
    extra = {"needed": scope, "provided": ",".join(sorted(call.workspace.installation.scopes))}
    return RequestRejected("missing_scope", extra=extra, is_unavoidable=is_unavoidable)
