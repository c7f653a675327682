"""`ragvsft hand-over` and `erase`: other people for a decision; no data of a person any more."""

import asyncio
import logging

import click

from bot.cli.common import (
    UsageError,
    count_of,
    existing_database,
    open_catalog,
    open_database,
    say,
)
from bot.cli.export import choose_workspace
from bot.clock import SystemClock
from bot.decisions.errors import ActionNotPossible, NoSuchDecision
from bot.logs import configure_logs
from bot.services.services import Services
from bot.storage.connection import DatabaseUnavailable, PostgresUrl
from bot.storage.maintenance.erasure import erase_person, erase_workspace
from bot.storage.search import decision_counts


@click.command(name="hand-over")
@click.argument("number", type=click.IntRange(min=1))
@click.argument("users", nargs=-1, required=True, metavar="USER...")
@click.option("--workspace", metavar="ID", help="Which workspace, if the database has several.")
def hand_over(number: int, users: tuple[str, ...], workspace: str | None) -> None:
    """Let USER... decide about the open decision NUMBER from now on.

    USER is Slack's id of a person (profile, three dots, “Copy member ID”). The first one drives the
    decision, unless its driver is among them. The bot may run; it tells them.
    """
    asyncio.run(_hand_over(number, tuple(dict.fromkeys(users)), workspace))
    say(f"Decision #{number} is with {', '.join(users)} now.")


async def _hand_over(number: int, users: tuple[str, ...], workspace: str | None) -> None:
    """Hand a decision over.

    Raises:
        UsageError: there is no such decision, or it is not open.
    """
    wrong = [user for user in users if not (user.isalnum() and user[:1] in {"U", "W"})]
    if wrong:
        raise UsageError(f"{wrong[0]!r} is no member id of Slack's, such as U0123ABCD")
    configure_logs(logging.WARNING)
    catalog = open_catalog()
    async with open_database(writable=True) as database:
        chosen = choose_workspace(workspace, await database.read(decision_counts))
        services = Services(database, SystemClock(), catalog, lambda: None)
        try:
            await services.decisions.hand_over_by_operator(chosen, number, users)
        except NoSuchDecision as error:
            raise UsageError(f"there is no decision {number} in {chosen}") from error
        except ActionNotPossible as error:
            status = error.decision.status
            raise UsageError(f"decision {number} is {status}: only an open one changes") from error
        except DatabaseUnavailable as error:
            raise UsageError(str(error)) from error


@click.command()
@click.option("--workspace", metavar="ID", help="Erase a workspace, or a person in it only.")
@click.option("--person", metavar="ID", help="Erase a person, by Slack's member id.")
def erase(workspace: str | None, person: str | None) -> None:
    """Erase all data of a workspace, or of a person, from DATABASE_URL.

    A workspace loses everything; only how many decisions it had is kept, so that buttons of old
    messages never act on new decisions. A person becomes a former member: their name, drafts,
    reasons and notes are gone, and the decisions stay with title, problem and answers.

    The file, the full-text index and the write-ahead log are rewritten. The bot may run.
    """
    if workspace is None and person is None:
        raise UsageError("say what to erase: --workspace ID, --person ID, or both")
    say("\n".join(asyncio.run(_erase(workspace, person))))


async def _erase(workspace: str | None, person: str | None) -> list[str]:
    """Erase data; return what to tell the operator.

    Raises:
        UsageError: the database cannot be used.
    """
    location = existing_database()
    async with open_database(writable=True) as database:
        try:
            if person is not None:
                named = await database.write(lambda db: erase_person(db, person, workspace))
                done = f"Erased {person}, whom {count_of(named, 'decision')} named."
            else:
                team = workspace or ""
                erased = await database.write(lambda db: erase_workspace(db, team))
                done = f"Erased {team} with {count_of(erased, 'decision')}."
            is_clean = await database.compact()
        except DatabaseUnavailable as error:
            raise UsageError(str(error)) from error
    told = [done]
    if not is_clean:
        told.append("The log still holds it, because the bot reads it: run the command again.")
    if isinstance(location, PostgresUrl):
        told.append(
            "The server's own write-ahead log, replicas and archives keep it as configured."
        )
    told.append(
        "Not touched: backups (ragvsft backup, and the files that a restore kept), exported files, "
        "and messages and files in Slack. Delete those yourself."
    )
    return told
