"""Work that goes on after an ack: tracked, so that it can be finished before the bot stops.

Bolt's own lazy listeners are of no use here: they copy each request deeply, the shared HTTP
session included, and a failure ends in a line of the log.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog

logger = structlog.get_logger(__name__)

Body = Mapping[str, Any]
OnFailure = Callable[[BaseException, Body], Awaitable[None]]


class BackgroundTasks:
    """Tasks begun by listeners; a failure is told to the person, never swallowed."""

    def __init__(self, on_failure: OnFailure) -> None:
        """Make errands.

        Args:
            on_failure: called with what an errand raised and the payload it belonged to.
        """
        self._on_failure = on_failure
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None], body: Body) -> None:
        """Begin an errand that belongs to a payload."""
        self._track(work, body)

    async def drain(self, seconds: float) -> None:
        """Wait until nothing is under way; what takes longer than `seconds` is left and logged."""
        try:
            async with asyncio.timeout(seconds):
                while self._under_way:
                    await asyncio.wait(self._under_way)
        except TimeoutError:
            logger.warning("errands were left unfinished", count=len(self._under_way))

    def _track(self, work: Coroutine[Any, Any, None], body: Body | None) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)

        def finished(done: asyncio.Task[None]) -> None:
            self._under_way.discard(done)
            error = None if done.cancelled() else done.exception()
            if error is not None and body is not None:
                self._track(self._tell(error, body), None)
            elif error is not None:
                logger.error("a failure could not be told", exc_info=error)

        task.add_done_callback(finished)

    async def _tell(self, error: BaseException, body: Body) -> None:
        await self._on_failure(error, body)
