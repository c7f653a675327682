"""How long the picture of a digest's trend takes, and what it costs in memory.

Usage: python -m tests.bench.chart

The libraries are imported with the first picture, so that one is given apart; so is the memory
before it and after many.
"""

import resource
import statistics
import time
from datetime import date, timedelta

import click

from bot.charts.trend import trend_chart
from bot.decisions.digest.trend import Trend

TIMES = 20
WEEKS = tuple(date(2026, 1, 5) + timedelta(weeks=week) for week in range(12))
OPTIONS = ("prompting", "long_context", "rag", "fine_tuning", "both", "elsewhere")
TREND = Trend(
    WEEKS,
    {
        option: tuple((week * 7 + place * 5) % 9 for week in range(len(WEEKS)))
        for place, option in enumerate(OPTIONS)
    },
)


@click.command()
def main() -> None:
    """Draw pictures and print how long they take, in seconds of processor time."""
    before = _megabytes()
    first = _drawn()
    with_one = _megabytes()
    later = [_drawn() for _ in range(TIMES)]
    print(f"the first picture    {first:.2f} s")
    print(f"one after it, median {statistics.median(later):.2f} s")
    after = _megabytes()
    print(f"memory: {before:.0f} MB before, {with_one:.0f} with the first, {after:.0f} after")


def _drawn() -> float:
    began = time.process_time()
    trend_chart(TREND, {option: option for option in OPTIONS})
    return time.process_time() - began


def _megabytes() -> float:
    """Return the most memory that this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
