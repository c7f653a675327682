"""Time the trend chart of a digest, and the event-loop latency while it is rendered.

Usage: python -m tests.bench.chart

The chart is rendered in a subprocess, as by the bot, and on a thread for comparison. The longest
stall is the largest delay of a task that wakes every millisecond; without a chart it is the
machine's own.
"""

import asyncio
import resource
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import click

from bot.charts.subprocess import render_in_subprocess
from bot.charts.trend import trend_chart
from bot.decisions.trend import Trend
from bot.slackkit.message import TrendPlot

RUNS = 10
TICK = 0.001
WEEKS = tuple(date(2026, 1, 5) + timedelta(weeks=week) for week in range(12))
OPTIONS = ("prompting", "long_context", "rag", "fine_tuning", "both", "elsewhere")
TITLES = {option: option for option in OPTIONS}
TREND = Trend(
    WEEKS,
    {
        option: tuple((week * 7 + place * 5) % 9 for week in range(len(WEEKS)))
        for place, option in enumerate(OPTIONS)
    },
)


@click.command()
def main() -> None:
    """Render charts; print their time and the longest stalls of the event loop."""
    asyncio.run(_bench())


async def _bench() -> None:
    print(f"{'':<12} {'median':>9} {'longest stall, median and worst':>34}   (ms)")
    before = _megabytes()
    await _measure("no chart", lambda: asyncio.sleep(0.2))
    await _measure(
        "subprocess", lambda: asyncio.to_thread(render_in_subprocess, TrendPlot(TREND, TITLES))
    )
    after = _megabytes()
    await _measure("thread", lambda: asyncio.to_thread(trend_chart, TREND, TITLES))
    print(
        f"memory: {before:.0f} MB before, {after:.0f} after subprocesses, "
        f"{_megabytes():.0f} after threads"
    )


async def _measure(name: str, work: Callable[[], Awaitable[object]]) -> None:
    times, stalls = [], []
    for _ in range(RUNS):
        watch = asyncio.create_task(_longest_stall())
        await asyncio.sleep(TICK)
        began = time.perf_counter()
        await work()
        times.append((time.perf_counter() - began) * 1000)
        watch.cancel()
        stalls.append(await watch * 1000)
    median = statistics.median(stalls)
    print(f"{name:<12} {statistics.median(times):9.0f} {median:25.1f} {max(stalls):8.1f}")


async def _longest_stall() -> float:
    """Return the largest delay in seconds until this task is cancelled."""
    longest, last = 0.0, time.perf_counter()
    try:
        while True:
            await asyncio.sleep(TICK)
            now = time.perf_counter()
            longest, last = max(longest, now - last - TICK), now
    except asyncio.CancelledError:
        return max(longest, time.perf_counter() - last - TICK)


def _megabytes() -> float:
    """Return the peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
