"""The check of the disk on which the database file is stored."""

from pathlib import Path

import pytest

from bot.disk import Mount, is_ephemeral, mount_of, read_mounts, storage_problem

LOG = Path("/data/ragvsft.db")
ROOT = Mount(Path("/"), "ext4")
VOLUME = Mount(Path("/data"), "ext4")


@pytest.mark.parametrize(
    ("name", "platform"), [("DYNO", "Heroku"), ("K_SERVICE", "Cloud Run"), ("RENDER", "Render")]
)
def test_an_ephemeral_disk_is_refused(name: str, platform: str) -> None:
    """On a platform that discards its disk, the problem names the platform and the remedies."""
    problem = storage_problem(LOG, persistent=False, environ={name: "web.1"}, mounts=(ROOT,))
    assert problem is not None
    assert problem.startswith(platform)
    for remedy in (
        "volume on Fly",
        "disk on Render",
        "PostgreSQL",
        "RAGVSFT_PERSISTENT=1",
    ):
        assert remedy in problem


def test_the_operator_overrides_the_platform() -> None:
    """RAGVSFT_PERSISTENT overrides the list of platforms."""
    assert storage_problem(LOG, persistent=True, environ={"DYNO": "web.1"}, mounts=(ROOT,)) is None


def test_a_volume_is_persistent() -> None:
    """A path on a volume is accepted on Fly; Heroku has no volumes."""
    mounts = (ROOT, VOLUME)
    assert (
        storage_problem(LOG, persistent=False, environ={"FLY_APP_NAME": "x"}, mounts=mounts) is None
    )
    assert (
        storage_problem(LOG, persistent=False, environ={"DYNO": "web.1"}, mounts=mounts) is not None
    )


def test_a_local_disk_is_accepted() -> None:
    """A local disk has no problem."""
    assert storage_problem(LOG, persistent=False, environ={"DYNO": ""}, mounts=(ROOT,)) is None
    assert storage_problem(LOG, persistent=False, environ={}, mounts=()) is None


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"])
def test_a_network_disk_is_refused(kind: str) -> None:
    """A network filesystem is refused even if the path is declared persistent."""
    problem = storage_problem(
        LOG, persistent=True, environ={}, mounts=(ROOT, Mount(Path("/data"), kind))
    )
    assert problem is not None
    assert kind in problem
    assert "local disk" in problem


def test_the_deepest_and_latest_mount_counts() -> None:
    """A file lies on the deepest mount above it; a later one hides an earlier one."""
    hidden, shown = Mount(Path("/data"), "nfs"), Mount(Path("/data"), "ext4")
    assert mount_of(LOG, (hidden, shown, ROOT)) == shown
    assert mount_of(Path("/database/x.db"), (ROOT, shown)) == ROOT
    assert mount_of(LOG, ()) is None


def test_a_containers_layer_is_ephemeral() -> None:
    """A container's writable layer is ephemeral; a volume is not."""
    assert is_ephemeral(mount_of(LOG, (Mount(Path("/"), "overlay"),)))
    assert not is_ephemeral(mount_of(LOG, (Mount(Path("/"), "overlay"), VOLUME)))


def test_the_mount_table_is_parsed(tmp_path: Path) -> None:
    """The kernel's table is decoded; a system without one has no mounts."""
    table = tmp_path / "mounts"
    table.write_text("/dev/sda / ext4 rw 0 0\nnas:/x /my\\040disk nfs4 rw 0 0\nbroken\n")
    assert read_mounts(table) == (ROOT, Mount(Path("/my disk"), "nfs4"))
    assert read_mounts(tmp_path / "none") == ()
