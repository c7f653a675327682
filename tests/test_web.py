"""What comes in over HTTP: only what Slack signed, and never an error of ours."""

import hashlib
import hmac
import json
import logging
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import structlog
from prometheus_client import CollectorRegistry
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import PlainTextResponse, Response

from bot.logs import configure_logs
from bot.slack.bolt import create_bolt_app
from bot.slack.installing.installs import OneWorkspace
from bot.store.log import Log
from bot.web import LARGEST_BODY, Endpoints, Readiness, create_web
from tests.decisions.world import StoppedClock, World
from tests.web_payloads import CANARY, TIME, mutated, payloads

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
VECTOR = (
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
    "%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
    ".803a0bc887a14d10d2c447fce8b6703c"
)
VECTOR_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
"""Slack's own example: https://docs.slack.dev/authentication/verifying-requests-from-slack"""
FORM = "application/x-www-form-urlencoded"


class Surroundings:
    """What answers behind the web application, as a test wants it."""

    def __init__(self) -> None:
        self.handled: list[str] = []
        self.readiness = Readiness((), ())

    async def handle(self, body: str, _headers: Mapping[str, str]) -> Response:
        self.handled.append(body)
        return PlainTextResponse("handled")

    async def ready(self) -> Readiness:
        return self.readiness


def clock() -> StoppedClock:
    """Return a clock that stands at the time of Slack's example."""
    return StoppedClock(datetime.fromtimestamp(TIME, UTC))


def signed(body: bytes, kind: str = FORM, at: int = TIME) -> dict[str, str]:
    """Return the headers of a request that Slack signed."""
    base = b"v0:%d:%s" % (at, body)
    signature = hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest()
    return {
        "content-type": kind,
        "x-slack-request-timestamp": str(at),
        "x-slack-signature": f"v0={signature}",
    }


def browser(endpoints: Endpoints, secret: str | None = SECRET) -> httpx.AsyncClient:
    """Return a client of the web application."""
    transport = httpx.ASGITransport(
        create_web(endpoints, clock(), secret), raise_app_exceptions=False
    )
    return httpx.AsyncClient(transport=transport, base_url="http://bot.test")


@pytest.fixture
def around() -> Surroundings:
    return Surroundings()


@pytest.fixture
async def web(around: Surroundings) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(Endpoints(around.handle, around.ready, CollectorRegistry())) as client:
        yield client


async def test_slack_s_own_example_is_accepted(
    web: httpx.AsyncClient, around: Surroundings
) -> None:
    """The request that Slack's documentation signs is let in, as it came."""
    headers = {
        "content-type": FORM,
        "x-slack-request-timestamp": str(TIME),
        "x-slack-signature": VECTOR_SIGNATURE,
    }
    answer = await web.post("/slack/events", content=VECTOR, headers=headers)
    assert (answer.status_code, answer.text) == (200, "handled")
    assert around.handled == [VECTOR]


@pytest.mark.parametrize(("age", "status"), [(-300, 200), (300, 200), (301, 401), (-301, 401)])
async def test_a_signature_holds_five_minutes(
    web: httpx.AsyncClient, age: int, status: int
) -> None:
    """A request older than five minutes, or from later than that, is refused."""
    answer = await web.post("/slack/events", content=b"a=b", headers=signed(b"a=b", at=TIME - age))
    assert answer.status_code == status


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"x-slack-signature": None}, id="no signature"),
        pytest.param({"x-slack-request-timestamp": None}, id="no timestamp"),
        pytest.param({"x-slack-signature": ""}, id="empty signature"),
        pytest.param({"x-slack-request-timestamp": ""}, id="empty timestamp"),
        pytest.param({"x-slack-signature": "v0=" + "0" * 64}, id="wrong signature"),
        pytest.param({"x-slack-signature": VECTOR_SIGNATURE}, id="another body's signature"),
        pytest.param({"x-slack-signature": b"v0=\xe9\xff"}, id="signature not ASCII"),
        pytest.param({"x-slack-request-timestamp": b"\xb2\xb3"}, id="timestamp not ASCII"),
        pytest.param({"x-slack-request-timestamp": "now"}, id="timestamp no number"),
        pytest.param({"x-slack-request-timestamp": f"-{TIME}"}, id="timestamp negative"),
        pytest.param({"x-slack-request-timestamp": f"{TIME}.5"}, id="timestamp broken"),
        pytest.param({"x-slack-request-timestamp": "9" * 5000}, id="timestamp endless"),
    ],
)
async def test_what_is_not_signed_is_refused(
    web: httpx.AsyncClient, around: Surroundings, wrong: dict[str, str | bytes | None]
) -> None:
    """A missing, wrong or unreadable signature is refused, and nothing behind sees the request."""
    headers = {**signed(b"a=b"), **wrong}
    present = {name: value for name, value in headers.items() if value is not None}
    answer = await web.post("/slack/events", content=b"a=b", headers=present)
    assert answer.status_code == 401
    assert "signature" in answer.text
    assert around.handled == []


