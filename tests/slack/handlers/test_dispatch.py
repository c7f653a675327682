"""Dispatch of subcommands."""

from bot.slack.commands import SUBCOMMANDS
from bot.slack.handlers.commands import CommandHandlers


def test_every_subcommand_has_a_handler(commands: CommandHandlers) -> None:
    """Dispatch knows the bare command and the subcommands of the registry, and no other."""
    assert set(commands.handlers) == {"", *(each.name for each in SUBCOMMANDS)}
