"""Where the decision log may live."""

from pathlib import Path

import pytest

from bot.disk import Mount, fleeting, mount_of, read_mounts, refusal

LOG = Path("/data/ragvsft.db")
ROOT = Mount(Path("/"), "ext4")
VOLUME = Mount(Path("/data"), "ext4")


@pytest.mark.parametrize(
    ("name", "platform"), [("DYNO", "Heroku"), ("K_SERVICE", "Cloud Run"), ("RENDER", "Render")]
)
def test_a_throwaway_disk_is_refused(name: str, platform: str) -> None:
    """On a platform that throws its disk away, the refusal names the platform and the ways out."""
    told = refusal(LOG, persistent=False, environ={name: "web.1"}, mounts=(ROOT,))
    assert told is not None
    assert told.startswith(platform)
    for way_out in (
        "volume on Fly",
        "disk on Render",
        "server of your own",
        "RAGVSFT_PERSISTENT=1",
    ):
        assert way_out in told


def test_the_operator_has_the_last_word_on_persistence() -> None:
    """Told that the path is persistent, a throwaway platform is believed to keep it."""
    assert refusal(LOG, persistent=True, environ={"DYNO": "web.1"}, mounts=(ROOT,)) is None


def test_a_volume_is_kept() -> None:
    """Where volumes outlive a restart, a path on one is fine; Heroku has none, so none helps."""
    mounts = (ROOT, VOLUME)
    assert refusal(LOG, persistent=False, environ={"FLY_APP_NAME": "x"}, mounts=mounts) is None
    assert refusal(LOG, persistent=False, environ={"DYNO": "web.1"}, mounts=mounts) is not None


def test_an_ordinary_machine_is_fine() -> None:
    """Nothing is said against a local disk of an ordinary machine."""
    assert refusal(LOG, persistent=False, environ={"DYNO": ""}, mounts=(ROOT,)) is None
    assert refusal(LOG, persistent=False, environ={}, mounts=()) is None


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"])
def test_a_network_disk_is_refused(kind: str) -> None:
    """SQLite over a network filesystem is refused even where the path is said to be persistent."""
    told = refusal(LOG, persistent=True, environ={}, mounts=(ROOT, Mount(Path("/data"), kind)))
    assert told is not None
    assert kind in told
    assert "local disk" in told


def test_the_deepest_and_latest_mount_counts() -> None:
    """A file lies on the deepest mount above it; a later one hides an earlier one."""
    hidden, shown = Mount(Path("/data"), "nfs"), Mount(Path("/data"), "ext4")
    assert mount_of(LOG, (hidden, shown, ROOT)) == shown
    assert mount_of(Path("/database/x.db"), (ROOT, shown)) == ROOT
    assert mount_of(LOG, ()) is None


def test_a_containers_own_layer_is_fleeting() -> None:
    """A container's layer and memory are told from a volume."""
    assert fleeting(LOG, (Mount(Path("/"), "overlay"),)) == "overlay"
    assert fleeting(LOG, (Mount(Path("/"), "overlay"), VOLUME)) is None


def test_the_table_of_mounts_is_read(tmp_path: Path) -> None:
    """The kernel's table is read with its escapes; a system without one has no mounts."""
    table = tmp_path / "mounts"
    table.write_text("/dev/sda / ext4 rw 0 0\nnas:/x /my\\040disk nfs4 rw 0 0\nbroken\n")
    assert read_mounts(table) == (ROOT, Mount(Path("/my disk"), "nfs4"))
    assert read_mounts(tmp_path / "none") == ()