async def test_a_changed_body_is_refused(web: httpx.AsyncClient) -> None:
    """A signature holds for the very bytes that it was made for."""
    answer = await web.post("/slack/events", content=b"a=c", headers=signed(b"a=b"))
    assert answer.status_code == 401


async def test_a_body_that_is_too_large_is_refused(
    web: httpx.AsyncClient, around: Surroundings
) -> None:
    """A body up to the limit is read, one byte more is refused."""
    for size, status in ((LARGEST_BODY, 200), (LARGEST_BODY + 1, 413)):
        body = b"a=" + b"b" * (size - 2)
        answer = await web.post("/slack/events", content=body, headers=signed(body))
        assert answer.status_code == status
    assert len(around.handled) == 1


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        *((FORM, each) for each in ("payload=[]", "payload=", "payload=%7B", "payload=null", "")),
        *((FORM, each) for each in ("payload=1", "payload=%22x%22", "payload=%7B%7D", "&" * 500)),
        (FORM, "&".join(f"k{number}=v" for number in range(200))),
        (FORM, "payload=" + "[" * 100_000),
        *(("application/json", each) for each in ("[]", "", "null", "{", "{}", "1", "[" * 100_000)),
    ],
)
async def test_a_signed_body_that_holds_no_object_is_refused(
    web: httpx.AsyncClient, around: Surroundings, kind: str, body: str
) -> None:
    """What Bolt could stumble over is refused before it gets there."""
    answer = await web.post("/slack/events", content=body, headers=signed(body.encode(), kind))
    assert answer.status_code == 400
    assert around.handled == []


async def test_bytes_that_are_no_text_are_refused(web: httpx.AsyncClient) -> None:
    """A body that is not UTF-8 is refused: Slack signs text."""
    body = b"payload=\xff\xfe"
    answer = await web.post("/slack/events", content=body, headers=signed(body))
    assert answer.status_code == 401


async def test_in_socket_mode_nothing_is_taken(around: Surroundings) -> None:
    """Without a handler there is no address for Slack's requests, health is served all the same."""
    async with browser(Endpoints(None, around.ready, CollectorRegistry()), None) as client:
        answer = await client.post("/slack/events", content=b"a=b", headers=signed(b"a=b"))
        assert answer.status_code == 404
        assert (await client.get("/livez")).status_code == 200


async def test_only_posts_are_taken(web: httpx.AsyncClient) -> None:
    """A browser that looks at the address gets a plain no."""
    assert (await web.get("/slack/events")).status_code == 405


async def test_health(web: httpx.AsyncClient, around: Surroundings) -> None:
    """Alive is alive; ready says what is missing, and what somebody should look at."""
    assert (await web.get("/livez")).text == "ok"
    answer = await web.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "problems": [], "warnings": []}
    around.readiness = Readiness((), ("rules.yml:1:1: broken",))
    assert (await web.get("/readyz")).status_code == 200
    around.readiness = Readiness(("the disk is full",), ())
    answer = await web.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "problems": ["the disk is full"], "warnings": []}
    assert (await web.get("/livez")).status_code == 200


