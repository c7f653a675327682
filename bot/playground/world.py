"""Everything that the parts of the playground share: state, clock, who waits for a change."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime

from bot.playground.clock import MovableClock
from bot.playground.faults import Faults
from bot.playground.ids import Ids
from bot.playground.ledger import Ledger
from bot.playground.model import App, Channel, Message, Person, ResponseUrl, Trigger
from bot.playground.rates import Rates
from bot.playground.refused import Refused
from bot.playground.team import Team
from bot.playground.wire.sockets import Sockets
from bot.playground.wire.transport import Transport


class World:
    """The state of the playground and the news that it has changed."""

    def __init__(self, clock: MovableClock, app: App) -> None:
        self.clock = clock
        self.app = app
        self.ids = Ids()
        self.ledger = Ledger()
        self.rates = Rates()
        self.faults = Faults(clock, self.changed)
        self.teams: dict[str, Team] = {}
        sockets = Sockets(app.id, self.spawn, self.changed)
        self.transport = Transport(app, self.ledger, sockets, self.now)
        self.base_url = "http://127.0.0.1"
        self.version = 1
        self.is_closed = False
        self._waiting: set[asyncio.Event] = set()
        self._tasks: set[asyncio.Task[object]] = set()
        clock.subscribe(self.changed)

    def now(self) -> datetime:
        """The workspace's time."""
        return self.clock.now()

    def changed(self) -> None:
        """Something has changed: wake everybody who waits for it."""
        self.version += 1
        for event in self._waiting:
            event.set()

    async def wait_until(self, predicate: Callable[[], object], within: float | None) -> bool:
        """Wait until the predicate holds, looking at it after each change.

        Returns:
            Whether it held within that many real seconds (None: wait for ever).
        """
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(within):
                while not predicate():
                    await event.wait()
                    event.clear()
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(event)
        return True

    async def sleep_until(self, moment: datetime) -> None:
        """Wait for a time of the workspace's clock, also when the clock is moved there."""
        while not self.is_closed and (left := (moment - self.now()).total_seconds()) > 0:
            await self.wait_until(lambda: self.is_closed or self.now() >= moment, left)

    def spawn(self, work: Coroutine[object, object, object]) -> None:
        """Do some work apart from the request at hand."""
        task: asyncio.Task[object] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    @property
    def busy(self) -> bool:
        """Whether work goes on apart from requests, such as a retry that waits for its time."""
        return bool(self._tasks)

    def _done(self, task: "asyncio.Task[object]") -> None:
        self._tasks.discard(task)
        self.changed()

    async def close(self) -> None:
        """End the work under way and every stream."""
        self.is_closed = True
        self.changed()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.transport.sockets.close()

    def refuse(self, method: str, refused: Refused) -> None:
        """Write a refused request down, for the page and the tests."""
        self.ledger.refuse(method, refused, self.now())
        self.changed()

    def new_trigger(self, team: Team, person: Person, view_id: str | None = None) -> str:
        """A trigger_id for what a person has just done."""
        now = self.now()
        trigger = Trigger(self.ids.trigger(now), person.id, now, view_id)
        trigger.expired = self.faults.take("expire_trigger") is not None
        team.triggers[trigger.id] = trigger
        return trigger.id

    def new_response_url(
        self, team: Team, person: Person, channel: Channel, message: Message | None = None
    ) -> str:
        """A response_url for what a person has just done in a channel."""
        where = ResponseUrl(
            self.ids.secret("R"), person.id, channel.id, self.now(), message.ts if message else None
        )
        team.response_urls[where.id] = where
        return f"{self.base_url}/response/{team.id}/{where.id}"
