"""Draws one picture: `python -m bot.charts` reads a trend as JSON, and writes a PNG."""

import json
import sys
from datetime import date

from bot.charts.trend import trend_chart
from bot.digest.trend import Trend


def main() -> None:
    """Draw what stands in the standard input; what cannot be drawn is said in one line."""
    asked = json.load(sys.stdin)
    weeks = tuple(map(date.fromisoformat, asked["weeks"]))
    options = {option: tuple(counts) for option, counts in asked["options"].items()}
    try:
        picture = trend_chart(Trend(weeks, options), asked["titles"])
    except ValueError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(picture)


if __name__ == "__main__":
    main()
