"""Faults that can be injected into the local Slack."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatch
from itertools import count
from typing import Literal, get_args

from bot.playground.movable_clock import MovableClock

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
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)

FAULT_FORMS: dict[FaultKind, tuple[str, list[str]]] = {
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
"""Label and fields of each fault in the page."""


@dataclass
class Fault:
    """An active fault: of a Web API method or of a pattern such as `chat.*`.

    `seconds` is the delay, or the Retry-After of a 429; `error` the code of kind `refused`. It ends
    after `count` more requests and at the time `until` (None: no end).
    """

    id: int
    kind: FaultKind
    method: str = "*"
    seconds: float = 1.0
    count: int | None = None
    until: datetime | None = None
    error: str = "missing_scope"


class FaultInjector:
    """The active faults."""

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
        duration: timedelta | None = None,
        error: str = "missing_scope",
    ) -> Fault:
        """Activate a fault for `count` requests, for a duration, or until `clear`.

        Raises:
            ValueError: there is no such kind of fault.
        """
        if kind not in FAULT_KINDS:
            raise ValueError(f"no fault {kind!r}; there are {', '.join(FAULT_KINDS)}")
        until = self._clock.now() + duration if duration is not None else None
        fault = Fault(next(self._ids), kind, method, seconds, count, until, error)
        self._active.append(fault)
        self._changed()
        return fault

    def clear(self) -> None:
        """Remove all faults."""
        self._active.clear()
        self._changed()

    def active(self) -> list[Fault]:
        """Return the faults that still affect requests."""
        now = self._clock.now()
        self._active = [
            fault
            for fault in self._active
            if fault.count != 0 and (fault.until is None or fault.until > now)
        ]
        return list(self._active)

    def take(self, kind: FaultKind, method: str = "*") -> Fault | None:
        """Return the first fault of this kind that affects a request, and decrement its count."""
        for fault in self.active():
            if fault.kind == kind and (kind == "expire_trigger" or fnmatch(method, fault.method)):
                if fault.count is not None:
                    fault.count -= 1
                self._changed()
                return fault
        return None
