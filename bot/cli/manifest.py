"""`ragvsft manifest`: the app manifest, for a public address or for Socket Mode."""

import click

from bot.cli.common import UsageError, some_settings


@click.command()
@click.option(
    "--url",
    metavar="https://…",
    help="Slack reaches the bot at this public address (HTTP mode).",
)
@click.option(
    "--socket", is_flag=True, help="The bot calls Slack (Socket Mode); what you get without --url."
)
@click.option(
    "--command",
    metavar="/NAME",
    help="The slash command's name, where another app already has /ragvsft; or RAGVSFT_COMMAND.",
)
@click.option(
    "--with-history",
    is_flag=True,
    help="Let the bot look for its own post after a lost connection, instead of asking you; or "
    "RAGVSFT_HISTORY=1.",
)
def manifest(url: str | None, socket: bool, command: str | None, with_history: bool) -> None:
    """Print the app manifest to give to Slack.

    Paste it at https://api.slack.com/apps under “Create New App > From a manifest”; then
    `ragvsft doctor` says which tokens to copy where.

    When a connection breaks while the bot posts, nobody knows whether the post arrived. It then
    asks whoever the post belongs to. With --with-history it may read the channels that it is a
    member of, looks there for its own post, and asks only where it finds no answer. Where
    workspaces install it by OAuth, set RAGVSFT_HISTORY=1, so that the install pages ask for that.
    """
    from bot.manifest import manifest as write
    from bot.manifest import public_url

    if url is not None and socket:
        raise UsageError("--url and --socket exclude each other: give one of the two.")
    try:
        address = public_url(url) if url is not None else None
    except ValueError as error:
        raise UsageError(
            f"--url: {error}. Slack calls it from the internet: e.g. https://ragvsft.example.com"
        ) from error
    settings = some_settings("RAGVSFT_COMMAND", "RAGVSFT_HISTORY")
    history = with_history or settings.history
    try:
        click.echo(write(address, command or settings.command, with_history=history), nl=False)
    except ValueError as error:
        raise UsageError(f"--command: {error}.") from error
