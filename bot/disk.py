"""Whether the disk of the database file survives a restart and supports SQLite's locks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

EPHEMERAL_PLATFORMS: Final = {
    "DYNO": "Heroku",
    "K_SERVICE": "Cloud Run",
}
"""Variables set by platforms that discard the whole disk at every restart.

Sources: devcenter.heroku.com/articles/dynos (ephemeral filesystem, `DYNO`),
cloud.google.com/run/docs/container-contract (in-memory filesystem, `K_SERVICE`).
"""

EPHEMERAL_ROOT: Final = {
    "FLY_APP_NAME": "Fly",
    "RENDER": "Render",
    "RAILWAY_ENVIRONMENT_NAME": "Railway",
}
"""Variables set by platforms that keep only attached volumes, mounted below the root.

Sources: fly.io/docs/volumes, render.com/docs/disks, docs.railway.com/reference/volumes.
"""

NETWORK_FILESYSTEMS: Final = frozenset(
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
"""Network filesystems, on which SQLite's write-ahead log and locks do not work.

Source: sqlite.org/wal.html (“WAL does not work over a network filesystem”).
"""

EPHEMERAL_FILESYSTEMS: Final = frozenset({"overlay", "ramfs", "tmpfs"})
"""A container's writable layer, or memory."""


class Mount(NamedTuple):
    """A mounted filesystem."""

    point: Path
    kind: str


def read_mounts(table: Path = Path("/proc/self/mounts")) -> tuple[Mount, ...]:
    """Return the mounted filesystems; none on a system without /proc."""
    try:
        text = table.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ()
    rows = (line.split() for line in text.splitlines())
    return tuple(Mount(Path(_unescape(row[1])), row[2]) for row in rows if len(row) >= 3)


def mount_of(path: Path, mounts: tuple[Mount, ...]) -> Mount | None:
    """Return the filesystem that holds a file: the deepest mount above it, the latest of equals."""
    above = [mount for mount in mounts if path.is_relative_to(mount.point)]
    return max(reversed(above), key=lambda mount: len(mount.point.parts), default=None)


def storage_problem(
    path: Path, *, persistent: bool, environ: Mapping[str, str], mounts: tuple[Mount, ...]
) -> str | None:
    """Return why the database must not be stored at a path, with the remedies.

    Args:
        path: the database file, absolute.
        persistent: the operator declares the path persistent (`RAGVSFT_PERSISTENT`).
        environ: environment variables, by which the platform is recognised.
        mounts: from `read_mounts`.

    Returns:
        A sentence, or None if no problem is known.
    """
    mount = mount_of(path, mounts)
    if mount and mount.kind in NETWORK_FILESYSTEMS:
        return (
            f"{path} is on a network filesystem ({mount.kind} at {mount.point}), where SQLite "
            "can lose or corrupt data: set DATABASE_URL to a path on a local disk."
        )
    platform = None if persistent else _ephemeral_platform(mount, environ)
    if platform is None:
        return None
    return (
        f"{platform} discards the disk that holds {path} at every restart, and all decisions with "
        "it: set DATABASE_URL to a PostgreSQL database (postgresql://…), or to a path on "
        "persistent storage (a volume on Fly or Railway, a disk on Render). If the path is already "
        "on persistent storage, set RAGVSFT_PERSISTENT=1."
    )


def _ephemeral_platform(mount: Mount | None, environ: Mapping[str, str]) -> str | None:
    """Return the name of the platform if it discards files on this mount."""
    for name, platform in EPHEMERAL_PLATFORMS.items():
        if environ.get(name):
            return platform
    on_volume = mount is not None and mount.point != Path("/")
    for name, platform in EPHEMERAL_ROOT.items():
        if environ.get(name) and not on_volume:
            return platform
    return None


def is_ephemeral(mount: Mount | None) -> bool:
    """Return whether files on a mount are lost with the container or at a restart."""
    return mount is not None and mount.kind in EPHEMERAL_FILESYSTEMS


def _unescape(point: str) -> str:
    """Decode the octal escapes of /proc/mounts (see fstab(5))."""
    for escape, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(escape, character)
    return point
