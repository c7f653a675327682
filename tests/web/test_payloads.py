"""Any payload, valid or mutated, gets a response below 500."""

import json
import logging
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import Response

from bot.logs import configure_logs
from bot.slack.app import create_bolt_app
from bot.slack.oauth.installations import SingleWorkspace
from bot.storage.database import Database
from tests.services.harness import ServiceHarness
from tests.web.helpers import FORM, FakeBackend, signed, web_client
from tests.web.payloads import CANARY, mutated, payloads


@pytest.fixture
def logs() -> None:
    """Logging as configured in production, at debug level."""
    configure_logs(logging.DEBUG)


@pytest.fixture
async def bot(tmp_path: Path, logs: None) -> AsyncIterator[httpx.AsyncClient]:
    """The web application with the whole bot behind it; Slack is unreachable."""
    log = await Database(tmp_path / "ragvsft.db").open()
    harness = ServiceHarness(log)
    slack = AsyncWebClient(base_url="http://127.0.0.1:9/api/", retry_handlers=[])
    bolt_app = create_bolt_app(
        harness.services, slack, SingleWorkspace("xoxb-1", slack), "/ragvsft"
    )

    async def handle(body: dict[str, Any], headers: Mapping[str, str]) -> Response:
        request = AsyncBoltRequest(body=body, headers=dict(headers), mode="socket_mode")
        return to_starlette_response(await bolt_app.app.async_dispatch(request))

    async with web_client(replace(FakeBackend().endpoints, handle=handle)) as client:
        yield client
    await bolt_app.background.drain(seconds=9)
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
    """A payload of each kind is answered with 200, or 404 if no handler matches."""
    answers = [(await send(bot, payload), payload) for payload in payloads()]
    assert [each for answer, each in answers if answer.status_code not in {200, 404}] == []


@pytest.mark.parametrize("seed", range(4))
async def test_mutated_payloads_cause_no_server_error(
    bot: httpx.AsyncClient, capfd: pytest.CaptureFixture[str], seed: int
) -> None:
    """Payloads with values removed or replaced never get a 5xx, and no body is logged."""
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


async def test_noise_causes_no_server_error(bot: httpx.AsyncClient) -> None:
    """Signed noise of any content type is rejected or ignored."""
    dice = random.Random(7)
    for kind in (FORM, "application/json", "text/plain", ""):
        for _ in range(50):
            body = dice.choice([b"", b"payload=", b"{", b"command="]) + dice.randbytes(
                dice.randint(0, 200)
            )
            answer = await bot.post("/slack/events", content=body, headers=signed(body, kind))
            assert answer.status_code < 500, body


@pytest.mark.parametrize("body", [b"ssl_check=1&token=x", b"token=x&ssl_check=1", b"ssl_check=1\n"])
async def test_slack_s_check_of_the_certificate_is_answered(
    bot: httpx.AsyncClient, body: bytes
) -> None:
    """Slack's periodic SSL check of a public app gets 200, unsigned and in any order of fields."""
    answer = await bot.post("/slack/events", content=body, headers={"content-type": FORM})
    assert answer.status_code == 200


@pytest.mark.parametrize("body", [b"token=ssl_check=1", b"command=/x&text=ssl_check%3D1", b"a=1"])
async def test_no_other_body_passes_for_a_check(bot: httpx.AsyncClient, body: bytes) -> None:
    """A body that only mentions the check is rejected without a signature."""
    answer = await bot.post("/slack/events", content=body, headers={"content-type": FORM})
    assert answer.status_code == 401


async def test_slack_s_check_of_the_address_is_answered(bot: httpx.AsyncClient) -> None:
    """The challenge of Slack's URL verification is echoed."""
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB", "token": "x"})
    headers = signed(body.encode(), "application/json")
    answer = await bot.post("/slack/events", content=body, headers=headers)
    assert answer.status_code == 200
    assert "3eZbrw1aB" in answer.text
