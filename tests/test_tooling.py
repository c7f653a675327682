"""What installs ragvsft: dependencies, locks, make and the wheel."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot.cli import COMMANDS
from bot.settings import NAMES

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
UNBOUNDED = {"tzdata", "types-pyyaml"}
"""Data and stubs, whose newest version is always right."""

RUN = [
    *PYPROJECT["project"]["dependencies"],
    *PYPROJECT["project"]["optional-dependencies"]["postgres"],
]
DEV = [*RUN, *PYPROJECT["dependency-groups"]["dev"]]
BENCH = [*DEV, *PYPROJECT["dependency-groups"]["bench"]]
LOCKS = {
    "requirements.txt": RUN,
    "requirements-dev.txt": DEV,
    "requirements-bench.txt": BENCH,
}


def locked(name: str) -> dict[str, set[str]]:
    """Return the versions that a lock pins for each package, one or more per Python version."""
    pins: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        pin = re.match(r"([\w.-]+)==([\w.]+)", line)
        if pin:
            pins.setdefault(canonicalize_name(pin[1]), set()).add(pin[2])
    return pins


@pytest.mark.parametrize("line", BENCH)
def test_every_dependency_has_an_upper_bound(line: str) -> None:
    """No dependency can move to an untested major version."""
    requirement = Requirement(line)
    bounds = [part for part in requirement.specifier if part.operator in {"<", "<=", "=="}]
    assert bounds or canonicalize_name(requirement.name) in UNBOUNDED


@pytest.mark.parametrize("name", LOCKS)
def test_locks_are_up_to_date(name: str) -> None:
    """Each lock pins its dependencies at versions that pyproject.toml allows."""
    pins = locked(name)
    for requirement in map(Requirement, LOCKS[name]):
        versions = pins.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is not in {name}: run `make lock`"
        assert all(requirement.specifier.contains(version) for version in versions)


@pytest.mark.parametrize("name", LOCKS)
def test_locks_have_hashes(name: str) -> None:
    """Every pinned package has hashes."""
    text = (ROOT / name).read_text(encoding="utf-8")
    pinned = re.findall(r"^[\w.-]+==[^\n]*", text, re.MULTILINE)
    hashed = re.findall(r"^[\w.-]+==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(pinned) == len(hashed) > 30


def test_locks_agree() -> None:
    """All locks have the same versions of the packages they share."""
    run, dev, bench = (locked(name) for name in LOCKS)
    assert {name: dev[name] for name in run} == run
    assert {name: bench[name] for name in dev} == dev


def test_make_lists_its_commands() -> None:
    """`make` alone lists every command with a summary."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    listing = subprocess.run([make], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("demo", "run", "test", "lint", "types", "bench", "screenshots", "lock", "help"):
        assert re.search(rf"^  make {target} +\w", listing, re.MULTILINE)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """The wheel, built from the checkout without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(folder))
    return ZipFile(path)


def test_the_wheel_holds_the_package_and_the_playbooks(wheel: ZipFile) -> None:
    """Code, page, font, schema and playbooks travel in the wheel; nothing else does."""
    folders = {"bot": ROOT / "bot", "bot/rules": ROOT / "rules"}
    expected = {
        f"{name}/{path.relative_to(folder).as_posix()}"
        for name, folder in folders.items()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == expected
    assert {"bot/rules/ragvsft/rules.yml", "bot/playground/page/index.html"} <= packed


def test_the_wheel_finds_its_playbooks_from_any_folder(wheel: ZipFile, tmp_path: Path) -> None:
    """Without a setting, a program outside a checkout uses the playbooks in the package."""
    site, empty = tmp_path / "site", tmp_path / "empty"
    wheel.extractall(site)
    empty.mkdir()
    environ = {name: value for name, value in os.environ.items() if name != "RAGVSFT_RULES"}
    result = subprocess.run(
        [sys.executable, "-m", "bot", "rules", "questions", "--playbook=hosting"],
        cwd=empty,
        env=environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "(hosting " in result.stdout.splitlines()[0]


def _deployed(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _environments() -> dict[str, set[str]]:
    """Return the variables that each deployment sets for the bot."""
    compose = yaml.safe_load(_deployed("compose.yaml"))["services"]["bot"]
    pod = next(yaml.safe_load_all(_deployed("deploy/kubernetes.yml")))["spec"]["template"]["spec"]
    unit = re.findall(r"^Environment=(.*)", _deployed("deploy/ragvsft.service"), re.MULTILINE)
    image = re.findall(r"(?:^ENV|^) +([A-Z_]+)=", _deployed("Dockerfile"), re.MULTILINE)
    return {
        "compose": set(compose["environment"]),
        "kubernetes": {each["name"] for each in pod["containers"][0]["env"]},
        "systemd": {each.partition("=")[0] for line in unit for each in line.split()},
        "image": set(image),
    }


@pytest.mark.parametrize("way", ["compose", "kubernetes", "systemd", "image"])
def test_deployments_set_what_is_a_setting(way: str) -> None:
    """A deployment sets settings of the bot, or variables of libpq, Python and the shell."""
    others = {"PATH", "PGPASSWORD", "PYTHONUNBUFFERED"}
    found = _environments()[way]
    assert found & NAMES
    assert found - NAMES <= others


def test_the_image_gets_what_it_copies() -> None:
    """`.dockerignore` lets through what the Dockerfile copies, and nothing else."""
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", _deployed("Dockerfile"), re.MULTILINE)
    allowed = re.findall(r"^!(.+)", _deployed(".dockerignore"), re.MULTILINE)
    assert {name for line in copied for name in line.split()} == set(allowed)
    assert all((ROOT / name).exists() for name in allowed)


def test_the_image_does_not_run_as_root() -> None:
    """The last user of the image is a number other than 0, as Kubernetes requires."""
    users = re.findall(r"^USER (\d+):\d+$", _deployed("Dockerfile"), re.MULTILINE)
    pod = next(yaml.safe_load_all(_deployed("deploy/kubernetes.yml")))["spec"]["template"]["spec"]
    assert int(users[-1]) == pod["securityContext"]["runAsUser"] > 0


def test_the_procfile_runs_commands() -> None:
    """Each process of the Procfile is a command of the program."""
    lines = [line.split(": python -m bot ") for line in _deployed("Procfile").splitlines()]
    assert [name for name, _ in lines] == ["release", "web"]
    assert {command for _, command in lines} <= set(COMMANDS)
