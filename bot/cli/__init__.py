"""The command line `ragvsft`, also `python -m bot`.

A command's module is imported when the command is called: `ragvsft --help` imports none.
"""

import importlib
import os
from typing import Final, NamedTuple

import click


class CommandSpec(NamedTuple):
    """A command before its module is imported: section and summary for `--help`, and location."""

    section: str
    location: str
    summary: str


COMMANDS: Final = {
    "demo": CommandSpec(
        "Try it",
        "bot.cli.demo:demo",
        "Run the bot with a local workspace in your browser, no set-up.",
    ),
    "run": CommandSpec("With Slack", "bot.cli.run:run", "Run the bot."),
    "manifest": CommandSpec(
        "With Slack", "bot.cli.manifest:manifest_command", "Print the app manifest for Slack."
    ),
    "doctor": CommandSpec(
        "With Slack", "bot.cli.doctor:doctor", "Check the set-up; report faults and remedies."
    ),
    "export": CommandSpec(
        "Decisions", "bot.cli.export:export", "Write decisions to files: ADRs, CSV or JSON."
    ),
    "digest": CommandSpec(
        "Decisions", "bot.cli.digest:digest", "Preview or send a channel's weekly digest."
    ),
    "hand-over": CommandSpec(
        "Decisions", "bot.cli.people:hand_over", "Let other people decide, if those have left."
    ),
    "backup": CommandSpec(
        "Decisions", "bot.cli.backup:backup", "Copy the database while the bot runs."
    ),
    "restore": CommandSpec(
        "Decisions", "bot.cli.backup:restore", "Replace the database by a backup."
    ),
    "erase": CommandSpec(
        "Decisions", "bot.cli.people:erase", "Erase all data of a workspace or a person."
    ),
    "copy": CommandSpec(
        "Decisions", "bot.cli.backup:copy", "Move to another database: SQLite or PostgreSQL."
    ),
    "rules": CommandSpec(
        "Playbooks", "bot.cli.rules:rules", "Check, test, analyse and try out playbooks."
    ),
}


class LazyGroup(click.Group):
    """A command group that imports a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of `COMMANDS`."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None if there is none with that name."""
        spec = COMMANDS.get(cmd_name)
        if spec is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = spec.location.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{spec.location} is not a click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by section, without importing any of them."""
        specs = [(name, COMMANDS[name]) for name in self.list_commands(ctx)]
        for section in dict.fromkeys(spec.section for _, spec in specs):
            rows = [(name, spec.summary) for name, spec in specs if spec.section == section]
            with formatter.section(section):
                formatter.write_dl(rows, col_max=12)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: ragvsft demo --open",
)
@click.version_option(package_name="ragvsft", prog_name="ragvsft", message="%(prog)s %(version)s")
@click.pass_context
def root(ctx: click.Context) -> None:
    """Decide as a team, in Slack, how to build with a language model.

    Prompting, long context, RAG, fine-tuning, both, or something else: the bot asks, recommends
    with reasons, and records the decision.
    """
    before = os.umask(0o077)  # what a command writes is its user's alone
    ctx.call_on_close(lambda: os.umask(before))


def main() -> None:
    """Run the command line; the entry point of `ragvsft`."""
    root(prog_name="ragvsft")
