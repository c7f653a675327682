"""The button in the demo's App Home that loads sample decisions."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final

from slack_bolt.async_app import AsyncAck
from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ContextBlock, DividerBlock
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.app import BoltApp
from bot.slackkit.message import mrkdwn, plain
from bot.slackkit.payloads import sender

LOAD_SAMPLES: Final = "load_samples"
"""The button's action id."""
FAILED: Final = "Not all of the sample decisions could be made. Please try again in a minute."
_OFFER = "Sample decisions show what a team's past looks like. Only this demo offers them."


class SampleButton:
    """Offers to load samples where there are none, and shows the progress."""

    def __init__(
        self,
        slack: BoltApp,
        load: Callable[[], AsyncIterator[str]],
        loaded: Callable[[], Awaitable[bool]],
    ) -> None:
        """Add the button to App Home.

        Args:
            slack: the Bolt app of the running bot.
            load: loads the samples, and yields what to show meanwhile.
            loaded: returns whether any samples were loaded before.
        """
        self._slack = slack
        self._load = load
        self._loaded = loaded
        self._is_loading = False
        self._progress = ""
        slack.home.extra_blocks = self.blocks
        slack.app.action(LOAD_SAMPLES)(self.press)

    async def blocks(self) -> Sequence[Block]:
        """Return the end of the Home tab: progress, an offer, or nothing."""
        if not self._progress and await self._loaded():
            return []
        text = ContextBlock(elements=[mrkdwn(self._progress or _OFFER)])
        if self._progress not in {"", FAILED}:
            return [DividerBlock(), text]
        button = ButtonElement(
            action_id=LOAD_SAMPLES, text=plain("Load sample decisions"), value="all"
        )
        return [DividerBlock(), text, ActionsBlock(elements=[button])]

    async def press(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Load the samples, unless that is in progress."""
        await ack()
        if not self._is_loading:
            self._is_loading = True
            self._slack.background.start(self._load_all(body, client), body)

    async def _load_all(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        home, person = self._slack.home, sender(body)
        try:
            async for progress in self._load():
                self._progress = progress
                await home.publish(client, person)
        except Exception:
            self._progress = FAILED
            await home.refresh(client, person)
            raise
        else:
            self._progress = ""
        finally:
            self._is_loading = False
