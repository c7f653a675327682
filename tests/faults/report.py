"""The figures of a fault run, for whoever reads them in a terminal."""

from collections.abc import Mapping

import click

from tests.faults.account import Account

_MOST_LINES = 40


def printed(title: str, troubles: Mapping[str, int], account: Account, seconds: float) -> int:
    """Print the figures of a run; return the exit status: 0 if it was in order."""
    click.echo(title)
    for trouble, times in sorted(troubles.items()):
        click.echo(f"  {trouble:<24}{times:>7}")
    figures = {
        "requests acked": account.acked,
        "messages posted": account.posted,
        "parked, owner asked": account.parked,
        "lost": len(account.lost),
        "doubled": len(account.doubled),
        "otherwise wrong": len(account.wrong),
        "notices repeated": len(account.repeated),
        "seconds": round(seconds),
    }
    for name, figure in figures.items():
        click.echo(f"  {name:<24}{figure:>7}")
    for name in ("lost", "doubled", "wrong", "repeated"):
        lines = getattr(account, name)
        for line in lines[:_MOST_LINES]:
            click.echo(f"  {name}: {line}")
    return 0 if account.in_order else 1
