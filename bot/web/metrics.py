"""Prometheus metrics. Each HELP line says what its metric measures.

Names follow https://prometheus.io/docs/practices/naming/: base units, `_total` for counters,
`_info` for constant labels.
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
"""Seconds. Slack waits three seconds for an ack."""


@dataclass(frozen=True, slots=True)
class DatabaseMetrics:
    """What is read from the database at each scrape.

    Attributes:
        deliveries: how many are in each unsettled state.
        oldest_due: age in seconds of the oldest delivery that is due; 0 if none is.
        blocked: how many channels and workspaces accept no messages.
        digest_lag: seconds by which the most overdue digest is late; 0 if none is.
    """

    deliveries: Mapping[str, int]
    oldest_due: float
    blocked: int
    digest_lag: float


@dataclass(frozen=True, slots=True)
class MetricsSnapshot:
    """What is read at each scrape.

    Attributes:
        database: None if the database did not answer in time.
        heartbeat_age: seconds since the scheduler last made progress.
        playbooks: id, version and hash of each playbook in use.
        playbook_problems: number of errors in playbooks that could not be loaded.
        playbook_differences: number of versions that other bots use and this one does not.
    """

    database: DatabaseMetrics | None
    heartbeat_age: float
    playbooks: tuple[tuple[str, str, str], ...]
    playbook_problems: int
    playbook_differences: int = 0


class Metrics:
    """All metrics of one bot."""

    def __init__(self, snapshot: Callable[[], Awaitable[MetricsSnapshot]]) -> None:
        """Register the metrics.

        Args:
            snapshot: reads, within a bounded time, the values that are not counted as they occur.
        """
        self._snapshot = snapshot
        self._collector = _SnapshotCollector()
        self._registry = CollectorRegistry()
        self._acks = Histogram(
            "ragvsft_ack_seconds",
            "Time from receiving a request of Slack's to acknowledging it.",
            ["transport", "outcome"],
            registry=self._registry,
            buckets=_BUCKETS,
        )
        self._rejected = Counter(
            "ragvsft_requests_rejected_total",
            "HTTP requests rejected as too large, not signed by Slack, or malformed.",
            ["reason"],
            registry=self._registry,
        )
        for reason in ("size", "signature", "malformed"):
            self._rejected.labels(reason)
        self._attempts = Counter(
            "ragvsft_delivery_attempts_total",
            "Attempts to send a message to Slack: sent; rate_limited (429); unavailable (no "
            "connection or out of service); unknown (connection lost or Slack failed, the message "
            "may have arrived); blocked (channel or workspace accepts no messages); rejected "
            "(permanent error); internal_error (failed before the call).",
            ["outcome"],
            registry=self._registry,
        )
        for attempt in Attempt:
            self._attempts.labels(attempt.value)
        self._registry.register(self._collector)
        ProcessCollector(registry=self._registry)

    def observe_ack(self, transport: str, seconds: float, ok: bool) -> None:
        """Record the ack of a request over `HTTP` or `SOCKET`, and how many seconds it took."""
        self._acks.labels(transport, "ok" if ok else "error").observe(seconds)

    def count_rejected(self, reason: str) -> None:
        """Count a rejected HTTP request."""
        self._rejected.labels(reason).inc()

    def count_attempt(self, attempt: Attempt) -> None:
        """Count an attempt to send a message to Slack."""
        self._attempts.labels(attempt.value).inc()

    async def render(self, accept: str) -> tuple[bytes, str]:
        """Return all metrics in the format of an Accept header, and the content type."""
        self._collector.snapshot = await self._snapshot()
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


class _SnapshotCollector(Collector):
    """Exposes the latest snapshot."""

    def __init__(self) -> None:
        self.snapshot: MetricsSnapshot | None = None
        self._build = _build()

    def collect(self) -> Iterator[Metric]:
        """Return the metrics; values that could not be read are omitted."""
        yield InfoMetricFamily("ragvsft_build", "The running version of ragvsft.", self._build)
        if self.snapshot is not None:
            yield from _families(self.snapshot)


def _families(snapshot: MetricsSnapshot) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "ragvsft_heartbeat_age_seconds",
        "Time since the scheduler last made progress; normally below 90.",
        snapshot.heartbeat_age,
    )
    playbooks = InfoMetricFamily("ragvsft_playbook", "The playbooks in use.")
    for playbook_id, number, content in snapshot.playbooks:
        playbooks.add_metric([], {"playbook": playbook_id, "version": number, "hash": content})
    yield playbooks
    yield GaugeMetricFamily(
        "ragvsft_playbook_problems",
        "Errors in playbook files that were rejected; the last valid version stays in use.",
        snapshot.playbook_problems,
    )
    yield GaugeMetricFamily(
        "ragvsft_playbook_differences",
        "Playbook versions that other bots on this database use and this one does not.",
        snapshot.playbook_differences,
    )
    yield GaugeMetricFamily(
        "ragvsft_database_up",
        "1 if the database answered this scrape in time; if 0, its metrics are omitted.",
        int(snapshot.database is not None),
    )
    if snapshot.database is not None:
        yield from _database_families(snapshot.database)


def _database_families(database: DatabaseMetrics) -> Iterator[Metric]:
    deliveries = GaugeMetricFamily(
        "ragvsft_deliveries",
        "Unsettled outgoing messages by state. pending, sending: in progress; held: channel "
        "blocked; unknown: delivery unconfirmed, owner asked; failed: given up, not yet resent or "
        "dismissed.",
        labels=["state"],
    )
    for state, count in database.deliveries.items():
        deliveries.add_metric([state], count)
    yield deliveries
    yield GaugeMetricFamily(
        "ragvsft_delivery_oldest_due_seconds",
        "Age of the oldest message that is due; 0 if none is.",
        database.oldest_due,
    )
    yield GaugeMetricFamily(
        "ragvsft_blocked_channels",
        "Channels and workspaces that accept no messages.",
        database.blocked,
    )
    yield GaugeMetricFamily(
        "ragvsft_digest_lag_seconds",
        "Delay of the most overdue digest; 0 if none is.",
        database.digest_lag,
    )


def _build() -> dict[str, str]:
    try:
        return {"version": version("ragvsft")}
    except PackageNotFoundError:
        return {"version": "unknown"}


def scrape(metrics: Metrics) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint that Prometheus scrapes."""

    async def endpoint(request: Request) -> Response:
        body, content_type = await metrics.render(request.headers.get("accept", ""))
        return Response(body, headers={"content-type": content_type})

    return endpoint
