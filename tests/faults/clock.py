"""One clock for several processes: its offset is in a file that all of them map."""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.playground.movable_clock import MovableClock

_OFFSET = struct.Struct("d")


class SharedClock(MovableClock):
    """A movable clock that writes its offset to a file."""

    def __init__(self, path: Path) -> None:
        """Create the file at `path`."""
        path.write_bytes(_OFFSET.pack(0.0))
        self._mapped = _mapped(path, mmap.ACCESS_WRITE)
        super().__init__()
        self.subscribe(self._write)

    def _write(self) -> None:
        _OFFSET.pack_into(self._mapped, 0, self.offset.total_seconds())


class FollowingClock:
    """A clock that reads its offset from the file of a `SharedClock`."""

    def __init__(self, path: Path) -> None:
        """Map the file at `path`."""
        self._mapped = _mapped(path, mmap.ACCESS_READ)

    def now(self) -> datetime:
        """Return the shared clock's time, in UTC."""
        (seconds,) = _OFFSET.unpack_from(self._mapped, 0)
        return datetime.now(UTC) + timedelta(seconds=seconds)


def _mapped(path: Path, access: int) -> mmap.mmap:
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), _OFFSET.size, access=access)
