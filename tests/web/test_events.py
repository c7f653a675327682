"""`POST /slack/events`: only requests that Slack signed are handled."""

import asyncio
import json
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from starlette.types import ASGIApp, Message

from bot.web import events
from bot.web.app import Endpoints, create_web
from bot.web.events import MAX_BODY
from tests.web.helpers import FORM, SECRET, FakeBackend, clock, signed, web_client
from tests.web.payloads import TIME

VECTOR = (
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
    "%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
    ".803a0bc887a14d10d2c447fce8b6703c"
)
VECTOR_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
"""Slack's own example: https://docs.slack.dev/authentication/verifying-requests-from-slack"""


async def test_slack_s_own_example_is_accepted(
    web: httpx.AsyncClient, backend: FakeBackend
) -> None:
    """The signed request of Slack's documentation is handled with all its fields."""
    headers = {
        "content-type": FORM,
        "x-slack-request-timestamp": str(TIME),
        "x-slack-signature": VECTOR_SIGNATURE,
    }
    answer = await web.post("/slack/events", content=VECTOR, headers=headers)
    assert (answer.status_code, answer.text) == (200, "handled")
    assert backend.handled == [dict(parse_qsl(VECTOR, keep_blank_values=True))]


@pytest.mark.parametrize(("age", "status"), [(-300, 200), (300, 200), (301, 401), (-301, 401)])
async def test_a_signature_holds_five_minutes(
    web: httpx.AsyncClient, age: int, status: int
) -> None:
    """A request more than five minutes old or in the future is rejected."""
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
    web: httpx.AsyncClient, backend: FakeBackend, wrong: dict[str, str | bytes | None]
) -> None:
    """A missing, wrong or malformed signature is rejected before the handler is called."""
    headers = {**signed(b"a=b"), **wrong}
    present = {name: value for name, value in headers.items() if value is not None}
    answer = await web.post("/slack/events", content=b"a=b", headers=present)
    assert answer.status_code == 401
    assert "signature" in answer.text
    assert backend.handled == []


async def test_a_changed_body_is_refused(web: httpx.AsyncClient) -> None:
    """A signature is only valid for the bytes it was computed from."""
    answer = await web.post("/slack/events", content=b"a=c", headers=signed(b"a=b"))
    assert answer.status_code == 401


async def test_a_body_that_is_too_large_is_refused(
    web: httpx.AsyncClient, backend: FakeBackend
) -> None:
    """A body at the limit is accepted, one byte more is rejected."""
    for size, status in ((MAX_BODY, 200), (MAX_BODY + 1, 413)):
        body = b"a=" + b"b" * (size - 2)
        answer = await web.post("/slack/events", content=body, headers=signed(body))
        assert answer.status_code == status
    assert len(backend.handled) == 1


