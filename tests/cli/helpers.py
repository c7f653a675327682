"""What the tests of commands share: an environment, results, and databases to read."""

from pathlib import Path

from click.testing import Result

from bot.decisions.model import Decision
from bot.playbooks.loader import PlaybookText
from bot.settings import NAMES
from bot.storage.database import Database
from tests.services.factories import store_decisions
from tests.services.harness import SMALL, ServiceHarness

NO_SETTINGS: dict[str, str | None] = dict.fromkeys((*NAMES, "DYNO"))


def output(result: Result) -> str:
    """Return what a successful command prints."""
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def errors(result: Result) -> list[str]:
    """Return the lines on stderr of a command that fails with status 2 and prints nothing else."""
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr.splitlines()


def error(result: Result) -> str:
    """Return the only line on stderr of a command that fails with status 2."""
    (line,) = errors(result)
    return line


async def create_database(path: Path, *decisions: Decision, playbook: PlaybookText = SMALL) -> None:
    """Create or open a database and add decisions with their playbook."""
    database = await Database(path).open()
    await store_decisions(ServiceHarness(database), *decisions, playbook=playbook)
    await database.close()
