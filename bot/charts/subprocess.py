"""Render charts in subprocesses, so that they do not block the event loop.

resvg holds the GIL while it renders: on a thread it would block the whole program for 0.15 s. A
subprocess renders one chart after another, as its start takes longer than a chart, and exits when
it has been idle for a while, which frees the memory of the charting libraries.
"""

import atexit
import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from bot.decisions.needs import NeedsPlot
from bot.slackkit.message import Drawing

SECONDS = 7.0
"""Timeout of a chart, process start included. The bot has ten seconds to shut down."""
_ROOT = Path(__file__).parents[2]


def render_in_subprocess(drawing: Drawing) -> bytes:
    """Return the PNG of `trend_chart` or `needs_chart`. Blocks the calling thread.

    Raises:
        ValueError: the chart raised it, or the process failed or timed out.
    """
    if isinstance(drawing, NeedsPlot):
        return render_needs(drawing, "png")
    trend = drawing.trend
    return _POOL.rendered(
        {
            "weeks": [week.isoformat() for week in trend.weeks],
            "options": dict(trend.options),
            "titles": dict(drawing.titles),
        }
    )


@lru_cache(maxsize=100)
def render_needs(plot: NeedsPlot, form: Literal["png", "svg"]) -> bytes:
    """Return the chart of `needs_chart` as PNG or SVG. Blocks the calling thread.

    Decisions share few charts, so they are cached.

    Raises:
        ValueError: the font lacks a letter, or the process failed or timed out.
    """
    return _POOL.rendered({**asdict(plot), "form": form})


def close_subprocesses() -> None:
    """End the processes that are idle; the next chart starts another one."""
    _POOL.close()


class _Pool:
    """The processes that are idle; each thread that renders takes one, or starts one."""

    def __init__(self) -> None:
        self._idle: list[_Process] = []
        self._lock = threading.Lock()

    def rendered(self, request: Mapping[str, Any]) -> bytes:
        process = self._take()
        try:
            kind, content = process.exchange(json.dumps(request).encode())
        except BaseException:
            process.end()
            raise
        with self._lock:
            self._idle.append(process)
        if kind != "chart":
            raise ValueError(content.decode(errors="replace"))
        return content

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.end()

    def _take(self) -> "_Process":
        with self._lock:
            while self._idle:
                process = self._idle.pop()
                if process.is_usable():
                    return process
                process.end()
        return _Process()


class _Process:
    """A process that renders one chart after another; see `bot.charts.__main__`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.charts"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
        )

    def is_usable(self) -> bool:
        """Return whether the process still runs, and confirms it: it may be about to exit."""
        try:
            return self._process.poll() is None and self.exchange(b"null") == ("chart", b"")
        except ValueError:
            return False

    def exchange(self, request: bytes) -> tuple[str, bytes]:
        """Return `chart` and its bytes, or `error` and the text that rendering raised.

        Raises:
            ValueError: the process ended or timed out.
        """
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(SECONDS, give_up)
        timer.start()
        try:
            answer = self._exchanged(request)
        finally:
            timer.cancel()
        if answer is not None:
            return answer
        if late.is_set():
            raise ValueError(f"rendering took longer than {SECONDS:g} s")
        raise ValueError(f"rendering exited with {self._process.wait(SECONDS)}")

    def end(self) -> None:
        """Kill the process and close its pipes."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # it flushes what the process did not read
                    pipe.close()

    def _exchanged(self, request: bytes) -> tuple[str, bytes] | None:
        """Return the answer to a request; None if the process has ended."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            return None
        try:
            stdin.write(request + b"\n")
            stdin.flush()
        except OSError:
            return None
        kind, _, size = stdout.readline().decode(errors="replace").partition(" ")
        if not size.strip().isdecimal():
            return None
        content = stdout.read(int(size))
        return (kind, content) if len(content) == int(size) else None


_POOL = _Pool()
atexit.register(close_subprocesses)
