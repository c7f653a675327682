"""Post a message with its image, or with a table instead of it.

The image is uploaded to no channel, so it stays private until the message shows it: an image block
shows any file that its sender can access, with the token that uploaded it
(https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object,
https://github.com/slackapi/bolt-python/issues/1018). No membership is needed.

Slack processes a file after the upload has returned, and rejects an image block that names it until
then: `invalid_blocks`, "invalid slack file"
(https://github.com/slackapi/java-slack-sdk/issues/1349,
https://github.com/slackapi/node-slack-sdk/issues/2040). Its maintainers advise to wait, or to call
`files.info`, which needs the scope `files:read`, the right to read all files. A rejected message
was not posted, so it is retried a few times instead.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.needs import NeedsPlot
from bot.slackkit.api_errors import FILE_NOT_READY, api_error_of
from bot.slackkit.message import Drawing, Message, Picture, with_picture

logger = structlog.get_logger(__name__)

Draw = Callable[[Drawing], bytes]
"""Draws a picture as a PNG."""
Result = TypeVar("Result")

SECONDS = 8.0
"""How long a message waits for its image, in total."""
PAUSES = (1.0, 2.0, 3.0)
"""Seconds between the attempts to post it, while Slack processes the file."""
AT_ONCE = 2
"""How many images are drawn at a time; each needs memory and a processor of its own."""


class Images:
    """Posts messages with their image; a message never fails because of its image."""

    def __init__(
        self, draw: Draw | None, seconds: float = SECONDS, pauses: tuple[float, ...] = PAUSES
    ) -> None:
        """Create it.

        Args:
            draw: draws an image, called on a thread; None for tables only.
            seconds: how long a message waits for its image.
            pauses: seconds to wait before each further attempt.
        """
        self._draw = draw
        self._seconds = seconds
        self._pauses = pauses
        self._stopping = asyncio.Event()
        self._drawing = asyncio.Semaphore(AT_ONCE)

    @property
    def draws(self) -> bool:
        """Whether images are drawn at all."""
        return self._draw is not None

    @property
    def is_busy(self) -> bool:
        """Whether another image would have to wait until it is drawn."""
        return self._drawing.locked()

    def stop(self) -> None:
        """Stop waiting for images: messages in progress are posted at once, with the table."""
        self._stopping.set()

    async def upload(self, client: AsyncWebClient, picture: Picture) -> str | None:
        """Draw and upload an image; return the id of its file, or None if that fails.

        Args:
            client: the client of the workspace in which the file will be shown.
            picture: what to draw.
        """
        if self._draw is None:
            return None
        until = asyncio.get_running_loop().time() + self._seconds
        return await self._in_time(self._uploaded(client, picture, self._draw), until)

    async def post(
        self,
        client: AsyncWebClient,
        message: Message,
        send: Callable[[Message], Awaitable[Result]],
        file: str | None = None,
    ) -> Result:
        """Post a message; return what `send` returns.

        Args:
            client: uploads the image; the client of the workspace that `send` posts to.
            message: what to post.
            send: posts a message. Never cancelled, and called again only after a rejection.
            file: the id of the uploaded image, if it is uploaded already.

        Raises:
            Exception: what `send` raises, except Slack's rejections of the image.
        """
        if message.picture is None:
            return await send(message)
        until = asyncio.get_running_loop().time() + self._seconds
        file = file or await self.upload(client, message.picture)
        if file is None:
            return await send(message)
        for pause in (*self._pauses, None):
            try:
                return await send(with_picture(message, file))
            except SlackApiError as error:
                if (refusal := api_error_of(error)).error not in FILE_NOT_READY:
                    raise
            if pause is None or not await self._paused(pause, until):
                break
        _note_missing(refusal.error)
        return await send(message)

    async def _uploaded(self, client: AsyncWebClient, picture: Picture, draw: Draw) -> str:
        """Draw and upload an image; return the id of its file."""
        async with self._drawing:
            content = await asyncio.to_thread(draw, picture.drawing)
        name = "Needs" if isinstance(picture.drawing, NeedsPlot) else "Trend"
        answer = await client.files_upload_v2(
            filename=f"{name.lower()}.png", title=name, content=content
        )
        return str(answer["files"][0]["id"])

    async def _in_time(self, work: Coroutine[Any, Any, Result], until: float) -> Result | None:
        """Return the result of a coroutine; None if it fails, takes too long, or on `stop`."""
        task, stop = asyncio.create_task(work), asyncio.create_task(self._stopping.wait())
        left = until - asyncio.get_running_loop().time()
        try:
            await asyncio.wait({task, stop}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            unfinished = task.cancel()
        if unfinished:
            _note_missing("no time")
            return None
        if error := task.exception():
            _note_missing(_reason(error))
            return None
        return task.result()

    async def _paused(self, seconds: float, until: float) -> bool:
        """Wait; return whether time is left and `stop` was not called."""
        left = until - asyncio.get_running_loop().time()
        if seconds >= left:
            return False
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return True
        return False


def _note_missing(reason: str) -> None:
    logger.warning("a message is posted without its image", reason=reason)


def _reason(error: BaseException) -> str:
    if isinstance(error, SlackApiError):
        return api_error_of(error).error or f"status_{api_error_of(error).status}"
    return str(error) if isinstance(error, ValueError) else type(error).__name__
