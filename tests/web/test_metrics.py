"""Prometheus metrics: names, formats, and what is counted when."""

import re
from dataclasses import replace

import httpx
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families
from starlette.responses import PlainTextResponse

from bot.outbox.model import Attempt
from bot.web.metrics import SOCKET, DatabaseMetrics, MetricsSnapshot
from tests.web.helpers import FakeBackend, signed

SNAPSHOT = MetricsSnapshot(
    database=DatabaseMetrics(
        {"pending": 3, "failed": 0}, oldest_due=12.5, blocked=1, digest_lag=60
    ),
    heartbeat_age=4.25,
    playbooks=(("ragvsft", "1.2", "abc"), ("hosting", "1", "def")),
    playbook_problems=2,
)
OURS = {
    "ragvsft_ack_seconds",
    "ragvsft_build_info",
    "ragvsft_deliveries",
    "ragvsft_delivery_attempts",
    "ragvsft_delivery_oldest_due_seconds",
    "ragvsft_digest_lag_seconds",
    "ragvsft_heartbeat_age_seconds",
    "ragvsft_database_up",
    "ragvsft_playbook_differences",
    "ragvsft_playbook_info",
    "ragvsft_playbook_problems",
    "ragvsft_requests_rejected",
    "ragvsft_blocked_channels",
}
FROM_THE_DATABASE = (
    "ragvsft_deliveries",
    "ragvsft_delivery_oldest",
    "ragvsft_digest_lag",
    "ragvsft_blocked",
)
UNITS = {"milliseconds", "minutes", "hours", "days", "kilobytes", "megabytes", "percent", "ms"}
"""What no name may contain: https://prometheus.io/docs/practices/naming/#base-units"""


async def scrape(web: httpx.AsyncClient) -> str:
    """The metrics in the text format."""
    answer = await web.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return answer.text


def samples(text: str) -> dict[str, float]:
    """The samples of the bot by name and labels."""
    return {
        sample.name + "".join(f" {name}={value}" for name, value in sorted(sample.labels.items())):
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if family.name.startswith("ragvsft") and "_bucket" not in sample.name
    }  # fmt: skip


async def send(web: httpx.AsyncClient, body: bytes = b"a=b") -> int:
    """Send a request as Slack would; return the status."""
    return (await web.post("/slack/events", content=body, headers=signed(body))).status_code


async def test_the_snapshot_is_exposed(web: httpx.AsyncClient, backend: FakeBackend) -> None:
    """Each value of the snapshot has its metric."""
    backend.snapshot = SNAPSHOT
    found = samples(await scrape(web))
    assert {
        "ragvsft_deliveries state=pending": 3,
        "ragvsft_deliveries state=failed": 0,
        "ragvsft_delivery_oldest_due_seconds": 12.5,
        "ragvsft_digest_lag_seconds": 60,
        "ragvsft_heartbeat_age_seconds": 4.25,
        "ragvsft_database_up": 1,
        "ragvsft_playbook_info hash=abc playbook=ragvsft version=1.2": 1,
        "ragvsft_playbook_info hash=def playbook=hosting version=1": 1,
        "ragvsft_playbook_problems": 2,
        "ragvsft_blocked_channels": 1,
    }.items() <= found.items()


async def test_a_database_that_does_not_answer_is_omitted(
    web: httpx.AsyncClient, backend: FakeBackend
) -> None:
    """Without the database the scrape reports the rest, and no stale values."""
    backend.snapshot = SNAPSHOT
    await scrape(web)
    backend.snapshot = replace(SNAPSHOT, database=None)
    found = samples(await scrape(web))
    assert found["ragvsft_database_up"] == 0
    assert found["ragvsft_heartbeat_age_seconds"] == 4.25
    assert not [name for name in found if name.startswith(FROM_THE_DATABASE)]


async def test_acks_are_counted_with_their_time(
    web: httpx.AsyncClient, backend: FakeBackend
) -> None:
    """Every ack is timed, successful or not, over HTTP or Socket Mode."""
    await send(web)
    backend.answer = PlainTextResponse("", 500)
    await send(web)
    backend.answer = ValueError("raised by Bolt")
    assert await send(web) == 400
    backend.metrics.observe_ack(SOCKET, 0.5, True)
    found = samples(await scrape(web))
    assert found["ragvsft_ack_seconds_count outcome=ok transport=http"] == 1
    assert found["ragvsft_ack_seconds_count outcome=error transport=http"] == 2
    assert found["ragvsft_ack_seconds_sum outcome=ok transport=socket"] == 0.5


async def test_rejected_requests_are_counted(web: httpx.AsyncClient) -> None:
    """Rejected requests are counted by reason, from zero on, and not as acks."""
    await web.post("/slack/events", content=b"a=b", headers=signed(b"a=c"))
    await web.post("/slack/events", content=b"a=b" * 400_000, headers=signed(b"a=b"))
    found = samples(await scrape(web))
    rejected = {name: value for name, value in found.items() if "rejected_total" in name}
    assert rejected == {
        "ragvsft_requests_rejected_total reason=malformed": 0,
        "ragvsft_requests_rejected_total reason=signature": 1,
        "ragvsft_requests_rejected_total reason=size": 1,
    }
    assert not [name for name in found if "ack_seconds" in name]


async def test_attempts_are_counted_by_result(web: httpx.AsyncClient, backend: FakeBackend) -> None:
    """Every result of an attempt has a series from the start, so that rates begin at zero."""
    for attempt in (Attempt.SENT, Attempt.SENT, Attempt.UNKNOWN):
        backend.metrics.count_attempt(attempt)
    found = samples(await scrape(web))
    counted = {
        name.rpartition("=")[2]: value
        for name, value in found.items()
        if name.startswith("ragvsft_delivery_attempts_total ")
    }
    assert counted == dict.fromkeys(Attempt, 0) | {"sent": 2, "unknown": 1}


async def test_names_are_those_that_prometheus_expects(
    web: httpx.AsyncClient, backend: FakeBackend
) -> None:
    """Every metric has a HELP line and a name in base units, as `promtool check metrics` wants."""
    backend.snapshot = SNAPSHOT
    await send(web)
    text = await scrape(web)
    families = {
        family.name: family
        for family in text_string_to_metric_families(text)
        if not family.name.endswith("_created")
    }
    assert {name for name in families if name.startswith("ragvsft")} == OURS
    assert {"process_resident_memory_bytes", "process_cpu_seconds"} <= families.keys()
    for name, family in families.items():
        assert family.documentation.endswith(".")
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert not UNITS & set(name.split("_"))
        assert family.type not in name.split("_")
        if family.type == "counter":
            assert all(each.name.endswith(("_total", "_created")) for each in family.samples)
        else:
            assert not name.endswith(("_total", "_count", "_sum", "_bucket"))


async def test_openmetrics_on_demand(web: httpx.AsyncClient, backend: FakeBackend) -> None:
    """A scraper that asks for OpenMetrics gets it, and can parse it."""
    backend.snapshot = SNAPSHOT
    accept = {"accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}
    answer = await web.get("/metrics", headers=accept)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert "ragvsft_playbook" in {family.name for family in parse_openmetrics(answer.text)}
