"""Background tasks: work after an ack, tracked so that a shutdown can wait for it.

Bolt's lazy listeners do not serve: they deep-copy each request, including the shared HTTP session,
and only log a failure.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog

logger = structlog.get_logger(__name__)

Body = Mapping[str, Any]
OnFailure = Callable[[BaseException, Body], Awaitable[None]]


class BackgroundTasks:
    """Runs tasks that handlers start; passes each failure on with the payload it belongs to."""

    def __init__(self, on_failure: OnFailure) -> None:
        """Track no task yet.

        Args:
            on_failure: called with the error that a task raised, and its payload.
        """
        self._on_failure = on_failure
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], body: Body) -> None:
        """Start a task that belongs to a payload."""
        self._track(work, body)

    async def drain(self, seconds: float) -> None:
        """Wait until all tasks have ended; after `seconds`, log those that still run."""
        try:
            async with asyncio.timeout(seconds):
                while self._running:
                    await asyncio.wait(self._running)
        except TimeoutError:
            logger.warning("background tasks still run", count=len(self._running))

    def _track(self, work: Coroutine[Any, Any, None], body: Body | None) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)

        def finished(done: asyncio.Task[None]) -> None:
            self._running.discard(done)
            error = None if done.cancelled() else done.exception()
            if error is not None and body is not None:
                self._track(self._report(error, body), None)
            elif error is not None:
                logger.error("a failure could not be reported to the person", exc_info=error)

        task.add_done_callback(finished)

    async def _report(self, error: BaseException, body: Body) -> None:
        await self._on_failure(error, body)
