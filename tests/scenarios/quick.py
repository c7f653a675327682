"""A workspace whose clock is moved past the second that the bot leaves between two posts."""

import asyncio
from collections.abc import Callable

from bot.outbox.store import PACE, SqliteOutbox
from bot.playground import Playground

WITHIN = 60.0
"""Real seconds within which whatever is waited for comes, on a machine that does much else."""
GLANCE = 0.02
"""Real seconds between two looks at what is paced; a change in the workspace is seen at once."""


class QuickPlayground(Playground):
    """Waits as any workspace does, but not in real time for posts that the bot only paces.

    What waits for longer than a pace (a back-off, a quarantine, a review) is left alone: a
    scenario moves the clock there itself.
    """

    outbox: SqliteOutbox | None = None

    async def until(self, predicate: Callable[[], object], within: float = WITHIN) -> None:
        """Wait until something holds in the workspace.

        Raises:
            AssertionError: it did not within that many real seconds; says what is there instead.
        """
        try:
            async with asyncio.timeout(within):
                while not await self.slack.wait_until(predicate, GLANCE):
                    await self._pass_the_pace()
        except TimeoutError:
            raise AssertionError(f"did not happen within {within} s.\n{self.dump()}") from None

    async def _pass_the_pace(self) -> None:
        due = await self.outbox.next_due() if self.outbox else None
        if due is not None and due - PACE <= self.clock.now() < due:
            self.clock.move_to(due)
