"""Sample decisions: a button in App Home, where whoever runs the bot offers them."""

from collections.abc import AsyncIterator
from typing import Any, Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.background import BackgroundTasks
from bot.slack.home import HomeTab
from bot.slack.views.home import OFFERED, SAMPLES_FAILED
from bot.slackkit.ids import Action
from bot.slackkit.payloads import sender


class Samples(Protocol):
    """Sample decisions that can be loaded."""

    async def are_there(self) -> bool:
        """Return whether they, or some of them, are in the log."""
        ...

    def load(self) -> AsyncIterator[str]:
        """Load them, once however often this is called; yield what to say meanwhile."""
        ...


class SampleHandlers:
    """Loads sample decisions; App Home says how far that is."""

    def __init__(self, samples: Samples, homes: HomeTab, background: BackgroundTasks) -> None:
        """Make the listener of the button, and offer it where there are none."""
        self._samples = samples
        self._homes = homes
        self._background = background
        self._is_loading = False
        self._words = OFFERED
        homes.words_on_samples = self._said

    async def _said(self) -> str | None:
        words = self._words
        return None if words == OFFERED and await self._samples.are_there() else words

    async def load(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Load the samples, unless that is under way."""
        await ack()
        if not self._is_loading:
            self._is_loading = True
            self._background.begin(self._loading(body, client), body)

    async def _loading(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        try:
            async for words in self._samples.load():
                self._words = words
                await self._homes.open(client, sender(body))
        except Exception:
            self._words = SAMPLES_FAILED
            await self._homes.refresh(client, sender(body).workspace, sender(body).user)
            raise
        else:
            self._words = OFFERED
        finally:
            self._is_loading = False


def register(
    app: AsyncApp, samples: Samples | None, homes: HomeTab, background: BackgroundTasks
) -> None:
    """Attach the listener of the button where samples are offered."""
    if samples is not None:
        app.action(Action.LOAD_SAMPLES)(SampleHandlers(samples, homes, background).load)
