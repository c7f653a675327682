"""Render a chart in a subprocess, so that it does not block the event loop.

resvg holds the GIL while it renders: on a thread it would block the whole program for 0.15 s. The
subprocess also frees the memory of the charting libraries when it exits.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from bot.decisions.needs import NeedsPlot
from bot.slackkit.message import Drawing

SECONDS = 7.0
"""Timeout, process start included. The bot has ten seconds to shut down."""
_ROOT = Path(__file__).parents[2]


def render_in_subprocess(drawing: Drawing) -> bytes:
    """Return the PNG of `trend_chart` or `needs_chart`. Blocks the calling thread.

    Raises:
        ValueError: the chart raised it, or the process failed or timed out.
    """
    if isinstance(drawing, NeedsPlot):
        return render_needs(drawing, "png")
    trend = drawing.trend
    return _rendered(
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
    return _rendered({**asdict(plot), "form": form})


def _rendered(request: Mapping[str, Any]) -> bytes:
    try:
        process = subprocess.run(
            [sys.executable, "-m", "bot.charts"],
            input=json.dumps(request).encode(),
            capture_output=True,
            cwd=_ROOT,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"rendering took longer than {SECONDS:g} s") from error
    if process.returncode:
        errors = process.stderr.decode(errors="replace").strip().splitlines()
        raise ValueError(errors[-1] if errors else f"rendering exited with {process.returncode}")
    return process.stdout
