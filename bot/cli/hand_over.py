"""`ragvsft hand-over`: let other people decide, where those who did have left."""

import asyncio

import click

from bot.cli.common import UsageError, open_catalog, open_database
from bot.cli.export import choose_workspace
from bot.clock import SystemClock
from bot.decisions.errors import ActionNotPossible, NoSuchDecision
from bot.services.services import Services
from bot.storage.connection import DatabaseUnavailable
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
    click.echo(f"Decision #{number} is with {', '.join(users)} now.")


async def _hand_over(number: int, users: tuple[str, ...], workspace: str | None) -> None:
    """Hand a decision over.

    Raises:
        UsageError: there is no such decision, or it is not open.
    """
    wrong = [user for user in users if not (user.isalnum() and user[:1] in {"U", "W"})]
    if wrong:
        raise UsageError(f"{wrong[0]!r} is no member id of Slack's, such as U0123ABCD")
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
