"""`python -m bot.charts`: read a trend as JSON from stdin, write its chart as PNG to stdout."""

import json
import sys
from datetime import date

from bot.charts.trend import trend_chart
from bot.decisions.trend import Trend


def main() -> None:
    """Draw the trend on stdin; exit with status 1 and one line if it cannot be drawn."""
    request = json.load(sys.stdin)
    weeks = tuple(map(date.fromisoformat, request["weeks"]))
    options = {option: tuple(counts) for option, counts in request["options"].items()}
    try:
        png = trend_chart(Trend(weeks, options), request["titles"])
    except ValueError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(png)


if __name__ == "__main__":
    main()
