"""Time acks, compared with bare Bolt apps on the same server in the same run.

Usage: python -m tests.bench.ack [--requests N] [--rounds N]

All are `AsyncApp` on Starlette and uvicorn; ragvsft has a process of its own, the bare apps share
another. The bare apps verify the signature and ack with the same body as ragvsft; "bare + write"
also commits a row to disk before. A page is submitted with the same answers each time, a new page
with random answers, new to ragvsft until each has been sent once. The apps alternate, so that other
load on the machine affects all alike. Compare the ratios, not the milliseconds: each ratio is the
median of the rounds.
"""

import asyncio
import contextlib
import copy
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import click
from slack_sdk.signature import SignatureVerifier

from bot.playground import Playground, serving
from bot.playground.request_log import Dispatch, RequestLog
from bot.playground.user_session import UserSession

SECRET = "0123456789abcdef"
PAGES = 3000
TYPES = ("command", "block_actions", "view_submission", "view_submission")
"""Slack's payload types of what `_kinds` returns, in the same order."""
ROOT = Path(__file__).parents[2]


Payload = dict[str, Any]
APPS = ("bare Bolt", "bare + write", "ragvsft")


@dataclass
class Series:
    """The times in seconds of one kind of request to one app, for the current and past rounds.

    `calls` is the number of Web API calls that follow each request.
    """

    url: str
    bodies: Iterator[str]
    calls: int
    seconds: list[float] = field(default_factory=list)
    rounds: list[list[float]] = field(default_factory=list)

    def percentiles(self, percent: int) -> list[float]:
        """Return a percentile of each round, in milliseconds."""
        return [statistics.quantiles(each, n=100)[percent - 1] * 1000 for each in self.rounds]


@dataclass
class Kind:
    """A kind of request: its bodies, sent in turn, and the body of ragvsft's ack."""

    name: str
    bodies: Sequence[str]
    reply: dict[str, Any]
    calls: int = 0

    def series(self, bare: Sequence[str], ours: str) -> list[Series]:
        """Return a series for each app."""
        own = Series(ours, cycle(self.bodies), self.calls)
        return [*(Series(url, cycle(self.bodies), 0) for url in bare), own]


async def _send(session: aiohttp.ClientSession, series: Series) -> None:
    stamp, body = str(int(time.time())), next(series.bodies)
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature or "",
    }
    began = time.perf_counter()
    async with session.post(series.url, data=body, headers=headers) as answer:
        await answer.read()
        if answer.status != 200:
            raise click.ClickException(f"{series.url} answered {answer.status}")
    series.seconds.append(time.perf_counter() - began)


