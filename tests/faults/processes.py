"""Bot processes: started from a fork server, signalled and killed."""

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

from tests.faults import bot_main

_PRELOADED = ["tests.faults.bot_main", "tests.faults.harness"]
_START_TIMEOUT = 120
ROOT = Path(__file__).parents[2]


class BotProcess:
    """A bot in a child process.

    Attributes:
        port: the port that it listens on; 0 if it ended before it listened.
        ended: set when the process has ended.
    """

    def __init__(self, process: ForkServerProcess) -> None:
        """Watch a running process; use `start` to start one."""
        self._process = process
        self.port = 0
        self.ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(process.sentinel, self._note_end)

    @classmethod
    async def start(
        cls,
        config: bot_main.BotConfig,
        target: Callable[[bot_main.BotConfig, Connection], None] = bot_main.run_bot,
    ) -> Self:
        """Start a bot, and wait until it listens or has ended.

        It is forked from a server with all modules imported, which saves a second per start.

        Args:
            config: the bot's configuration.
            target: the function that the process runs.

        Raises:
            TimeoutError: it neither listened nor ended in time.
        """
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOADED)
        _ensure_forkserver()
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=target, args=(config, sender), daemon=True)
        process.start()
        sender.close()
        bot = cls(process)
        listening: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(receiver.fileno(), _resolve, listening)
        try:
            async with asyncio.timeout(_START_TIMEOUT):
                await listening
            bot.port = receiver.recv()
        except EOFError:  # it ended before it listened
            await bot.ended.wait()
        finally:
            asyncio.get_running_loop().remove_reader(receiver.fileno())
            receiver.close()
        return bot

    @property
    def crashed(self) -> bool:
        """Whether it ended on its own: neither by SIGKILL nor with exit status 0."""
        return self._process.exitcode not in {None, 0, -signal.SIGKILL}

    @property
    def pid(self) -> int:
        """The process id."""
        return int(self._process.pid or 0)

    def check_due(self) -> None:
        """Make it check what is due, after the clock has moved."""
        self._signal(bot_main.CHECK_DUE)

    def kill(self) -> None:
        """Send SIGKILL."""
        self._signal(signal.SIGKILL)

    @property
    def is_stopped(self) -> bool:
        """Whether SIGSTOP has stopped it, according to /proc."""
        return _state_of(self.pid) == "T"

    @property
    def is_rendering(self) -> bool:
        """Whether a child process computes, which renders a chart, according to /proc.

        One that waits for the next chart sleeps.
        """
        children: list[str] = []
        for thread in Path(f"/proc/{self.pid}/task").glob("*/children"):
            with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                children += thread.read_text().split()
        return any(_state_of(int(child)) in {"R", "D"} for child in children)

    def resume(self) -> None:
        """Send SIGCONT."""
        self._signal(signal.SIGCONT)

    async def stop(self) -> None:
        """Send SIGTERM and wait until it has ended."""
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


def _resolve(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)


def _ensure_forkserver() -> None:
    """Start the fork server with this checkout on its import path."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(ROOT)
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def _state_of(pid: int) -> str | None:
    """Return the letter of /proc for the state of a process; None if it has ended.

    Source: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    """
    with suppress(FileNotFoundError, ProcessLookupError):
        stat = Path(f"/proc/{pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0]
    return None
