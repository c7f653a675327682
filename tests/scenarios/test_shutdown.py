"""Told to stop while Slack hangs, the bot ends in time; what was acked is there, and there once."""

import asyncio
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from tests.scenarios.house import House, text_of
from tests.scenarios.processes import process

LONGEST = 10
"""Seconds that a platform waits after SIGTERM, before it kills."""
STARTS = 1.5
"""Seconds in which the bot starts; a machine that is late with that is late at the end, too."""
HANGS = 9
"""Seconds: longer than the bot waits for Slack, so that it never hears of what was accepted."""


@pytest.mark.parametrize(("transport", "locked"), [("http", False), ("socket", True)])
async def test_sigterm_while_slack_hangs_loses_and_doubles_nothing(
    house: House, tmp_path: Path, *, locked: bool
) -> None:
    """Calls hang, and the log may be locked: exit within ten seconds, then each message once."""
    ada, loop = house.playground.user("ada"), asyncio.get_running_loop()
    calls = house.playground.calls
    began = loop.time()
    async with process(house, tmp_path) as bot:
        late = max(0.0, loop.time() - began - STARTS)
        await house.start(ada)
        view = await house.to_review(ada)
        house.playground.faults.add("latency", seconds=HANGS)
        assert (await ada.submit(view)).ok
        await house.playground.until(
            lambda: any(call.method == "chat.postMessage" for call in calls)
        )
        with _locked(house) if locked else nullcontext():
            told = loop.time()
            bot.send_signal(signal.SIGTERM)
            async with asyncio.timeout(3 * LONGEST):
                assert await bot.wait() == 0
            assert loop.time() - told < LONGEST + late
    house.playground.faults.clear()
    await house.playground.until(
        lambda: any(each.by_app for each in house.playground.messages("product"))
    )
    house.playground.clock.advance(timedelta(seconds=75))
    async with house.bot():
        await house.playground.until(lambda: ada.sees(ada.im.id))
        notice = ada.sees(ada.im.id)[-1]
        assert "Slack broke off" in text_of(notice)
        await ada.click(notice, "dismiss")
        await house.playground.until(
            lambda: any("First steps" in text_of(each) for each in ada.sees("product"))
        )
    by_app = [message for message in house.playground.messages("product") if message.by_app]
    assert len(by_app) == 2
    assert len(house.rows("decisions")) == 1


@contextmanager
def _locked(house: House) -> Iterator[None]:
    """Keep the log locked, as another process does that writes and comes to no end."""
    with closing(sqlite3.connect(house.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
