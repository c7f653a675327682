"""Whether the bot lives, and whether it can do its work."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response


@dataclass(frozen=True, slots=True)
class Readiness:
    """What keeps the bot from being ready, and what somebody should look at, a line each."""

    problems: tuple[str, ...]
    warnings: tuple[str, ...]


Checks = Callable[[], Awaitable[Readiness]]


async def livez(_request: Request) -> Response:
    """Answer: whoever answers lives."""
    return PlainTextResponse("ok")


def readyz(ready: Checks) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers with 200 if the bot is ready and 503 if not, and why, as JSON."""

    async def answer(_request: Request) -> Response:
        found = await ready()
        body = {"ready": not found.problems, **asdict(found)}
        return JSONResponse(body, 503 if found.problems else 200)

    return answer
