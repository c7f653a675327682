"""What the commands share: the settings of this process, and one way to refuse bad input."""

import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from bot.settings import Settings


class UsageError(click.ClickException):
    """What was given cannot be used: exit status 2, one line for each problem, no traceback.

    Args:
        problems: sentences that say what is wrong, where, and what to do.
    """

    exit_code = 2

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems

    def show(self, file: IO[Any] | None = None) -> None:
        """Print one line for each problem, to standard error unless told otherwise."""
        for problem in self.problems:
            click.echo(f"ragvsft: {problem}", file=file, err=file is None)


def load_settings() -> "Settings":
    """Read the settings from this process's environment and `.env` in the working directory.

    Raises:
        BadInput: one line for everything that is missing or wrong.
    """
    from bot.settings import SettingsError, read_settings

    try:
        return read_settings(os.environ, Path(".env"))
    except SettingsError as error:
        raise UsageError(*error.problems) from error


def some_settings(*names: str) -> "Settings":
    """Read a few of the settings, and leave the others at their defaults, whatever they are.

    Raises:
        BadInput: one of these is malformed.
    """
    from bot.settings import SettingsError, check_values, read_values

    try:
        values = read_values(os.environ, Path(".env"))
    except SettingsError as error:
        raise UsageError(*error.problems) from error
    settings, problems = check_values(
        {name: value for name, value in values.items() if name in names}
    )
    if settings is None:
        raise UsageError(*problems)
    return settings


def log_path() -> Path:
    """Return the file of the decision log, whether it is there or not; no token is needed for that.

    Raises:
        BadInput: the setting is malformed.
    """
    return some_settings("DATABASE_URL").database_path


def existing_log_path() -> Path:
    """Return the file of the decision log.

    Raises:
        BadInput: the setting is malformed, or there is no such file.
    """
    path = log_path()
    if not path.is_file():
        raise UsageError(f"there is no log at {path}: set DATABASE_URL to its file")
    return path
