"""Whatever Slack sends, or a stranger makes of it, gets an answer, and never an error of ours."""

import json
import logging
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import structlog
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import Response

from bot.logs import configure_logs
from bot.slack.app import create_bolt_app
from bot.slack.oauth.installations import SingleWorkspace
from bot.storage.database import Database
from tests.services.world import World
from tests.web.payloads import CANARY, mutated, payloads
from tests.web.stage import FORM, Surroundings, browser, signed


@pytest.fixture
def logs() -> Iterator[None]:
    """Logs as the operator has them."""
    configure_logs(logging.DEBUG)
    yield
    structlog.reset_defaults()


@pytest.fixture
async def bot(tmp_path: Path, logs: None) -> AsyncIterator[httpx.AsyncClient]:
    """The web application with the whole bot behind it; Slack itself is away."""
    log = await Database(tmp_path / "ragvsft.db").open()
    world = World(log)
    slack = AsyncWebClient(base_url="http://127.0.0.1:9/api/", retry_handlers=[])
    app, background = create_bolt_app(
        world.services, slack, SingleWorkspace("xoxb-1", slack), "/ragvsft"
    )

    async def handle(body: dict[str, Any], headers: Mapping[str, str]) -> Response:
        request = AsyncBoltRequest(body=body, headers=dict(headers), mode="socket_mode")
        return to_starlette_response(await app.async_dispatch(request))

    async with browser(replace(Surroundings().endpoints, handle=handle)) as client:
        yield client
    await background.drain(seconds=9)
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
