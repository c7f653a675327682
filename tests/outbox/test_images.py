"""Posting a message with its chart, and without it if the upload fails."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.decisions.trend import Trend
from bot.outbox.images import Images
from bot.playground import Playground, serving
from bot.slackkit.message import Drawing, Message, Picture, TrendPlot, with_picture

WITHIN = 60.0
PNG = b"\x89PNG a picture"
CELL = {"type": "raw_text", "text": "1"}
TREND = Trend((date(2026, 11, 16),), {"rag": (1,)})
DIGEST = Message(
    "The week",
    [{"type": "divider"}, {"type": "table", "rows": [[CELL]]}, {"type": "divider"}],
    Picture(TrendPlot(TREND, {"rag": "RAG"}), "One decision: RAG.", 1),
)


@pytest.fixture
async def slack() -> AsyncIterator[Playground]:
    """A fake workspace; at the end it must have no violations."""
    playground = Playground()
    async with serving(playground):
        yield playground
    assert playground.violations == []


@pytest.fixture
def client(slack: Playground) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


def drawn(_drawing: Drawing) -> bytes:
    return PNG


async def post(
    client: AsyncWebClient,
    pictures: Images,
    message: Message = DIGEST,
    channel: str = "C0PRODUCT",
) -> None:
    """Post a message as the worker does."""

    async def send(each: Message) -> Any:
        return await client.chat_postMessage(channel=channel, text=each.text, blocks=each.blocks)

    async with asyncio.timeout(WITHIN):
        await pictures.post(client, message, send)


def posted(slack: Playground) -> list[list[str]]:
    """Return the block types of each posted message."""
    messages = slack.messages("product")
    return [[block["type"] for block in message.blocks] for message in messages if message.by_app]


def tries(slack: Playground) -> int:
    return len([call for call in slack.calls if call.method == "chat.postMessage"])


async def test_the_picture_takes_the_place_of_the_table(
    slack: Playground, client: AsyncWebClient
) -> None:
    """The message shows the chart with an alternative text."""
    await post(client, Images(drawn))
    assert posted(slack) == [["divider", "image", "divider"]]
    image = slack.messages("product")[-1].blocks[1]
    assert image["alt_text"] == "One decision: RAG."
    file = slack.workspace.files[image["slack_file"]["id"]]
    assert (file.content, file.mimetype, file.shared_in) == (PNG, "image/png", {"C0PRODUCT"})


async def test_no_drawing_on_the_loop(slack: Playground, client: AsyncWebClient) -> None:
    """Drawing does not block the event loop."""
    threads = []

    def noting(_drawing: Drawing) -> bytes:
        threads.append(threading.get_ident())
        return PNG

    await post(client, Images(noting))
    assert threads != [threading.get_ident()]
    assert posted(slack) == [["divider", "image", "divider"]]


async def test_a_message_without_a_picture_is_posted_as_it_is(
    slack: Playground, client: AsyncWebClient
) -> None:
    """Without a chart, or without a renderer, nothing is uploaded."""
    await post(client, Images(drawn), replace(DIGEST, picture=None))
    await post(client, Images(None))
    assert posted(slack) == [["divider", "table", "divider"]] * 2
    assert {call.method for call in slack.calls} == {"chat.postMessage"}


TROUBLES: dict[str, Callable[[Playground], object]] = {
    "no scope": lambda slack: slack.faults.add("refused", "files.*", error="missing_scope"),
    "too many": lambda slack: slack.faults.add("rate_limited", "files.*", 30),
    "fails": lambda slack: slack.faults.add("server_error", "files.getUploadURLExternal"),
    "fails at the end": lambda slack: slack.faults.add(
        "server_error", "files.completeUploadExternal"
    ),
    "lost": lambda slack: slack.faults.add("drop_before", "files.*"),
    "lost after": lambda slack: slack.faults.add("drop_after", "files.completeUploadExternal"),
    "storage fails": lambda slack: slack.faults.add("server_error", "upload"),
    "never ready": lambda slack: slack.faults.add("file_not_ready"),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
async def test_without_its_picture_a_digest_goes_out_with_the_table(
    slack: Playground, client: AsyncWebClient, trouble: Callable[[Playground], object]
) -> None:
    """If the upload fails, the message is posted once with the table, and one line is logged."""
    trouble(slack)
    with capture_logs() as lines:
        await post(client, Images(drawn, pauses=(0.0,)))
    assert posted(slack) == [["divider", "table", "divider"]]
    assert [line["event"] for line in lines] == ["a message is posted without its image"]


async def test_a_failed_chart_is_left_out(slack: Playground, client: AsyncWebClient) -> None:
    """If drawing fails, the table is posted, and the reason is logged."""

    def failing(_drawing: Drawing) -> bytes:
        raise ValueError("the font has no THAI CHARACTER KO KAI")

    with capture_logs() as lines:
        await post(client, Images(failing))
    assert posted(slack) == [["divider", "table", "divider"]]
    assert [line["reason"] for line in lines] == ["the font has no THAI CHARACTER KO KAI"]


async def test_a_file_that_slack_still_looks_over_is_waited_for(
    slack: Playground, client: AsyncWebClient
) -> None:
    """While Slack processes the file it rejects the message; a retry posts it once, with chart."""
    slack.faults.add("file_not_ready", count=2)
    await post(client, Images(drawn, pauses=(0.0, 0.0, 0.0)))
    assert posted(slack) == [["divider", "image", "divider"]]
    assert tries(slack) == 3


async def test_there_is_an_end_to_waiting(slack: Playground, client: AsyncWebClient) -> None:
    """After the time limit the message is posted at once with the table."""
    slack.faults.add("file_not_ready")
    await post(client, Images(drawn, seconds=WITHIN, pauses=(WITHIN,)))
    assert posted(slack) == [["divider", "table", "divider"]]
    assert tries(slack) == 2


class SlowPen:
    """A renderer that blocks until it is released."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.may = threading.Event()

    def draw(self, _drawing: Drawing) -> bytes:
        self.begun.set()
        self.may.wait(WITHIN)
        return PNG


