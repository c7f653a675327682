"""Work after an ack: finished before the bot stops, and a failure is told."""

import asyncio
from collections.abc import Mapping
from typing import Any

from structlog.testing import capture_logs

from bot.slack.background import BackgroundTasks

BODY: Mapping[str, Any] = {"user": "U1"}


class Told:
    """Takes down the failures that it is told; breaks itself if it is to."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.failures: list[tuple[str, Mapping[str, Any]]] = []
        self.breaks = breaks

    async def __call__(self, error: BaseException, body: Mapping[str, Any]) -> None:
        self.failures.append((str(error), body))
        if self.breaks:
            raise RuntimeError("telling broke too")


async def failing() -> None:
    raise ValueError("broken on purpose")


async def test_draining_waits_for_what_is_under_way() -> None:
    """Draining ends when every errand has, those begun meanwhile by errands included."""
    go_on, done = asyncio.Event(), list[str]()
    background = BackgroundTasks(Told())

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
    """With nothing under way there is nothing to wait for."""
    await BackgroundTasks(Told()).drain(seconds=9)


async def test_a_failure_is_told_with_its_payload() -> None:
    """What an errand raises is told, with the payload it belongs to, before draining ends."""
    told = Told()
    background = BackgroundTasks(told)
    background.start(failing(), BODY)
    await background.drain(seconds=9)
    assert told.failures == [("broken on purpose", BODY)]


async def test_a_failure_that_cannot_be_told_is_logged() -> None:
    """When telling fails as well, the operator finds it in the log, and nothing goes round."""
    told = Told(breaks=True)
    background = BackgroundTasks(told)
    with capture_logs() as logs:
        background.start(failing(), BODY)
        await background.drain(seconds=9)
        await asyncio.wait({asyncio.create_task(background.drain(seconds=9))})
    assert len(told.failures) == 1
    assert [entry["event"] for entry in logs] == ["a failure could not be reported to the person"]


async def test_one_failure_does_not_end_the_others() -> None:
    """Errands go on beside one that fails."""
    done = list[str]()

    async def fine() -> None:
        done.append("fine")

    background = BackgroundTasks(Told())
    background.start(failing(), BODY)
    background.start(fine(), BODY)
    await background.drain(seconds=9)
    assert done == ["fine"]
