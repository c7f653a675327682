"""`ragvsft manifest`: the app manifest, for a public address or for Socket Mode."""

import click

from bot.cli.common import BadInput


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
    default="/ragvsft",
    envvar="RAGVSFT_COMMAND",
    show_default=True,
    help="The slash command's name, where another app already has it.",
)
@click.option(
    "--with-history",
    is_flag=True,
    help="Let the bot look for its own post after a lost connection, instead of asking you.",
)
def manifest(url: str | None, socket: bool, command: str, with_history: bool) -> None:
    """Print the app manifest to give to Slack.

    Paste it at https://api.slack.com/apps under “Create New App > From a manifest”; then
    `ragvsft doctor` says which tokens to copy where.

    When a connection breaks while the bot posts, nobody knows whether the post arrived. It then
    asks whoever the post belongs to. With --with-history it may read the channels that it is a
    member of, looks there for its own post, and asks only where it finds no answer.
    """
    from bot.manifest import manifest as write
    from bot.manifest import public_url

    if url is not None and socket:
        raise BadInput("--url and --socket exclude each other: give one of the two.")
    try:
        address = public_url(url) if url is not None else None
    except ValueError as error:
        raise BadInput(
            f"--url: {error}. Slack calls it from the internet: e.g. https://ragvsft.example.com"
        ) from error
    try:
        click.echo(write(address, command, with_history=with_history), nl=False)
    except ValueError as error:
        raise BadInput(f"--command: {error}.") from error
