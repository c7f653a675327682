"""A picture drawn in a process of its own, so that nothing waits for it but whoever wants it.

resvg keeps Python's lock for as long as it draws: on a thread it would stop the whole program for
0.15 s. The process ends with its picture, and takes the memory of the libraries with it.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.digest.trend import Trend

SECONDS = 7.0
"""How long a picture may take, the start of its process included; the bot has to end in ten."""
_ROOT = Path(__file__).parents[2]


def render_in_subprocess(trend: Trend, titles: Mapping[str, str]) -> bytes:
    """Return the picture that `trend_chart` draws; the thread that calls this waits for it.

    Args:
        trend: the weeks, and each option's counts.
        titles: the options' titles by id.

    Raises:
        ValueError: `trend_chart` does not draw it, or the process failed or took too long.
    """
    asked = {
        "weeks": [week.isoformat() for week in trend.weeks],
        "options": dict(trend.options),
        "titles": dict(titles),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bot.charts"],
            input=json.dumps(asked).encode(),
            capture_output=True,
            cwd=_ROOT,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError("drawing took too long") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise ValueError(said[-1] if said else f"drawing ended with status {done.returncode}")
    return done.stdout
