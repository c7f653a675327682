"""One clock for several processes: its offset stands in a file that all of them have mapped."""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.playground.movable_clock import MovableClock

_OFFSET = struct.Struct("d")


class SharedClock(MovableClock):
    """The clock of the one who moves it; where it stands is told through a file."""

    def __init__(self, path: Path) -> None:
        """Make a clock that is told through a new file at `path`."""
        path.write_bytes(_OFFSET.pack(0.0))
        self._told = _mapped(path, mmap.ACCESS_WRITE)
        super().__init__()
        self.subscribe(self._write)

    def _write(self) -> None:
        _OFFSET.pack_into(self._told, 0, self.offset.total_seconds())


class FollowingClock:
    """The clock of those who are told; fills the port `Clock`."""

    def __init__(self, path: Path) -> None:
        """Follow the clock that is told through the file at `path`."""
        self._told = _mapped(path, mmap.ACCESS_READ)

    def now(self) -> datetime:
        """Return the time by the clock that is followed, in UTC."""
        (seconds,) = _OFFSET.unpack_from(self._told, 0)
        return datetime.now(UTC) + timedelta(seconds=seconds)


def _mapped(path: Path, access: int) -> mmap.mmap:
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), _OFFSET.size, access=access)
