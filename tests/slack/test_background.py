"""Background tasks: a shutdown waits for them, and a failure reaches the person."""

import asyncio
from collections.abc import Mapping
from typing import Any

from structlog.testing import capture_logs

from bot.slack.background import BackgroundTasks

BODY: Mapping[str, Any] = {"user": "U1"}


class Failures:
    """Records failures; raises its own error if `breaks` is set."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.failures: list[tuple[str, Mapping[str, Any]]] = []
        self.breaks = breaks

    async def __call__(self, error: BaseException, body: Mapping[str, Any]) -> None:
        self.failures.append((str(error), body))
        if self.breaks:
            raise RuntimeError("reporting broke too")


async def failing() -> None:
    raise ValueError("broken on purpose")


async def test_draining_waits_for_all_tasks() -> None:
    """Draining waits for every task, including tasks that others start meanwhile."""
    go_on, done = asyncio.Event(), list[str]()
    background = BackgroundTasks(Failures())

    async def second() -> None:
        done.append("second")

    async def first() -> None:
        await go_on.wait()
        done.append("first")
        background.start(second(), BODY)

    background.start(first(), BODY)
    draining = asyncio.create_task(background.drain(seconds=9))
    await asyncio.wait({draining}, timeout=0)
    assert not draining.done()
    go_on.set()
    await draining
    assert done == ["first", "second"]


async def test_draining_nothing_ends_at_once() -> None:
    """Without tasks, draining does not wait."""
    await BackgroundTasks(Failures()).drain(seconds=9)


async def test_a_failure_is_reported_with_its_payload() -> None:
    """A task's error is reported with its payload before draining ends."""
    failures = Failures()
    background = BackgroundTasks(failures)
    background.start(failing(), BODY)
    await background.drain(seconds=9)
    assert failures.failures == [("broken on purpose", BODY)]


async def test_a_failure_that_cannot_be_reported_is_logged() -> None:
    """If the report fails as well, the error is logged, once."""
    failures = Failures(breaks=True)
    background = BackgroundTasks(failures)
    with capture_logs() as logs:
        background.start(failing(), BODY)
        await background.drain(seconds=9)
        await asyncio.wait({asyncio.create_task(background.drain(seconds=9))})
    assert len(failures.failures) == 1
    assert [entry["event"] for entry in logs] == ["a failure could not be reported to the person"]


async def test_one_failure_does_not_end_the_others() -> None:
    """Other tasks go on after one fails."""
    done = list[str]()

    async def fine() -> None:
        done.append("fine")

    background = BackgroundTasks(Failures())
    background.start(failing(), BODY)
    background.start(fine(), BODY)
    await background.drain(seconds=9)
    assert done == ["fine"]
