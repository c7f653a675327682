"""Whether the place of the decision log outlives a restart and locks as SQLite needs it to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

THROWAWAY: Final = {
    "DYNO": "Heroku",
    "K_SERVICE": "Cloud Run",
}
"""Set by platforms whose whole disk is new at every restart.

Sources: devcenter.heroku.com/articles/dynos (ephemeral filesystem, `DYNO`),
cloud.google.com/run/docs/container-contract (in-memory filesystem, `K_SERVICE`).
"""

THROWAWAY_ROOT: Final = {
    "FLY_APP_NAME": "Fly",
    "RENDER": "Render",
    "RAILWAY_ENVIRONMENT_NAME": "Railway",
}
"""Set by platforms that keep only what lies on an attached volume, mounted below the root.

Sources: fly.io/docs/volumes, render.com/docs/disks, docs.railway.com/reference/volumes.
"""

NETWORK: Final = frozenset(
    {
        "9p",
        "afs",
        "ceph",
        "cifs",
        "fuse.gcsfuse",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
    }
)
"""Filesystems over a network, on which SQLite's write-ahead log and locks do not hold.

Source: sqlite.org/wal.html (“WAL does not work over a network filesystem”).
"""

FLEETING: Final = frozenset({"overlay", "ramfs", "tmpfs"})
"""A container's own layer, or memory: gone with the container or at the next start."""


class Mount(NamedTuple):
    """A mounted filesystem."""

    point: Path
    kind: str


def read_mounts(table: Path = Path("/proc/mounts")) -> tuple[Mount, ...]:
    """Read what is mounted here; nothing where the system keeps no such table."""
    try:
        text = table.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ()
    rows = (line.split() for line in text.splitlines())
    return tuple(Mount(Path(_unescape(row[1])), row[2]) for row in rows if len(row) >= 3)


def mount_of(path: Path, mounts: tuple[Mount, ...]) -> Mount | None:
    """Find the filesystem a file lies on: the deepest mount above it, the latest of equals."""
    above = [mount for mount in mounts if path.is_relative_to(mount.point)]
    return max(reversed(above), key=lambda mount: len(mount.point.parts), default=None)


def refusal(
    path: Path, *, persistent: bool, environ: Mapping[str, str], mounts: tuple[Mount, ...]
) -> str | None:
    """Say why the decision log must not live here, with the ways out.

    Args:
        path: the database file, absolute.
        persistent: the operator has said that the path is persistent (`RAGVSFT_PERSISTENT`).
        environ: the environment, which tells the platform.
        mounts: from `read_mounts`.

    Returns:
        A sentence, or None where nothing is known against it.
    """
    mount = mount_of(path, mounts)
    if mount and mount.kind in NETWORK:
        return (
            f"{path} lies on a network filesystem ({mount.kind} at {mount.point}), where SQLite "
            "can lose or corrupt data: set DATABASE_URL to a path on a local disk."
        )
    platform = None if persistent else throwaway_platform(mount, environ)
    if platform is None:
        return None
    return (
        f"{platform} throws away the disk that holds {path}: at the next restart every decision "
        "would be gone. Attach persistent storage and set DATABASE_URL to a path on it (a volume "
        "on Fly or Railway, a disk on Render, or any server of your own). If this path already is "
        "on persistent storage, set RAGVSFT_PERSISTENT=1."
    )


def throwaway_platform(mount: Mount | None, environ: Mapping[str, str]) -> str | None:
    """Name the platform that will not keep a file on this mount, if it is one of those."""
    for name, platform in THROWAWAY.items():
        if environ.get(name):
            return platform
    on_volume = mount is not None and mount.point != Path("/")
    for name, platform in THROWAWAY_ROOT.items():
        if environ.get(name) and not on_volume:
            return platform
    return None


def fleeting(path: Path, mounts: tuple[Mount, ...]) -> str | None:
    """Name the kind of filesystem if the file would go with its container or with the power."""
    mount = mount_of(path, mounts)
    return mount.kind if mount and mount.kind in FLEETING else None


def _unescape(point: str) -> str:
    """Undo the octal escapes of /proc/mounts (see fstab(5))."""
    for escape, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(escape, character)
    return point
