"""What comes in over HTTP: only what Slack signed."""

import json
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from starlette.types import Message

from bot.web.app import Endpoints, create_web
from bot.web.events import LARGEST_BODY
from tests.web.payloads import TIME
from tests.web.stage import FORM, SECRET, Surroundings, browser, clock, signed

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
    web: httpx.AsyncClient, around: Surroundings
) -> None:
    """The request that Slack's documentation signs is let in, with every field that it has."""
    headers = {
        "content-type": FORM,
        "x-slack-request-timestamp": str(TIME),
        "x-slack-signature": VECTOR_SIGNATURE,
    }
    answer = await web.post("/slack/events", content=VECTOR, headers=headers)
    assert (answer.status_code, answer.text) == (200, "handled")
    assert around.handled == [dict(parse_qsl(VECTOR, keep_blank_values=True))]


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


async def test_a_body_that_is_cut_off_is_refused(around: Surroundings) -> None:
    """Whoever hangs up in the middle of a request is counted, and makes no noise."""
    parts: list[Message] = [
        {"type": "http.request", "body": b"a=", "more_body": True},
        {"type": "http.disconnect"},
    ]
    answers: list[Message] = []

    async def receive() -> Message:
        return parts.pop(0)

    async def send(message: Message) -> None:
        answers.append(message)

    scope = {"type": "http", "method": "POST", "path": "/slack/events", "headers": []}
    await create_web(around.endpoints, clock(), SECRET)(scope, receive, send)
    assert answers[0]["status"] == 400
    assert around.handled == []


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


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json; charset=utf-8", json.dumps({"type": "é"})),
        (FORM, urlencode({"payload": json.dumps({"type": "é"})})),
        (FORM, urlencode({"payload": "[]"}) + "&" + urlencode({"payload": '{"type": "é"}'})),
    ],
)
async def test_a_body_is_read_once(
    web: httpx.AsyncClient, around: Surroundings, kind: str, body: str
) -> None:
    """What was found to be an object is what is handled, however often a field is given."""
    answer = await web.post("/slack/events", content=body, headers=signed(body.encode(), kind))
    assert answer.status_code == 200
    assert around.handled == [{"type": "é"}]


async def test_bytes_that_are_no_text_are_refused(web: httpx.AsyncClient) -> None:
    """A body that is not UTF-8 is refused: Slack signs text."""
    body = b"payload=\xff\xfe"
    answer = await web.post("/slack/events", content=body, headers=signed(body))
    assert answer.status_code == 401


async def test_in_socket_mode_nothing_is_taken(around: Surroundings) -> None:
    """Without a handler there is no address for Slack's requests, health is served all the same."""
    async with browser(Endpoints(None, around.ready, around.measures), None) as client:
        answer = await client.post("/slack/events", content=b"a=b", headers=signed(b"a=b"))
        assert answer.status_code == 404
        assert (await client.get("/livez")).status_code == 200


async def test_only_posts_are_taken(web: httpx.AsyncClient) -> None:
    """A browser that looks at the address gets a plain no."""
    assert (await web.get("/slack/events")).status_code == 405