async def test_a_slow_picture_holds_nothing_up(slack: Playground, client: AsyncWebClient) -> None:
    """A message waits for its chart up to a time limit."""
    pen = SlowPen()
    await post(client, Images(pen.draw, seconds=0.05))
    pen.may.set()
    assert posted(slack) == [["divider", "table", "divider"]]


async def test_two_charts_are_drawn_at_a_time(slack: Playground, client: AsyncWebClient) -> None:
    """Charts are drawn two at a time, however many digests are sent."""
    drawing, most = [0], [0]
    both = threading.Barrier(2, timeout=WITHIN)

    def draw(_drawing: Drawing) -> bytes:
        drawing[0] += 1
        most[0] = max(most[0], drawing[0])
        both.wait()
        drawing[0] -= 1
        return PNG

    pictures = Images(draw)
    await asyncio.gather(*(post(client, pictures) for _ in range(4)))
    assert most == [2]
    assert not pictures.is_busy


async def test_stopping_waits_for_no_picture(slack: Playground, client: AsyncWebClient) -> None:
    """On shutdown the message in progress is posted at once with the table."""
    pen = SlowPen()
    pictures = Images(pen.draw)
    under_way = asyncio.create_task(post(client, pictures))
    await asyncio.to_thread(pen.begun.wait, WITHIN)
    pictures.stop()
    await under_way
    pen.may.set()
    assert posted(slack) == [["divider", "table", "divider"]]


async def test_stopping_waits_for_no_upload(slack: Playground, client: AsyncWebClient) -> None:
    """On shutdown a hanging upload is cancelled, and no other one starts."""
    slack.faults.add("latency", "files.*", seconds=2 * WITHIN)
    pictures, loop = Images(drawn, seconds=WITHIN), asyncio.get_running_loop()
    under_way = asyncio.create_task(post(client, pictures))
    await slack.until(lambda: bool(slack.calls), within=WITHIN)
    told = loop.time()
    pictures.stop()
    await under_way
    await post(client, pictures)
    assert loop.time() - told < WITHIN / 2
    assert posted(slack) == [["divider", "table", "divider"]] * 2


async def test_other_refusals_are_the_sender_s(slack: Playground, client: AsyncWebClient) -> None:
    """An error that is not about the image is not retried without it."""
    slack.channel("product").is_archived = True
    with pytest.raises(SlackApiError, match="is_archived"):
        await post(client, Images(drawn))
    assert tries(slack) == 1


def test_words_for_a_picture_are_cut_to_what_slack_takes() -> None:
    """The alternative text is truncated to Slack's limit; the other blocks keep their order."""
    long = replace(DIGEST, picture=Picture(TrendPlot(TREND, {}), "x" * 5000, 1))
    shown = with_picture(long, "F0123456789")
    assert [block["type"] for block in shown.blocks] == ["divider", "image", "divider"]
    assert len(shown.blocks[1]["alt_text"]) == 2000
    assert with_picture(shown, "F0OTHER") == shown
