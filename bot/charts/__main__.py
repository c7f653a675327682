"""`python -m bot.charts`: read a drawing as JSON from stdin, write its chart to stdout."""

import json
import sys
from datetime import date
from typing import Any

from bot.charts.needs import needs_chart, needs_svg
from bot.charts.trend import trend_chart
from bot.decisions.needs import NeedAxis, NeedsPlot
from bot.decisions.trend import Trend


def main() -> None:
    """Draw the chart on stdin; exit with status 1 and one line if it cannot be drawn."""
    request = json.load(sys.stdin)
    try:
        drawn = _needs(request) if "corners" in request else _trend(request)
    except ValueError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(drawn)


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
