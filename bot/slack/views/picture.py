"""A picture in the place of a message's table."""

from dataclasses import replace

from slack_sdk.models.blocks import ImageBlock
from slack_sdk.models.blocks.basic_components import SlackFile

from bot.slackkit.message import Message, as_dicts
from bot.slackkit.mrkdwn import fit

_ALT_TEXT = 2000
"""Characters: https://docs.slack.dev/reference/block-kit/blocks/image-block."""


def with_picture(message: Message, file: str) -> Message:
    """Return a message with its picture, an uploaded file, in the place of the table.

    A message that has no picture is returned as it is.
    """
    picture = message.picture
    if picture is None:
        return message
    alt_text = fit(picture.alt, _ALT_TEXT)
    image = as_dicts([ImageBlock(alt_text=alt_text, slack_file=SlackFile(id=file))])
    place = picture.instead_of
    blocks = [*message.blocks[:place], *image, *message.blocks[place + 1 :]]
    return replace(message, blocks=blocks, picture=None)