class Sender:
    """Sends one request to the application part by part, and keeps the answer."""

    def __init__(self, *parts: bytes, headers: dict[str, str] | None = None) -> None:
        self.parts = list(parts)
        self.headers = headers or {}
        self.asked, self.status, self.closes = 0, 0, False
        self.may_send, self.reached = asyncio.Event(), asyncio.Event()
        self.last: Message = {"type": "http.request", "body": b"", "more_body": False}

    async def receive(self) -> Message:
        """Return the next part, when it may be sent."""
        self.asked += 1
        self.reached.set()
        await self.may_send.wait()
        if not self.parts:
            return self.last
        return {"type": "http.request", "body": self.parts.pop(0), "more_body": True}

    async def send(self, message: Message) -> None:
        """Note the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.closes = (b"connection", b"close") in message["headers"]

    async def to(self, web: ASGIApp) -> int:
        """Send the request; return the status of the answer."""
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        scope = {"type": "http", "method": "POST", "path": "/slack/events", "headers": headers}
        await web(scope, self.receive, self.send)
        return self.status


def application(backend: FakeBackend) -> ASGIApp:
    """Return the web application."""
    return create_web(backend.endpoints, clock(), SECRET)


async def test_a_body_that_is_cut_off_is_refused(backend: FakeBackend) -> None:
    """A client that disconnects within a request is answered with 400, without an exception."""
    sender = Sender(b"a=")
    sender.last = {"type": "http.disconnect"}
    sender.may_send.set()
    assert await sender.to(application(backend)) == 400
    assert backend.handled == []


STALE = signed(b"a=b", at=TIME - 301)
FORGED = {**signed(b"a=b"), "x-slack-signature": "v0=short"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 401, id="no signature"),
        pytest.param(STALE, 401, id="old signature"),
        pytest.param(FORGED, 401, id="no hash"),
        pytest.param(signed(b"a=b"), 413, id="more than is allowed"),
    ],
)
async def test_no_body_is_read_before_the_headers_make_sense(
    backend: FakeBackend, headers: dict[str, str], status: int
) -> None:
    """A request whose headers rule it out is answered, and closed, before its body is read."""
    size = MAX_BODY + 1 if status == 413 else 990_000
    sender = Sender(headers={**headers, "content-length": str(size)})
    assert await sender.to(application(backend)) == status
    assert (sender.asked, sender.closes) == (0, True)


async def test_an_unsigned_body_of_unknown_length_is_not_read_whole(backend: FakeBackend) -> None:
    """Without a length and a signature, reading stops after the first bytes."""
    sender = Sender(*[b"a" * 1_000] * 50)
    sender.may_send.set()
    assert await sender.to(application(backend)) == 401
    assert sender.asked == 2


async def test_a_slow_body_is_refused(
    backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body that does not arrive in time is refused."""
    monkeypatch.setattr(events, "BODY_SECONDS", 0.1)
    sender = Sender(b"a=b", headers=signed(b"a=b"))
    assert await sender.to(application(backend)) == 400
    assert sender.closes


async def test_few_large_bodies_are_read_at_a_time(
    backend: FakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large body waits for its turn, unread; a small one never waits."""
    monkeypatch.setattr(events, "LARGE_BODIES", 1)
    web = application(backend)
    body = b"a=" + b"b" * 100_000
    large = signed(body) | {"content-length": str(len(body))}
    first, second = Sender(body, headers=large), Sender(body, headers=large)
    small = Sender(b"a=b", headers=signed(b"a=b") | {"content-length": "3"})
    small.may_send.set()
    waiting = [asyncio.create_task(each.to(web)) for each in (first, second)]
    await first.reached.wait()
    assert await small.to(web) == 200
    assert (first.asked, second.asked) == (1, 0)
    first.may_send.set()
    second.may_send.set()
    assert await asyncio.gather(*waiting) == [200, 200]


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
    web: httpx.AsyncClient, backend: FakeBackend, kind: str, body: str
) -> None:
    """A body without an object is rejected before it reaches Bolt."""
    answer = await web.post("/slack/events", content=body, headers=signed(body.encode(), kind))
    assert answer.status_code == 400
    assert backend.handled == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json; charset=utf-8", json.dumps({"type": "é"})),
        (FORM, urlencode({"payload": json.dumps({"type": "é"})})),
        (FORM, urlencode({"payload": "[]"}) + "&" + urlencode({"payload": '{"type": "é"}'})),
    ],
)
async def test_a_body_is_read_once(
    web: httpx.AsyncClient, backend: FakeBackend, kind: str, body: str
) -> None:
    """The parsed object is the one that is handled, also if a field is repeated."""
    answer = await web.post("/slack/events", content=body, headers=signed(body.encode(), kind))
    assert answer.status_code == 200
    assert backend.handled == [{"type": "é"}]


async def test_bytes_that_are_no_text_are_refused(web: httpx.AsyncClient) -> None:
    """A body that is not UTF-8 is rejected: Slack only signs text."""
    body = b"payload=\xff\xfe"
    answer = await web.post("/slack/events", content=body, headers=signed(body))
    assert answer.status_code == 401


async def test_in_socket_mode_nothing_is_taken(backend: FakeBackend) -> None:
    """In Socket Mode there is no route for Slack's requests; health is still served."""
    async with web_client(Endpoints(None, backend.ready, backend.metrics), None) as client:
        answer = await client.post("/slack/events", content=b"a=b", headers=signed(b"a=b"))
        assert answer.status_code == 404
        assert (await client.get("/livez")).status_code == 200


async def test_only_posts_are_taken(web: httpx.AsyncClient) -> None:
    """A web_client that looks at the address gets a plain no."""
    assert (await web.get("/slack/events")).status_code == 405
