"""Troubles that can be switched on, to see how the app bears them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatch
from itertools import count
from typing import Literal, get_args

from bot.playground.clock import MovableClock
from bot.playground.model import Json

FaultKind = Literal[
    "latency",
    "rate_limited",
    "server_error",
    "error_after",
    "refused",
    "file_not_ready",
    "drop_before",
    "drop_after",
    "accept_late",
    "expire_trigger",
]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)

LABELS: dict[FaultKind, tuple[str, list[str]]] = {
    "latency": ("Slack answers late", ["seconds", "method", "count"]),
    "rate_limited": ("Too many requests (429)", ["seconds", "method", "count"]),
    "server_error": ("Slack fails (500)", ["method", "count"]),
    "error_after": ("Slack fails (500), request accepted", ["method", "count"]),
    "refused": ("Slack refuses", ["error", "method", "count"]),
    "file_not_ready": ("An uploaded picture can't be shown yet", ["count"]),
    "drop_before": ("Connection lost, request not accepted", ["method", "count"]),
    "drop_after": ("Connection lost, request accepted", ["method", "count"]),
    "accept_late": ("Connection lost, accepted later", ["seconds", "method", "count"]),
    "expire_trigger": ("The next trigger_id has expired", ["count"]),
}
"""What each fault is called in the page, and the fields that can be filled in."""


@dataclass
class Fault:
    """A fault that is switched on.

    Args:
        kind: what goes wrong.
        method: a Web API method or a pattern such as `chat.*`.
        seconds: how late, or the Retry-After of a 429.
        count: how many requests it still meets; None for all.
        until: when it ends by the workspace's clock; None for never.
        error: the error that a refusal gives as its reason.
    """

    id: int
    kind: FaultKind
    method: str = "*"
    seconds: float = 1.0
    count: int | None = None
    until: datetime | None = None
    error: str = "missing_scope"

    def as_json(self) -> Json:
        """What the page shows of it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "method": self.method,
            "seconds": self.seconds,
            "count": self.count,
            "until": self.until.isoformat() if self.until else None,
            "error": self.error,
        }


class Faults:
    """The faults that are switched on at present."""

    def __init__(self, clock: MovableClock, changed: Callable[[], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._ids = count(1)
        self._active: list[Fault] = []

    def add(
        self,
        kind: FaultKind,
        method: str = "*",
        seconds: float = 1.0,
        count: int | None = None,
        lasting: timedelta | None = None,
        error: str = "missing_scope",
    ) -> Fault:
        """Switch a fault on, for the next `count` requests or for a while, or until cleared.

        Raises:
            ValueError: there is no such kind of fault.
        """
        if kind not in KINDS:
            raise ValueError(f"no fault {kind!r}; there are {', '.join(KINDS)}")
        until = self._clock.now() + lasting if lasting is not None else None
        fault = Fault(next(self._ids), kind, method, seconds, count, until, error)
        self._active.append(fault)
        self._changed()
        return fault

    def clear(self) -> None:
        """Switch all faults off."""
        self._active.clear()
        self._changed()

    def active(self) -> list[Fault]:
        """The faults that still meet requests."""
        now = self._clock.now()
        self._active = [
            fault
            for fault in self._active
            if fault.count != 0 and (fault.until is None or fault.until > now)
        ]
        return list(self._active)

    def take(self, kind: FaultKind, method: str = "*") -> Fault | None:
        """The fault of this kind that meets this request, using one of its count up."""
        for fault in self.active():
            if fault.kind == kind and (kind == "expire_trigger" or fnmatch(method, fault.method)):
                if fault.count is not None:
                    fault.count -= 1
                self._changed()
                return fault
        return None
