"""Charts, rendered in subprocesses that are used again."""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.charts import subprocess
from bot.charts.subprocess import close_subprocesses, render_in_subprocess
from bot.charts.trend import trend_chart
from bot.decisions.trend import Trend
from bot.slackkit.message import TrendPlot

TREND = Trend((date(2026, 9, 7), date(2026, 9, 14)), {"rag": (1, 2), "both": (0, 1)})
TITLES = {"rag": "RAG “live”", "both": "Beides"}


def test_the_chart_is_the_same() -> None:
    """The subprocess returns the same PNG as a call in this process."""
    assert render_in_subprocess(TrendPlot(TREND, TITLES)) == trend_chart(TREND, TITLES)


def test_errors_are_the_same() -> None:
    """A title in a script that the font lacks raises the same error in both."""
    titles = {"rag": "検索"}
    with pytest.raises(ValueError, match="the font has no") as direct:
        trend_chart(TREND, titles)
    with pytest.raises(ValueError, match="the font has no") as indirect:
        render_in_subprocess(TrendPlot(TREND, titles))
    assert str(indirect.value) == str(direct.value)


def test_a_killed_or_slow_process_is_a_value_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A process that dies or exceeds the timeout raises ValueError: the digest keeps its table."""
    close_subprocesses()
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(ValueError, match="exited with -9"):
        render_in_subprocess(TrendPlot(TREND, TITLES))
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(subprocess, "SECONDS", 0.2)
    with pytest.raises(ValueError, match="took longer than"):
        render_in_subprocess(TrendPlot(TREND, TITLES))


def test_a_process_draws_one_chart_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts after the first one start no process, also after one that could not be drawn."""
    close_subprocesses()
    started = []
    popen = subprocess.subprocess.Popen

    def counting(*arguments: Any, **more: Any) -> Any:
        started.append(popen(*arguments, **more))
        return started[-1]

    monkeypatch.setattr(subprocess.subprocess, "Popen", counting)
    first = render_in_subprocess(TrendPlot(TREND, TITLES))
    with pytest.raises(ValueError, match="the font has no"):
        render_in_subprocess(TrendPlot(TREND, {"rag": "検索"}))
    assert render_in_subprocess(TrendPlot(TREND, TITLES)) == first
    assert len(started) == 1
    started[0].kill()
    started[0].wait()
    assert render_in_subprocess(TrendPlot(TREND, TITLES)) == first
    assert len(started) == 2