async def test_metrics_count_acks(web: httpx.AsyncClient) -> None:
    """Each request that was handled is counted with its time; those refused are not."""
    await web.post("/slack/events", content=b"a=b", headers=signed(b"a=b"))
    await web.post("/slack/events", content=b"a=b", headers=signed(b"a=c"))
    answer = await web.get("/metrics")
    assert "ragvsft_ack_seconds_count 1.0" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.fixture
def logs() -> Iterator[None]:
    """Logs as the operator has them."""
    configure_logs(logging.DEBUG)
    yield
    structlog.reset_defaults()


@pytest.fixture
async def bot(tmp_path: Path, logs: None) -> AsyncIterator[httpx.AsyncClient]:
    """The web application with the whole bot behind it; Slack itself is away."""
    log = await Log(tmp_path / "ragvsft.db").open()
    world = World(log)
    slack = AsyncWebClient(base_url="http://127.0.0.1:9/api/", retry_handlers=[])
    app, errands = create_bolt_app(world.desk, slack, OneWorkspace("xoxb-1", slack), "/ragvsft")

    async def handle(body: str, headers: Mapping[str, str]) -> Response:
        request = AsyncBoltRequest(body=body, headers=dict(headers))
        return to_starlette_response(await app.async_dispatch(request))

    async def ready() -> Readiness:
        return Readiness((), ())

    async with browser(Endpoints(handle, ready, CollectorRegistry())) as client:
        yield client
    await errands.drain()
    await log.close()


async def send(client: httpx.AsyncClient, payload: dict[str, Any]) -> httpx.Response:
    """Send a payload as Slack would: commands as fields, events as JSON, the rest in a field."""
    if "event" in payload:
        body, kind = json.dumps(payload), "application/json"
    elif "command" in payload:
        fields = {name: str(value) for name, value in payload.items()}
        body, kind = urlencode(fields, errors="replace"), FORM
    else:
        body, kind = urlencode({"payload": json.dumps(payload)}), FORM
    return await client.post("/slack/events", content=body, headers=signed(body.encode(), kind))


async def test_every_kind_of_payload_has_an_answer(bot: httpx.AsyncClient) -> None:
    """One payload of each kind is answered with 200, or 404 where nothing of ours was meant."""
    answers = [(await send(bot, payload), payload) for payload in payloads()]
    assert [each for answer, each in answers if answer.status_code not in {200, 404}] == []


@pytest.mark.parametrize("seed", range(4))
async def test_no_body_makes_an_error_of_ours(
    bot: httpx.AsyncClient, capfd: pytest.CaptureFixture[str], seed: int
) -> None:
    """Payloads with anything missing or replaced never get a 5xx, and no body ends in the log."""
    dice = random.Random(seed)
    seen = set[int]()
    for payload in payloads() * 4:
        broken = mutated(payload, dice)
        answer = await send(bot, broken)
        assert answer.status_code < 500, broken
        seen.add(answer.status_code)
    assert 200 in seen
    assert CANARY not in "".join(capfd.readouterr())
    assert (await send(bot, payloads()[-3])).status_code == 200


async def test_noise_makes_no_error_of_ours(bot: httpx.AsyncClient) -> None:
    """Signed noise of any content type is refused or ignored."""
    dice = random.Random(7)
    for kind in (FORM, "application/json", "text/plain", ""):
        for _ in range(50):
            body = dice.choice([b"", b"payload=", b"{", b"command="]) + dice.randbytes(
                dice.randint(0, 200)
            )
            answer = await bot.post("/slack/events", content=body, headers=signed(body, kind))
            assert answer.status_code < 500, body


async def test_slack_s_check_of_the_certificate_is_answered(bot: httpx.AsyncClient) -> None:
    """The check that Slack makes of a public app's address now and then gets its 200."""
    body = urlencode({"ssl_check": "1", "token": "x"})
    answer = await bot.post("/slack/events", content=body, headers=signed(body.encode()))
    assert answer.status_code == 200


async def test_slack_s_check_of_the_address_is_answered(bot: httpx.AsyncClient) -> None:
    """The challenge that Slack sends when the address is entered comes back."""
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB", "token": "x"})
    headers = signed(body.encode(), "application/json")
    answer = await bot.post("/slack/events", content=body, headers=headers)
    assert answer.status_code == 200
    assert "3eZbrw1aB" in answer.text
