"""Work that goes on after an ack: tracked, so that it can be finished before the bot stops."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.kwargs_injection.async_utils import build_async_required_kwargs
from slack_bolt.lazy_listener.async_runner import AsyncLazyListenerRunner
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.util.utils import get_arg_names_of_callable

log = structlog.get_logger(__name__)

OnFailure = Callable[[BaseException, AsyncBoltRequest], Awaitable[None]]


class Errands(AsyncLazyListenerRunner):
    """Bolt's lazy listeners as tracked tasks; a failure is told, never swallowed."""

    def __init__(self, on_failure: OnFailure) -> None:
        """Make a runner.

        Args:
            on_failure: called with what an errand raised and the request it belonged to.
        """
        self.logger = log
        self._on_failure = on_failure
        self._under_way: set[asyncio.Task[None]] = set()

    def start(self, function: Callable[..., Awaitable[None]], request: AsyncBoltRequest) -> None:
        """Begin an errand; called by Bolt after the ack."""
        wanted = build_async_required_kwargs(
            logger=self.logger,
            required_arg_names=get_arg_names_of_callable(function),
            request=request,
            response=None,
            this_func=function,
        )
        self._track(function(**wanted), request)

    async def drain(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    def _track(self, work: Awaitable[None], request: AsyncBoltRequest | None) -> None:
        async def run() -> None:
            await work

        task: asyncio.Task[None] = asyncio.ensure_future(run())
        self._under_way.add(task)

        def finished(done: asyncio.Task[Any]) -> None:
            self._under_way.discard(done)
            error = None if done.cancelled() else done.exception()
            if error is None:
                return
            if request is None:
                log.error("an errand's failure could not be told", exc_info=error)
            else:
                self._track(self._on_failure(error, request), None)

        task.add_done_callback(finished)
