"""What the workspace writes down about the app: refused requests, calls, deliveries."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.playground.model import Json
from bot.playground.refused import Refused

DeliveryKind = Literal["slash_commands", "interactive", "events_api"]

INNOCENT = frozenset(
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
"""Refusals that an app can meet without having done anything wrong."""


@dataclass(frozen=True)
class Violation:
    """A request that was refused; `method` names the Web API method or the kind of answer."""

    method: str
    error: str
    message: str
    pointer: str
    at: datetime


@dataclass
class ApiCall:
    """One request to the Web API; its arguments are kept without the token."""

    method: str
    args: Json
    arrived: float
    answer: Json | None = None
    status: int | None = None


@dataclass
class Delivery:
    """One payload on its way to the app, and what became of it.

    `error` is None when the app answered with 200 in time, else `operation_timeout` or
    `dispatch_failed`; `failure` is the reason that the header of a retried event gives.
    """

    kind: DeliveryKind
    payload: Json
    sent: float
    acked: float | None = None
    status: int | None = None
    body: str = ""
    content_type: str = ""
    error: str | None = None
    failure: str = ""
    no_retry: bool = False
    attempt: int = 0

    @property
    def ok(self) -> bool:
        """Whether the app acknowledged it in time."""
        return self.error is None


@dataclass
class Ledger:
    """Everything written down since the playground was made."""

    violations: list[Violation] = field(default_factory=list)
    refusals: list[Violation] = field(default_factory=list)
    calls: list[ApiCall] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    def refuse(self, method: str, refused: Refused, at: datetime) -> None:
        """Note a refused request: a violation, or a refusal if the app is not to blame."""
        innocent = refused.is_innocent or refused.error in INNOCENT
        kept = self.refusals if innocent else self.violations
        message = refused.message or refused.error
        kept.append(Violation(method, refused.error, message, refused.pointer, at))

    def call_arrived(self, method: str, args: Json) -> ApiCall:
        """Note that a Web API request has arrived."""
        call = ApiCall(method, args, time.monotonic())
        self.calls.append(call)
        return call

    def delivery_sent(self, kind: DeliveryKind, payload: Json, attempt: int = 0) -> Delivery:
        """Note that a payload is on its way to the app."""
        delivery = Delivery(kind, payload, time.monotonic(), attempt=attempt)
        self.deliveries.append(delivery)
        return delivery

    def calls_before_ack(self, delivery: Delivery) -> list[ApiCall]:
        """The Web API calls that arrived between sending a payload and its ack."""
        until = delivery.acked if delivery.acked is not None else time.monotonic()
        return [call for call in self.calls if delivery.sent <= call.arrived < until]

    def counts(self) -> Counter[str]:
        """How often each kind of violation happened."""
        return Counter(violation.error for violation in self.violations)
