"""The web application, put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from bot.services.ports import Clock
from bot.web.events import Handler, events
from bot.web.metrics import Metrics, metrics
from bot.web.probes import Checks, livez, readyz


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What answers the requests.

    `handle` is None in Socket Mode, where Slack sends nothing over HTTP. `pages` are those for
    browsers, if there are any.
    """

    handle: Handler | None
    ready: Checks
    measures: Metrics
    pages: Sequence[BaseRoute] = ()


def create_web(endpoints: Endpoints, clock: Clock, signing_secret: str | None) -> Starlette:
    """Return the web application."""
    routes: list[BaseRoute] = [
        *endpoints.pages,
        Route("/livez", livez),
        Route("/readyz", readyz(endpoints.ready)),
        Route("/metrics", metrics(endpoints.measures)),
    ]
    if endpoints.handle is not None and signing_secret is not None:
        receive = events(endpoints.handle, endpoints.measures, clock, signing_secret)
        routes.append(Route("/slack/events", receive, methods=["POST"]))
    return Starlette(routes=routes)
