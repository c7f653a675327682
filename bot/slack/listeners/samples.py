"""Sample decisions: a button in App Home, where whoever runs the bot offers them."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errands import Errands
from bot.slack.homes import Homes
from bot.slack.ids import Action
from bot.slack.payloads import who
from bot.slack.views.home import SAMPLES_FAILED

LoadSamples = Callable[[], AsyncIterator[str]]
"""Loads sample decisions, once however often it is called; yields what to say meanwhile."""


class SampleListeners:
    """Loads sample decisions; App Home says how far that is."""

    def __init__(self, load: LoadSamples, homes: Homes, errands: Errands) -> None:
        """Make the listener of the button, and offer it."""
        self._load = load
        self._homes = homes
        self._errands = errands
        self._is_loading = False
        homes.samples = ""

    async def load(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Load the samples, unless that is under way."""
        await ack()
        if not self._is_loading:
            self._is_loading = True
            self._errands.begin(self._loading(body, client), body)

    async def _loading(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        try:
            async for words in self._load():
                self._homes.samples = words
                await self._homes.open(client, who(body))
        except Exception:
            self._homes.samples = SAMPLES_FAILED
            await self._homes.refresh(client, who(body).workspace, who(body).user)
            raise
        finally:
            self._is_loading = False


def register(app: AsyncApp, load: LoadSamples | None, homes: Homes, errands: Errands) -> None:
    """Attach the listener of the button where samples are offered."""
    if load is not None:
        app.action(Action.LOAD_SAMPLES)(SampleListeners(load, homes, errands).load)
