"""The registry of subcommands.

Dispatch (`handlers/commands.py`), `/ragvsft help`, the manifest's usage hint and the table in
README.md are made from it; `tests/slack/test_commands.py` holds them together.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Subcommand:
    """A subcommand of the slash command.

    Attributes:
        name: the first word typed.
        arguments: what may follow it, optional parts in brackets.
        summary: what it does, for README.md.
        help: its lines in the help message, where `{command}` is the slash command's name.
    """

    name: str
    arguments: str
    summary: str
    help: tuple[str, ...] = ()


START: Final = Subcommand("start", "hosting", "the same with another playbook")
"""The help message lists each playbook with its title, and the bare command starts the first."""

SUBCOMMANDS: Final = (
    START,
    Subcommand(
        "list",
        "[mine|open|all] [text]",
        "decisions that you may see; also by status or option",
        ("`{command} list`  recent decisions. Filter: `mine`, `open`, `rag`",),
    ),
    Subcommand(
        "search",
        "words",
        "full-text search",
        ("`{command} search refund rules`  decisions with these words",),
    ),
    Subcommand(
        "show",
        "12",
        "one decision whole, with answers, views and history",
        ("`{command} show 12`  open decision #12",),
    ),
    Subcommand(
        "export",
        "[csv|json|12]",
        "everything, or one record, sent to you alone",
        ("`{command} export 12`  its record; `{command} export csv` or `json`  all of them",),
    ),
    Subcommand(
        "digest",
        "[now|settings|off]",
        "this channel's weekly digest; `now` shows it to you alone first",
        (
            "`{command} digest`  a weekly digest in this channel; `{command} digest now` shows it",
            "`{command} digest settings`  when it comes and what it tells; `{command} digest off`",
        ),
    ),
    Subcommand(
        "rules",
        "",
        "the playbooks in use, and how decisions have gone, by option and by rule",
        ("`{command} rules`  the rules in use, and how their recommendations have gone",),
    ),
    Subcommand("help", "", "this list", ("`{command} help`  this list",)),
)


def help_lines(command: str) -> list[str]:
    """Return the lines of the help message, those of `start` left out."""
    return [line.format(command=command) for each in SUBCOMMANDS for line in each.help]


def usage_hint() -> str:
    """Return the manifest's usage hint: help first, arguments only where they are required.

    Slack shows it beside the command: https://docs.slack.dev/reference/app-manifest
    """
    shown = [each for each in SUBCOMMANDS if each is not START]
    shown.sort(key=lambda each: each.name != "help")
    forms = (
        each.name if "[" in each.arguments else f"{each.name} {each.arguments}" for each in shown
    )
    return f"[{' | '.join(form.strip() for form in forms)}]"
