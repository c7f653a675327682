"""What Prometheus is told. Each metric says in its HELP line what it is.

Names follow https://prometheus.io/docs/practices/naming/: base units, `_total` for what only grows,
`_info` for what never changes.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from bot.outbox.model import Attempt

HTTP: Final = "http"
SOCKET: Final = "socket"
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3)
"""Seconds; Slack waits for an ack no longer than three."""


@dataclass(frozen=True, slots=True)
class DatabaseFigures:
    """What the log tells of itself.

    Attributes:
        deliveries: how many there are in each state in which something is still to be done.
        oldest_due: seconds since the oldest of them that waits was to be sent; 0 if none waits.
        stopped: how many channels, or whole workspaces, nothing can be posted to.
        digest_lag: seconds by which the latest digest is behind; 0 if none is.
    """

    deliveries: Mapping[str, int]
    oldest_due: float
    stopped: int
    digest_lag: float


@dataclass(frozen=True, slots=True)
class MetricsSnapshot:
    """What is found out for each scrape.

    Attributes:
        log: None if the log did not answer in time.
        heartbeat_age: seconds since the rounds last gave a sign of life.
        playbooks: id, version and hash of each in use.
        playbook_problems: what is wrong in files that could not be taken up.
    """

    log: DatabaseFigures | None
    heartbeat_age: float
    playbooks: tuple[tuple[str, str, str], ...]
    playbook_problems: int


class Metrics:
    """All metrics of one bot."""

    def __init__(self, figures: Callable[[], Awaitable[MetricsSnapshot]]) -> None:
        """Make them.

        Args:
            figures: finds out, within a bounded time, what is not counted as it happens.
        """
        self._read = figures
        self._figures = _FiguresCollector()
        self._registry = CollectorRegistry()
        self._acks = Histogram(
            "ragvsft_ack_seconds",
            "Time from a request of Slack's to its answer, by way and by whether it was taken.",
            ["transport", "outcome"],
            registry=self._registry,
            buckets=_BUCKETS,
        )
        self._refused = Counter(
            "ragvsft_requests_refused_total",
            "Requests over HTTP that were not let in: too large, not signed by Slack, unreadable.",
            ["reason"],
            registry=self._registry,
        )
        for reason in ("size", "signature", "form"):
            self._refused.labels(reason)
        self._attempts = Counter(
            "ragvsft_delivery_attempts_total",
            "Tries to hand a message to Slack, by what came of them: sent; limited (a 429); away "
            "(no connection, or out of service); unclear (it broke off, or Slack failed, and may "
            "have arrived); closed (the channel or workspace takes nothing); refused for good; "
            "faulty (failed before Slack was asked).",
            ["outcome"],
            registry=self._registry,
        )
        for attempt in Attempt:
            self._attempts.labels(attempt.value)
        self._registry.register(self._figures)
        ProcessCollector(registry=self._registry)

    def acked(self, transport: str, seconds: float, well: bool) -> None:
        """Count a request of Slack's that was answered.

        Args:
            transport: `HTTP` or `SOCKET`.
            seconds: how long that took.
            well: whether it was taken, or answered with an error.
        """
        self._acks.labels(transport, "ok" if well else "error").observe(seconds)

    def refused(self, reason: str) -> None:
        """Count a request that was not let in."""
        self._refused.labels(reason).inc()

    def attempted(self, attempt: Attempt) -> None:
        """Count a try to hand a message to Slack."""
        self._attempts.labels(attempt.value).inc()

    async def scraped(self, accept: str) -> tuple[bytes, str]:
        """Return all metrics in a form that is accepted, and what that form is called."""
        self._figures.figures = await self._read()
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


class _FiguresCollector(Collector):
    """Tells the figures that were found out last."""

    def __init__(self) -> None:
        self.figures: MetricsSnapshot | None = None
        self._build = _build()

    def collect(self) -> Iterator[Metric]:
        """Return the metrics; what is not known is left out."""
        yield InfoMetricFamily("ragvsft_build", "The version of ragvsft that runs.", self._build)
        if self.figures is not None:
            yield from _of_figures(self.figures)


def _of_figures(found: MetricsSnapshot) -> Iterator[Metric]:
    yield _gauge(
        "ragvsft_heartbeat_age_seconds",
        "Time since the rounds that look for what is due gave a sign of life; fresh below 90.",
        found.heartbeat_age,
    )
    playbooks = InfoMetricFamily("ragvsft_playbook", "The playbooks in use.")
    for identity, edition, content in found.playbooks:
        playbooks.add_metric([], {"playbook": identity, "version": edition, "hash": content})
    yield playbooks
    yield _gauge(
        "ragvsft_playbook_problems",
        "Mistakes in playbook files that were refused; the last good edition stays in use.",
        found.playbook_problems,
    )
    yield _gauge(
        "ragvsft_log_up",
        "Whether the log answered this scrape in time; if not, what it tells is left out.",
        int(found.log is not None),
    )
    if found.log is not None:
        yield from _of_log(found.log)


def _of_log(found: DatabaseFigures) -> Iterator[Metric]:
    deliveries = GaugeMetricFamily(
        "ragvsft_deliveries",
        "Outgoing messages that are not settled, by state: pending and sending are on their way, "
        "held wait for a channel that takes nothing, unknown wait for their owner's word, failed "
        "were given up and count until somebody sends them again or leaves them.",
        labels=["state"],
    )
    for state, count in found.deliveries.items():
        deliveries.add_metric([state], count)
    yield deliveries
    yield _gauge(
        "ragvsft_delivery_oldest_due_seconds",
        "How long the oldest message that is on its way has been waiting; 0 if none is.",
        found.oldest_due,
    )
    yield _gauge(
        "ragvsft_stopped_channels",
        "Channels, or whole workspaces, that take no messages at present.",
        found.stopped,
    )
    yield _gauge(
        "ragvsft_digest_lag_seconds",
        "How late the digest is that is most overdue; 0 if none is.",
        found.digest_lag,
    )


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value)


def _build() -> dict[str, str]:
    try:
        return {"version": version("ragvsft")}
    except PackageNotFoundError:
        return {"version": "unknown"}


def metrics(measures: Metrics) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers a scrape."""

    async def answer(request: Request) -> Response:
        body, content_type = await measures.scraped(request.headers.get("accept", ""))
        return Response(body, headers={"content-type": content_type})

    return answer
