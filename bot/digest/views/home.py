"""The digests in App Home: those that a person has to do with, and the button for a new one."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    SectionBlock,
)

from bot.digest.calendar import Occurrence
from bot.digest.forms import digest_metadata
from bot.digest.settings import DigestScope, DigestSettings
from bot.digest.views.words import every
from bot.slackkit import ids
from bot.slackkit.message import button, mrkdwn, plain
from bot.slackkit.mrkdwn import channel_link

MOST_DIGESTS = 8
_NONE = (
    "Once a week, a channel can be told what waits for whom, and what was decided. None of yours "
    "is yet."
)
_OFF = "Switched off; what was chosen is kept"


@dataclass(frozen=True, slots=True)
class Coming:
    """A channel's digest, and when it comes next; None if it is switched off."""

    settings: DigestSettings
    due: Occurrence | None


def digest_blocks(digests: Sequence[Coming]) -> list[Block]:
    """Return the part of App Home about digests."""
    blocks: list[Block] = [DividerBlock(), HeaderBlock(text=plain("Weekly digests"))]
    blocks += [_row(each) for each in digests[:MOST_DIGESTS]]
    rest = len(digests) - MOST_DIGESTS
    if rest > 0:
        blocks.append(_note(f"and {rest} more"))
    if not digests:
        blocks.append(_note(_NONE))
    set_up = ButtonElement(
        action_id=ids.Action.DIGEST_SETTINGS,
        text=plain("Set up a digest"),
        value=digest_metadata(None),
    )
    return [*blocks, ActionsBlock(elements=[set_up])]


def _row(digest: Coming) -> Block:
    settings = digest.settings
    when = f"Next on {digest.due.day:%A %-d %B}" if digest.due else _OFF
    scope = "  ·  the whole workspace" if settings.scope is DigestScope.WORKSPACE else ""
    title = f"*{channel_link(settings.place.channel)}*  ·  {every(settings.rhythm)}{scope}"
    return SectionBlock(
        text=mrkdwn(f"{title}\n{when}"),
        accessory=button(
            ids.Action.DIGEST_SETTINGS,
            "Change" if settings.on else "Switch on",
            digest_metadata(settings.place, to_switch_on=not settings.on),
            about=f"the digest of {_called(settings)}",
        ),
    )


def _called(settings: DigestSettings) -> str:
    """Return a channel's name, else when its digest comes, which a label can tell it by."""
    name = settings.place.name
    return f"#{name}" if name else every(settings.rhythm)


def _note(text: str) -> Block:
    return ContextBlock(elements=[mrkdwn(text)])
