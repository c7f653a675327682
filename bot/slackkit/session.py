"""The HTTP session of all calls to Slack: bounded in all, and for each workspace.

Without the second bound, calls to a workspace that does not answer would take all connections.
"""

import asyncio
from collections import Counter

import aiohttp

from bot.slackkit.api_errors import client_timeout

CONNECTIONS = 300
"""Connections to Slack in all: the deliveries in flight, and as many calls for people."""
PER_TOKEN = 20
"""Calls at a time with one token, which is one workspace's or one organisation's."""


class _TokenGate:
    """Lets a bounded number of calls with the same token run at a time.

    A middleware of aiohttp: https://docs.aiohttp.org/en/stable/client_middleware_cookbook.html
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._calls = Counter[str]()
        self._freed = dict[str, asyncio.Event]()

    async def __call__(
        self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Send a request, once it may run.

        Raises:
            ConnectionTimeoutError: it may not for too long; nothing was sent.
        """
        token = request.headers.get("Authorization")
        if token is None:
            return await send(request)
        await self._enter(token)
        try:
            return await send(request)
        finally:
            self._leave(token)

    async def _enter(self, token: str) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                while self._calls[token] >= self._limit:
                    await self._freed.setdefault(token, asyncio.Event()).wait()
        except TimeoutError as error:
            raise aiohttp.ConnectionTimeoutError("too many calls of this workspace") from error
        self._calls[token] += 1

    def _leave(self, token: str) -> None:
        self._calls[token] -= 1
        if not self._calls[token]:
            del self._calls[token]
        freed = self._freed.pop(token, None)
        if freed is not None:
            freed.set()


def slack_session(
    seconds: float, connections: int = CONNECTIONS, per_token: int = PER_TOKEN
) -> aiohttp.ClientSession:
    """Return the session; the caller closes it.

    Args:
        seconds: the timeout of a call.
        connections: how many connections there are at most.
        per_token: how many calls with one token run at a time.
    """
    return aiohttp.ClientSession(
        timeout=client_timeout(seconds),
        connector=aiohttp.TCPConnector(limit=connections),
        middlewares=[_TokenGate(per_token, seconds / 2)],
    )
