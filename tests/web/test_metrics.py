"""What Prometheus is told: names and forms that it expects, and what is counted when."""

import re
from dataclasses import replace

import httpx
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families
from starlette.responses import PlainTextResponse

from bot.outbox.model import Attempt
from bot.web.metrics import SOCKET, DatabaseFigures, MetricsSnapshot
from tests.web.stage import Surroundings, signed

FIGURES = MetricsSnapshot(
    log=DatabaseFigures({"pending": 3, "failed": 0}, oldest_due=12.5, stopped=1, digest_lag=60),
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
    "ragvsft_log_up",
    "ragvsft_playbook_info",
    "ragvsft_playbook_problems",
    "ragvsft_requests_refused",
    "ragvsft_stopped_channels",
}
FROM_THE_LOG = (
    "ragvsft_deliveries",
    "ragvsft_delivery_oldest",
    "ragvsft_digest_lag",
    "ragvsft_stopped",
)
UNITS = {"milliseconds", "minutes", "hours", "days", "kilobytes", "megabytes", "percent", "ms"}
"""What no name may end in: https://prometheus.io/docs/practices/naming/#base-units"""


async def scrape(web: httpx.AsyncClient) -> str:
    """What a scrape brings, in the plain form."""
    answer = await web.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return answer.text


def samples(text: str) -> dict[str, float]:
    """Each sample of ours by its name and labels."""
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


async def test_what_was_found_out_is_told(web: httpx.AsyncClient, around: Surroundings) -> None:
    """Each figure of the log, the rounds and the playbooks has its metric."""
    around.figures = FIGURES
    told = samples(await scrape(web))
    assert {
        "ragvsft_deliveries state=pending": 3,
        "ragvsft_deliveries state=failed": 0,
        "ragvsft_delivery_oldest_due_seconds": 12.5,
        "ragvsft_digest_lag_seconds": 60,
        "ragvsft_heartbeat_age_seconds": 4.25,
        "ragvsft_log_up": 1,
        "ragvsft_playbook_info hash=abc playbook=ragvsft version=1.2": 1,
        "ragvsft_playbook_info hash=def playbook=hosting version=1": 1,
        "ragvsft_playbook_problems": 2,
        "ragvsft_stopped_channels": 1,
    }.items() <= told.items()


async def test_a_log_that_does_not_answer_is_left_out(
    web: httpx.AsyncClient, around: Surroundings
) -> None:
    """Without the log the scrape says so, and tells the rest; nothing old is told as new."""
    around.figures = FIGURES
    await scrape(web)
    around.figures = replace(FIGURES, log=None)
    told = samples(await scrape(web))
    assert told["ragvsft_log_up"] == 0
    assert told["ragvsft_heartbeat_age_seconds"] == 4.25
    assert not [name for name in told if name.startswith(FROM_THE_LOG)]


async def test_acks_are_counted_with_their_time(
    web: httpx.AsyncClient, around: Surroundings
) -> None:
    """Every answer to Slack is timed: taken or not, over HTTP or Socket Mode."""
    await send(web)
    around.answer = PlainTextResponse("", 500)
    await send(web)
    around.answer = ValueError("what Bolt stumbles over")
    assert await send(web) == 400
    around.measures.acked(SOCKET, 0.5, True)
    told = samples(await scrape(web))
    assert told["ragvsft_ack_seconds_count outcome=ok transport=http"] == 1
    assert told["ragvsft_ack_seconds_count outcome=error transport=http"] == 2
    assert told["ragvsft_ack_seconds_sum outcome=ok transport=socket"] == 0.5


async def test_refusals_are_counted_apart(web: httpx.AsyncClient) -> None:
    """What is not let in is counted by reason, from zero on, and is no ack."""
    await web.post("/slack/events", content=b"a=b", headers=signed(b"a=c"))
    await web.post("/slack/events", content=b"a=b" * 400_000, headers=signed(b"a=b"))
    told = samples(await scrape(web))
    refused = {name: value for name, value in told.items() if "refused_total" in name}
    assert refused == {
        "ragvsft_requests_refused_total reason=form": 0,
        "ragvsft_requests_refused_total reason=signature": 1,
        "ragvsft_requests_refused_total reason=size": 1,
    }
    assert not [name for name in told if "ack_seconds" in name]


async def test_tries_to_post_are_counted_by_outcome(
    web: httpx.AsyncClient, around: Surroundings
) -> None:
    """Every outcome of a try has its series from the start, so that rates begin at zero."""
    for attempt in (Attempt.SENT, Attempt.SENT, Attempt.UNCLEAR):
        around.measures.attempted(attempt)
    told = samples(await scrape(web))
    counted = {
        name.rpartition("=")[2]: value
        for name, value in told.items()
        if name.startswith("ragvsft_delivery_attempts_total ")
    }
    assert counted == dict.fromkeys(Attempt, 0) | {"sent": 2, "unclear": 1}


async def test_names_are_those_that_prometheus_expects(
    web: httpx.AsyncClient, around: Surroundings
) -> None:
    """Every metric has a HELP line and a name in base units, as `promtool check metrics` wants."""
    around.figures = FIGURES
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


async def test_openmetrics_on_demand(web: httpx.AsyncClient, around: Surroundings) -> None:
    """A scraper that asks for OpenMetrics gets it, and can parse it."""
    around.figures = FIGURES
    accept = {"accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}
    answer = await web.get("/metrics", headers=accept)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert "ragvsft_playbook" in {family.name for family in parse_openmetrics(answer.text)}
