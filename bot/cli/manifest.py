"""`ragvsft manifest`: print the app manifest, for a public address or for Socket Mode."""

import click

from bot.cli.common import UsageError, partial_settings
from bot.manifest import manifest, public_url


@click.command()
@click.option("--url", metavar="https://…", help="The bot's public address (HTTP mode).")
@click.option(
    "--socket", is_flag=True, help="Socket Mode: no public address. The default without --url."
)
@click.option(
    "--command",
    metavar="/NAME",
    help="The slash command, if another app already uses /ragvsft. Default: RAGVSFT_COMMAND.",
)
@click.option(
    "--with-history",
    is_flag=True,
    help="Request the scopes to look up unconfirmed posts. Default: RAGVSFT_HISTORY.",
)
def manifest_command(
    url: str | None, socket: bool, command: str | None, with_history: bool
) -> None:
    """Print the app manifest for Slack.

    Paste it at https://api.slack.com/apps under “Create New App > From a manifest”; then
    `ragvsft doctor` says which tokens to copy where.

    If a connection breaks while the bot posts, it cannot know whether the post arrived, and asks
    the owner of the post. With --with-history it may read the channels that it is a member of,
    looks up its own post there, and asks only if it finds no answer. For workspaces that install
    it by OAuth set RAGVSFT_HISTORY=1, so that the install pages request these scopes.
    """
    if url is not None and socket:
        raise UsageError("--url and --socket exclude each other: give one of the two.")
    try:
        address = public_url(url) if url is not None else None
    except ValueError as error:
        raise UsageError(
            f"--url: {error}. Slack calls it from the internet: e.g. https://ragvsft.example.com"
        ) from error
    settings = partial_settings("RAGVSFT_COMMAND", "RAGVSFT_HISTORY")
    history = with_history or settings.history
    try:
        click.echo(manifest(address, command or settings.command, with_history=history), nl=False)
    except ValueError as error:
        raise UsageError(f"--command: {error}.") from error
