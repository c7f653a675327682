"""Render a chart in a subprocess, so that it does not block the event loop.

resvg holds the GIL while it renders: on a thread it would block the whole program for 0.15 s. The
subprocess also frees the memory of the charting libraries when it exits.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.decisions.trend import Trend

SECONDS = 7.0
"""Timeout, process start included. The bot has ten seconds to shut down."""
_ROOT = Path(__file__).parents[2]


def render_in_subprocess(trend: Trend, titles: Mapping[str, str]) -> bytes:
    """Return the PNG of `trend_chart`. Blocks the calling thread.

    Args:
        trend: the weeks, and each option's counts.
        titles: the options' titles by id.

    Raises:
        ValueError: `trend_chart` raised it, or the process failed or timed out.
    """
    request = {
        "weeks": [week.isoformat() for week in trend.weeks],
        "options": dict(trend.options),
        "titles": dict(titles),
    }
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
