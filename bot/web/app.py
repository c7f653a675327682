"""The web application: its routes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from bot.decisions.ports import Clock
from bot.web.events import Handler, events
from bot.web.health import Readiness, livez, readyz
from bot.web.metrics import Metrics, scrape


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What answers the requests.

    Attributes:
        handle: takes Slack's requests; None in Socket Mode, where none arrive over HTTP.
        readiness: answers `/readyz`.
        metrics: answers `/metrics`.
        pages: further routes, for browsers.
    """

    handle: Handler | None
    readiness: Callable[[], Awaitable[Readiness]]
    metrics: Metrics
    pages: Sequence[BaseRoute] = ()


def create_web(endpoints: Endpoints, clock: Clock, signing_secret: str | None) -> Starlette:
    """Return the web application."""
    routes: list[BaseRoute] = [
        *endpoints.pages,
        Route("/livez", livez),
        Route("/readyz", readyz(endpoints.readiness)),
        Route("/metrics", scrape(endpoints.metrics)),
    ]
    if endpoints.handle is not None and signing_secret is not None:
        receive = events(endpoints.handle, endpoints.metrics, clock, signing_secret)
        routes.append(Route("/slack/events", receive, methods=["POST"]))
    return Starlette(routes=routes)
