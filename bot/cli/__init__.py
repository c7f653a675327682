"""The command line `ragvsft`, also `python -m bot`.

A command's module is imported when that command is called, so `ragvsft --help` needs none.
"""

import importlib
from typing import Final, NamedTuple

import click


class CommandSpec(NamedTuple):
    """A command before it is loaded: where it lives and what the overview says of it."""

    section: str
    place: str
    summary: str


COMMANDS: Final = {
    "demo": CommandSpec(
        "Try it", "bot.cli.serve:demo", "The bot and a local workspace in your browser, no set-up."
    ),
    "run": CommandSpec("With Slack", "bot.cli.serve:run", "Run the bot."),
    "manifest": CommandSpec(
        "With Slack", "bot.cli.manifest:manifest", "Print the app manifest to give to Slack."
    ),
    "doctor": CommandSpec(
        "With Slack", "bot.cli.doctor:doctor", "Say what is missing or wrong, and what to do."
    ),
    "export": CommandSpec(
        "Decisions", "bot.cli.export:export", "Write the decisions to files: ADRs, CSV or JSON."
    ),
    "digest": CommandSpec(
        "Decisions", "bot.cli.digest:digest", "Look at a channel's weekly digest, or send it."
    ),
    "backup": CommandSpec(
        "Decisions", "bot.cli.backup:backup", "Copy the log to a file, while the bot runs."
    ),
    "restore": CommandSpec(
        "Decisions", "bot.cli.backup:restore", "Put a backup in the log's place."
    ),
    "rules": CommandSpec(
        "Playbooks", "bot.cli.rules:rules", "Check, test, prove and try out the rules."
    ),
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the overview."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the command of that name, or None where there is none."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = entry.place.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.place} is not a click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview, a section for each purpose, without loading any command."""
        entries = [(name, COMMANDS[name]) for name in self.list_commands(ctx)]
        for section in dict.fromkeys(entry.section for _, entry in entries):
            rows = [(name, entry.summary) for name, entry in entries if entry.section == section]
            with formatter.section(section):
                formatter.write_dl(rows, col_max=12)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with: ragvsft demo --open",
)
@click.version_option(package_name="ragvsft", prog_name="ragvsft", message="%(prog)s %(version)s")
def root() -> None:
    """Decide as a team, in Slack, how to build with a language model.

    Prompting, long context, RAG, fine-tuning, both, or something else: the bot asks, recommends
    with reasons, and keeps what was decided.
    """


def main() -> None:
    """Run the command line; the entry point of `ragvsft`."""
    root(prog_name="ragvsft")
