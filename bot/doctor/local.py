"""Checks of this machine: settings, playbooks, database and port."""

import errno
import os
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Final

from bot.catalog import PlaybookCatalog
from bot.decisions.ports import Clock
from bot.disk import Mount, is_ephemeral, mount_of, storage_problem
from bot.doctor.results import CheckResult, ok, problem, warning
from bot.playbooks.loader import NoPlaybookError, PlaybookError, folders, load
from bot.settings import Settings, check_values, missing, misspelt
from bot.storage.connection import DatabaseUnusable, PostgresUrl
from bot.storage.database import Database
from bot.storage.maintenance.inspection import Inspection, inspect
from bot.storage.running_bots import differing, playbooks_in_use, playbooks_of_bots

SETTINGS: Final = "Settings"
PLAYBOOKS: Final = "Playbooks"
DATABASE: Final = "Database"
PORT: Final = "Port"


def check_settings(values: Mapping[str, str]) -> Iterator[CheckResult]:
    """Yield what is missing, malformed or misspelt, or the mode in which the bot will run."""
    settings, malformed = check_values(values)
    absent = missing(values)
    for sentence in (*absent, *malformed):
        yield problem(SETTINGS, sentence)
    for sentence in misspelt(values):
        yield warning(SETTINGS, sentence, "it has no effect")
    if settings and not absent:
        installs = "many workspaces by OAuth" if settings.many_workspaces else "one workspace"
        transport = "Socket Mode" if settings.socket_mode else "HTTP"
        yield ok(SETTINGS, f"complete: {installs}, over {transport}, with {settings.command}")


def check_playbooks(folder: Path) -> Iterator[CheckResult]:
    """Load every playbook in a folder, or the folder itself if it is one."""
    try:
        found = folders(folder)
    except NoPlaybookError:
        yield problem(
            PLAYBOOKS,
            f"no playbook in {folder.absolute()}",
            "correct RAGVSFT_RULES, or leave it out to use the playbooks that ship with ragvsft",
        )
        return
    for each in found:
        try:
            playbook = load(each)
        except PlaybookError as error:
            first, *others = error.problems
            more = f" (and {len(others)} more)" if others else ""
            yield problem(
                PLAYBOOKS,
                f"{each}: {first}{more}",
                f"`ragvsft rules check {each}` lists all errors",
            )
        else:
            yield ok(
                PLAYBOOKS,
                f"{playbook.id}: {len(playbook.questions)} questions, {len(playbook.rules)} rules, "
                f"from {each.absolute()}",
            )


def check_database(
    settings: Settings, environ: Mapping[str, str], mounts: tuple[Mount, ...]
) -> Iterator[CheckResult]:
    """Check the database, or the path where it will be created, without creating it."""
    if isinstance(settings.database, PostgresUrl):
        yield _check_server(settings.database)
        return
    path = settings.database.absolute()
    yield from _check_disk(path, settings, environ, mounts)
    if path.is_file():
        yield _check_file(path)
    else:
        yield _check_folder(path)


async def check_running_bots(settings: Settings, clock: Clock) -> AsyncIterator[CheckResult]:
    """Compare the playbooks of this machine with those of the bots on the database.

    Yields:
        Nothing if either cannot be read: other checks report that.
    """
    if isinstance(settings.database, Path) and not settings.database.is_file():
        return
    try:
        own = playbooks_in_use(PlaybookCatalog(settings.rules))
        database = await Database(settings.database).open_existing()
    except (DatabaseUnusable, NoPlaybookError, PlaybookError):
        return
    try:
        running = await database.read(lambda db: playbooks_of_bots(db, clock.now()))
    finally:
        await database.close()
    for sentence in differing(own, running):
        what, _, remedy = sentence.partition(": ")
        yield warning(PLAYBOOKS, what, remedy)


def check_port(host: str, port: int) -> CheckResult:
    """Check whether a server could listen on an address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(1)
        except OSError as error:
            return _port_problem(host, port, error)
    return ok(PORT, f"{host}:{port} is free")


def _port_problem(host: str, port: int, error: OSError) -> CheckResult:
    if error.errno == errno.EADDRINUSE:
        return warning(
            PORT,
            f"something already listens on {host}:{port}",
            "if it is not ragvsft itself, stop it or set PORT to another port",
        )
    if error.errno == errno.EACCES:
        return problem(
            PORT, f"not allowed to listen on {host}:{port}", "set PORT to 1024 or higher"
        )
    return problem(
        PORT, f"cannot listen on {host}:{port} ({error.strerror or error})", "correct HOST or PORT"
    )


def _check_disk(
    path: Path, settings: Settings, environ: Mapping[str, str], mounts: tuple[Mount, ...]
) -> Iterator[CheckResult]:
    real = path.resolve()
    refused = storage_problem(real, persistent=settings.persistent, environ=environ, mounts=mounts)
    mount = mount_of(real, mounts)
    if refused:
        yield problem(DATABASE, refused)
    elif mount and is_ephemeral(mount) and not settings.persistent:
        yield warning(
            DATABASE,
            f"{path} is on {mount.kind}: it is lost with the container or at a restart",
            "set DATABASE_URL to a path on a volume, or to a PostgreSQL database, or set "
            "RAGVSFT_PERSISTENT=1 if this path is persistent",
        )


def _check_server(url: PostgresUrl) -> CheckResult:
    try:
        found = inspect(url)
    except DatabaseUnusable as error:
        return problem(DATABASE, str(error))
    if not (found.is_ragvsft or found.is_foreign or found.unknown):
        return ok(DATABASE, f"{url} is empty: the first start creates the tables")
    return _inspected(str(url), found)


def _check_folder(path: Path) -> CheckResult:
    folder = next(parent for parent in path.parents if parent.exists())
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK) and not path.exists():
        what = "" if path.parent.exists() else ", and its folder,"
        return ok(DATABASE, f"{path}{what} will be created at the first start")
    return problem(
        DATABASE,
        f"{path} cannot be created: {folder} is not a folder that this user can write to",
        "correct the permissions, or set DATABASE_URL to another path",
    )


def _check_file(path: Path) -> CheckResult:
    try:
        found = inspect(path)
    except DatabaseUnusable as error:
        return problem(
            DATABASE,
            str(error),
            "set DATABASE_URL to ragvsft's own file, give this user write access to it and its "
            "folder, or stop the process that locks it",
        )
    return _inspected(str(path), found)


def _inspected(path: str, found: Inspection) -> CheckResult:
    if found.damage:
        return problem(
            DATABASE,
            f"{path} is damaged: {found.damage[0]}",
            "stop the bot, keep a copy of the file, and run `ragvsft restore` with the last backup",
        )
    if found.is_foreign:
        return problem(
            DATABASE,
            f"{path} is another program's database",
            "set DATABASE_URL to another one; the first start creates its tables",
        )
    if found.unknown:
        return problem(
            DATABASE,
            f"{path} was written by a newer version of ragvsft ({found.unknown[-1]})",
            "run that version, or a newer one",
        )
    if found.pending:
        return warning(
            DATABASE,
            f"{path} has the schema of an older version: {len(found.pending)} migrations to apply",
            "make a backup; the next start applies them",
        )
    count = "1 decision" if found.decisions == 1 else f"{found.decisions} decisions"
    return ok(DATABASE, f"{path} is intact and up to date, with {count}")
