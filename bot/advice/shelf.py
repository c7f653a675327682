"""Which playbooks a folder holds."""

from __future__ import annotations

from pathlib import Path

from bot.advice.loader import PLAYBOOK


class NoPlaybookError(LookupError):
    """There is no playbook where one was looked for."""


def folders(where: Path) -> tuple[Path, ...]:
    """The playbook folders in a folder, by name; the folder itself if it is one.

    Raises:
        NoPlaybookError: there is none.
    """
    if (where / PLAYBOOK).is_file():
        return (where,)
    if not where.is_dir():
        raise NoPlaybookError(f"{where}: no such folder; name a folder of playbooks")
    found = sorted(path for path in where.iterdir() if (path / PLAYBOOK).is_file())
    if not found:
        raise NoPlaybookError(f"{where}: no playbook here (a folder with {PLAYBOOK} in it)")
    return tuple(found)
