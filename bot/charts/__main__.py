"""`python -m bot.charts`: draw one chart after another, for `bot.charts.subprocess`.

Each line on stdin is a drawing as JSON, or `null` to ask whether the process answers. The answer on
stdout is a line with `chart` or `error` and a length in bytes, then so many bytes.
"""

import json
import os
import signal
import sys
import threading
from datetime import date
from typing import Any

from bot.charts.needs import needs_chart, needs_svg
from bot.charts.trend import trend_chart
from bot.decisions.needs import NeedAxis, NeedsPlot
from bot.decisions.trend import Trend

_IDLE_SECONDS = 60
"""After so long without a request the process exits."""


def main() -> None:
    """Answer requests until stdin is closed, or until none comes for a while."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the bot ends this process, not the terminal
    while line := _next_line():
        kind, content = _answer(json.loads(line))
        sys.stdout.buffer.write(f"{kind} {len(content)}\n".encode() + content)
        sys.stdout.buffer.flush()


def _next_line() -> bytes:
    """Return the next request; empty at the end of stdin."""
    idle = threading.Timer(_IDLE_SECONDS, os._exit, [0])
    idle.daemon = True
    idle.start()
    try:
        return sys.stdin.buffer.readline()
    finally:
        idle.cancel()


def _answer(request: dict[str, Any] | None) -> tuple[str, bytes]:
    if request is None:
        return "chart", b""
    try:
        return "chart", _needs(request) if "corners" in request else _trend(request)
    except ValueError as error:
        return "error", str(error).encode()


def _trend(request: dict[str, Any]) -> bytes:
    weeks = tuple(map(date.fromisoformat, request["weeks"]))
    options = {option: tuple(counts) for option, counts in request["options"].items()}
    return trend_chart(Trend(weeks, options), request["titles"])


def _needs(request: dict[str, Any]) -> bytes:
    across, up = NeedAxis(**request["across"]), NeedAxis(**request["up"])
    plot = NeedsPlot(across, up, tuple(request["corners"]))
    return needs_svg(plot).encode() if request["form"] == "svg" else needs_chart(plot)


if __name__ == "__main__":
    main()
