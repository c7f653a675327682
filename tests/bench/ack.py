"""How long an ack takes, beside a bare Bolt app on the same server in the same run.

Usage: python -m tests.bench.ack [--requests N]

Both are `AsyncApp` on Starlette and uvicorn in a process of their own. The bare one checks the
signature and acks, and does nothing else. Requests to the two alternate in small batches, so that
what else the machine does meets both alike. Ratios are what counts, not milliseconds.
"""

import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import click
from slack_sdk.signature import SignatureVerifier

from bot.playground import Playground, serving
from bot.playground.person import Actor

SECRET = "0123456789abcdef"
BATCH = 25
ROOT = Path(__file__).parents[2]


@dataclass
class Series:
    """The times of one kind of request to one app, in seconds."""

    name: str
    url: str
    body: str
    seconds: list[float] = field(default_factory=list)

    def percentile(self, percent: int) -> float:
        """Return a percentile in milliseconds."""
        return statistics.quantiles(self.seconds, n=100)[percent - 1] * 1000


async def _send(session: aiohttp.ClientSession, series: Series) -> None:
    stamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=series.body)
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature or "",
    }
    began = time.perf_counter()
    async with session.post(series.url, data=series.body, headers=headers) as answer:
        await answer.read()
        if answer.status != 200:
            raise click.ClickException(f"{series.name} answered {answer.status}")
    series.seconds.append(time.perf_counter() - began)


async def _measure(every: list[Series], requests: int, at_once: int) -> None:
    connector = aiohttp.TCPConnector(limit=at_once)
    async with aiohttp.ClientSession(connector=connector) as session:
        for series in every:
            await asyncio.gather(*(_send(session, series) for _ in range(at_once)))
            series.seconds.clear()
        for _ in range(requests // BATCH):
            for series in every:
                for _ in range(BATCH // at_once or 1):
                    await asyncio.gather(*(_send(session, series) for _ in range(at_once)))


@contextlib.asynccontextmanager
async def _process(*command: str, **environ: str) -> AsyncIterator[str]:
    """Start a server that prints where it listens; give its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command,
        env={**os.environ, **environ, "PYTHONUNBUFFERED": "1"}, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = (await process.stdout.readline()).decode()
        yield f"http://127.0.0.1:{line.rpartition(':')[2].strip()}/slack/events"
    finally:
        process.terminate()
        await process.wait()


async def _review_submission(playground: Playground, person: Actor) -> Mapping[str, object]:
    """Answer the first page and return the payload of the second one's submission."""
    await person.command("product", "/ragvsft")
    await playground.until(lambda: person.modal, within=20)
    assert person.modal is not None
    await person.submit(person.modal, {"title": "Bench"})
    answers = {
        block["block_id"]: block["element"]["options"][0]["value"]
        for block in person.modal.blocks
        if block["type"] == "input"
    }
    return (await person.submit(person.modal, answers)).payload


async def _run(requests: int) -> None:
    playground = Playground()
    playground.app.signing_secret = SECRET
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
            _process("tests.bench.bare_bolt", SECRET=SECRET) as bare,
            _process("bot", "run", SLACK_API_URL=playground.api_url, **settings) as ours,
        ):
            playground.connect_http(ours)
            ada = playground.person("ada")
            sent = await ada.command("product", "/ragvsft", "help")
            command = urlencode({key: str(value) for key, value in sent.payload.items()})
            payload = await _review_submission(playground, ada)
            page = urlencode({"payload": json.dumps(payload)})
            for at_once in (1, 8):
                every = [
                    Series("bare Bolt, command", bare, command),
                    Series("ragvsft, command", ours, command),
                    Series("bare Bolt, submission", bare, page),
                    Series("ragvsft, submission", ours, page),
                ]
                await _measure(every, requests, at_once)
                _report(every, at_once)


def _report(every: list[Series], at_once: int) -> None:
    click.echo(f"{at_once} at a time, {len(every[0].seconds)} requests each")
    for series in every:
        base = every[0] if "command" in series.name else every[2]
        click.echo(
            f"  {series.name:<22} p50 {series.percentile(50):6.2f} ms"
            f"  p99 {series.percentile(99):6.2f} ms"
            f"  ratio p50 {series.percentile(50) / base.percentile(50):4.2f}"
            f"  p99 {series.percentile(99) / base.percentile(99):4.2f}"
        )


@click.command()
@click.option("--requests", default=1000, show_default=True, help="Requests of each kind.")
def main(requests: int) -> None:
    """Measure acks beside a bare Bolt app."""
    asyncio.run(_run(requests))


if __name__ == "__main__":
    main()
