"""Bots as processes: born quickly, one after the other or side by side, and killed."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Self

from tests.faults import bot

_IMPORTED = ["tests.faults.bot", "tests.faults.stage"]
_BIRTH_SECONDS = 120
ROOT = Path(__file__).parents[2]


class Life:
    """One process, from its start to its end.

    Attributes:
        port: where it listens.
        ended: set when the process has ended, however it did.
    """

    def __init__(self, process: ForkServerProcess) -> None:
        """Watch a process that was started; `born` does both."""
        self._process = process
        self.port = 0
        self.ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(process.sentinel, self._note_end)

    @classmethod
    async def born(
        cls, orders: bot.Orders, live: Callable[[bot.Orders, Connection], None] = bot.live
    ) -> Self:
        """Start a bot, and wait until it listens or has ended.

        It is forked from a server that has imported everything, which spares a second each time.

        Args:
            orders: what it is told.
            live: its life.

        Raises:
            TimeoutError: it did neither.
        """
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_IMPORTED)
        _ensure_forkserver()
        told, tell = context.Pipe(duplex=False)
        process = context.Process(target=live, args=(orders, tell), daemon=True)
        process.start()
        tell.close()
        life = cls(process)
        listening: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(told.fileno(), _settle, listening)
        try:
            async with asyncio.timeout(_BIRTH_SECONDS):
                await listening
            life.port = told.recv()
        except EOFError:  # it died on the way
            await life.ended.wait()
        finally:
            asyncio.get_running_loop().remove_reader(told.fileno())
            told.close()
        return life

    @property
    def crashed(self) -> bool:
        """Whether it has ended otherwise than by being killed, or told to stop."""
        return self._process.exitcode not in {None, 0, -signal.SIGKILL}

    @property
    def pid(self) -> int:
        """The process's id."""
        return int(self._process.pid or 0)

    def look(self) -> None:
        """Have it look for what is due."""
        self._signal(bot.LOOK)

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        self._signal(signal.SIGKILL)

    @property
    def is_halted(self) -> bool:
        """Whether it stands still, as SIGSTOP has it; the system says so in /proc."""
        about = Path(f"/proc/{self.pid}/stat").read_text()
        return about.rpartition(")")[2].split()[0] == "T"

    @property
    def is_drawing(self) -> bool:
        """Whether a process of its own draws a picture for it; the system says so in /proc."""
        threads = Path(f"/proc/{self.pid}/task").glob("*/children")
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended in the meantime
            return any(thread.read_text() for thread in threads)
        return False

    def go_on(self) -> None:
        """Let it go on after it stood still."""
        self._signal(signal.SIGCONT)

    async def stop(self) -> None:
        """Tell it to end, and wait until it has."""
        self._signal(signal.SIGTERM)
        await self.ended.wait()

    def _signal(self, number: signal.Signals) -> None:
        if (not self.ended.is_set() and self.port) or number is signal.SIGKILL:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def _note_end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._process.join()
        self.ended.set()


def _settle(waited_for: "asyncio.Future[None]") -> None:
    if not waited_for.done():
        waited_for.set_result(None)


def _ensure_forkserver() -> None:
    """Start the server that bots are forked from, where it finds this checkout."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(ROOT)
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