async def _measure(
    request_log: RequestLog, every: list[Series], requests: int, at_once: int
) -> None:
    connector = aiohttp.TCPConnector(limit=at_once)
    async with aiohttp.ClientSession(connector=connector) as session:
        for number in range(requests // at_once + 1):
            for series in every:
                before = len(request_log.calls)
                await asyncio.gather(*(_send(session, series) for _ in range(at_once)))
                await _wait_for_calls(request_log, before + series.calls * at_once)
                if number == 0:
                    series.seconds.clear()
    for series in every:
        series.rounds.append(series.seconds)
        series.seconds = []


async def _wait_for_calls(request_log: RequestLog, calls: int) -> None:
    """Wait for the work after the acks, so that it does not slow down the next app."""
    async with asyncio.timeout(10):
        while not _answered(request_log, calls):  # noqa: ASYNC110 (the request log has no notification)
            await asyncio.sleep(0.001)


def _answered(request_log: RequestLog, calls: int) -> bool:
    return len(request_log.calls) >= calls and all(call.status for call in request_log.calls[-50:])


@contextlib.asynccontextmanager
async def _process(*command: str, **environ: str) -> AsyncIterator[str]:
    """Start a server that prints its port; yield its URL."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command,
        env={**os.environ, **environ, "PYTHONUNBUFFERED": "1"}, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = (await process.stdout.readline()).decode()
        yield f"http://127.0.0.1:{line.rpartition(':')[2].strip()}/slack"
    finally:
        process.terminate()
        await process.wait()


def _form(payload: Payload) -> str:
    return urlencode({"payload": json.dumps(payload)})


async def _kinds(playground: Playground) -> list[Kind]:
    """Request help and fill in a page; return the requests that were sent."""
    help_request = await playground.user("ada").command("product", "/ragvsft", "help")
    fields = {key: str(value) for key, value in help_request.payload.items()}
    person, blocks, page = await _page_before_another(playground)
    assert person.modal is not None
    pressed = await person.click(person.modal, "back")
    return [
        Kind("help", [urlencode(fields)], json.loads(help_request.body)),
        Kind("button", [_form(pressed.payload)], json.loads(pressed.body or "{}"), calls=1),
        Kind("page", [_form(page.payload)], json.loads(page.body)),
        Kind("new page", list(_other_pages(page.payload, blocks)), json.loads(page.body)),
    ]


async def _page_before_another(
    playground: Playground,
) -> tuple[UserSession, list[Payload], Dispatch]:
    """Answer the first page, by one person after the other, until more questions follow.

    Returns:
        The person, whose modal has a way back, the inputs of the first page, and the request.
    """
    for place, name in enumerate(("ada", "ben", "chloe", "dev"), 2):
        person = playground.user(name)
        await person.command("product", "/ragvsft")
        await playground.until(lambda person=person: person.modal, within=20)
        assert person.modal is not None
        blocks = [block for block in person.modal.blocks if block["type"] == "input"]
        answers = {block["block_id"]: _answer(block["element"], place) for block in blocks}
        page = await person.submit(person.modal, answers)
        if '"back"' in json.dumps(person.modal.blocks):
            return person, blocks, page
    raise click.ClickException("every answer to the first page leads to the result")


def _answer(element: Payload, place: int) -> str | list[str]:
    options = element["options"]
    value = str(options[min(place, len(options) - 1)]["value"])
    return [value] if element["type"] == "checkboxes" else value


def _other_pages(payload: Payload, blocks: Sequence[Payload]) -> Iterator[str]:
    """Yield submissions of a page with random answers."""
    rng = random.Random(0)
    for _ in range(PAGES):
        other = copy.deepcopy(payload)
        for block in blocks:
            field_of = other["view"]["state"]["values"][block["block_id"]]
            chosen = rng.choice(block["element"]["options"])
            if block["element"]["type"] == "checkboxes":
                field_of["answer"]["selected_options"] = [chosen]
            else:
                field_of["answer"]["selected_option"] = chosen
        yield _form(other)


async def _run(requests: int, rounds: int) -> None:
    playground = Playground()
    playground.app.signing_secret = SECRET
    playground.rate_limits.enabled = False
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "SLACK_BOT_TOKEN": playground.bot_token,
            "SLACK_SIGNING_SECRET": SECRET,
            "DATABASE_URL": f"sqlite:///{folder}/bench.db",
            "HOST": "127.0.0.1",
            "PORT": "0",
        }
        async with (
            serving(playground),
            _process("bot", "run", SLACK_API_URL=playground.api_url, **settings) as ours,
        ):
            playground.connect_http(f"{ours}/events")
            kinds = await _kinds(playground)
            replies = json.dumps(dict(zip(TYPES, (kind.reply for kind in kinds), strict=True)))
            bare_settings = {
                "SECRET": SECRET,
                "REPLIES": replies,
                "WRITE_DATABASE": f"{folder}/write.db",
            }
            async with _process("tests.bench._bare_bolt", **bare_settings) as bare:
                urls = [f"{bare}/events", f"{bare}/write"]
                for at_once in (1, 8):
                    every = [kind.series(urls, f"{ours}/events") for kind in kinds]
                    flat = [series for row in every for series in row]
                    for _ in range(rounds):
                        await _measure(playground.request_log, flat, requests, at_once)
                    click.echo(f"{at_once} at a time, {rounds} rounds of {requests} of each")
                    for kind, row in zip(kinds, every, strict=True):
                        _report(kind.name, row)


def _report(kind: str, row: Sequence[Series]) -> None:
    bare, writing, _ = row
    for app, series in zip(APPS, row, strict=True):
        shown = f"  {kind:<8} {app:<12}"
        for percent in (50, 99):
            own = series.percentiles(percent)
            shown += f"  p{percent} {statistics.median(own):6.2f} ms"
            for other in (bare, writing):
                shown += f" {_ratio(own, other.percentiles(percent)):5.2f}x"
        click.echo(shown)


def _ratio(own: Sequence[float], other: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(own, other, strict=True))


@click.command()
@click.option("--requests", default=300, show_default=True, help="Requests of each kind per round.")
@click.option("--rounds", default=5, show_default=True, help="Number of rounds.")
def main(requests: int, rounds: int) -> None:
    """Measure acks; the ratios are to the bare app and to the bare app that writes a row."""
    asyncio.run(_run(requests, rounds))


if __name__ == "__main__":
    main()
