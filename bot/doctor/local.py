"""What lies on this machine: the settings themselves, playbooks, the decision log, the port."""

import errno
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from bot.disk import Mount, is_ephemeral, mount_of, storage_problem
from bot.doctor.results import CheckResult, ok, problem, warning
from bot.playbooks.loader import NoPlaybookError, PlaybookError, folders, load
from bot.settings import Settings, check_values, missing, misspelt
from bot.storage.database import DatabaseUnusable
from bot.storage.inspection import Inspection, inspect

SETTINGS: Final = "Settings"
RULES: Final = "Rules"
DATABASE: Final = "Database"
PORT: Final = "Port"


def examine_settings(values: Mapping[str, str]) -> Iterator[CheckResult]:
    """Say of the settings what is missing, malformed or misspelt, or how the bot will run."""
    settings, malformed = check_values(values)
    lacking = missing(values)
    for sentence in (*lacking, *malformed):
        yield problem(SETTINGS, sentence)
    for sentence in misspelt(values):
        yield warning(SETTINGS, sentence, "a setting of that name changes nothing")
    if settings and not lacking:
        whom = "many workspaces by OAuth" if settings.many_workspaces else "one workspace"
        how = "Socket Mode" if settings.socket_mode else "HTTP"
        yield ok(SETTINGS, f"complete: {whom}, over {how}, with {settings.command}")


def examine_rules(folder: Path) -> Iterator[CheckResult]:
    """Load every playbook in a folder, or the one that the folder is."""
    try:
        found = folders(folder)
    except NoPlaybookError:
        yield problem(
            RULES,
            f"no playbook in {folder.absolute()}",
            "set RAGVSFT_RULES to the folder that holds yours; the project ships rules/ragvsft",
        )
        return
    for each in found:
        try:
            playbook = load(each)
        except PlaybookError as error:
            first, *others = error.problems
            more = f" (and {len(others)} more)" if others else ""
            yield problem(
                RULES,
                f"{each}: {first}{more}",
                f"`ragvsft rules check {each}` lists them all",
            )
        else:
            yield ok(
                RULES,
                f"{playbook.id}: {len(playbook.questions)} questions, {len(playbook.rules)} rules",
            )


def examine_database(
    settings: Settings, environ: Mapping[str, str], mounts: tuple[Mount, ...]
) -> Iterator[CheckResult]:
    """Look at the decision log, or at the place where it will be, without making it."""
    path = settings.database_path.absolute()
    yield from _disk(path, settings, environ, mounts)
    if path.is_file():
        yield _log(path)
    else:
        yield _place(path)


def examine_port(host: str, port: int) -> CheckResult:
    """Try whether a server could listen there."""
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
            "if that is not ragvsft itself, stop it or set PORT to another one",
        )
    if error.errno == errno.EACCES:
        return problem(
            PORT, f"not allowed to listen on {host}:{port}", "set PORT to one from 1024 on"
        )
    return problem(
        PORT, f"cannot listen on {host}:{port} ({error.strerror or error})", "correct HOST and PORT"
    )


def _disk(
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
            "mount a volume and set DATABASE_URL to a path on it, or set RAGVSFT_PERSISTENT=1 if "
            "this path is kept",
        )


def _place(path: Path) -> CheckResult:
    folder = next(parent for parent in path.parents if parent.exists())
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK) and not path.exists():
        return ok(DATABASE, f"{path} will be made at the first start")
    return problem(
        DATABASE,
        f"{path} cannot be made: {folder} is not a folder that this user may write to",
        "correct the permissions, or set DATABASE_URL to another path",
    )


def _log(path: Path) -> CheckResult:
    try:
        found = inspect(path)
    except DatabaseUnusable as error:
        return problem(
            DATABASE,
            str(error),
            "set DATABASE_URL to the log's own file, let this user write to it and its folder, "
            "or stop what locks it",
        )
    return _log_finding(path, found)


def _log_finding(path: Path, found: Inspection) -> CheckResult:
    if found.damage:
        return problem(
            DATABASE,
            f"{path} is damaged: {found.damage[0]}",
            "stop the bot, keep a copy of the file, and put the last backup in its place",
        )
    if found.is_foreign:
        return problem(
            DATABASE,
            f"{path} is another program's database",
            "set DATABASE_URL to a file of ragvsft's own; the first start makes it",
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
            f"{path} is of an older version: {len(found.pending)} steps to bring it up to date",
            "copy the file; the next start applies them",
        )
    held = "1 decision" if found.decisions == 1 else f"{found.decisions} decisions"
    return ok(DATABASE, f"{path} is sound and up to date, with {held}")
