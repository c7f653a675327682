"""Where a decision will be posted: said, and open to another choice."""

from slack_sdk.models.blocks import Block, ChannelSelectElement, InputBlock

from bot.decisions.model import Place, Visibility
from bot.slackkit import ids
from bot.slackkit.message import plain, section
from bot.slackkit.mrkdwn import channel_link


def destination(origin: Place | None) -> list[Block]:
    """Return where a decision will be posted, with the choice of another public channel."""
    other = InputBlock(
        block_id=ids.Block.OTHER_CHANNEL,
        label=plain("Post to another public channel" if origin else "Post to"),
        optional=origin is not None,
        element=ChannelSelectElement(
            action_id=ids.Action.ANSWER, placeholder=plain("Choose a public channel")
        ),
        hint=plain("Everybody in the workspace can find it; whoever is in the channel reads it."),
    )
    return [section(_words(origin)), other]


def _words(origin: Place | None) -> str:
    if origin is None:
        return (
            "*Where to*\nChoose the public channel in which your team should decide. For a private "
            "channel, close this window, type the command there, and go on with this draft: "
            "nothing is lost."
        )
    where = channel_link(origin.channel)
    match origin.visibility:
        case Visibility.PUBLIC:
            return (
                f"*Where to*\n{where}. Everybody in the workspace will be able to find it, and "
                "whoever is in the channel to read it."
            )
        case Visibility.PRIVATE:
            return (
                f"*Where to*\n{where}, a private channel. Only its members, you, the deciders and "
                "whoever is asked for their view and has given it will be able to see it. I must "
                "be a member of it to post there."
            )
        case Visibility.DIRECT:
            return (
                "*Where to*\nA direct message from me to you. Only you, the deciders and whoever "
                "is asked for their view and has given it will be able to see it."
            )
