"""Replies about a channel's digest, and the digests in App Home."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    SectionBlock,
)

from bot.decisions.model import Place, Visibility
from bot.digest.forms import digest_metadata
from bot.digest.schedule import Occurrence
from bot.digest.settings import DigestScope, DigestSettings
from bot.digest.views.words import schedule_words
from bot.slackkit import ids
from bot.slackkit.message import button, mrkdwn, notice_modal, plain
from bot.slackkit.mrkdwn import channel_link

NOT_A_CHANNEL = "Digests are for channels. Type this in the channel it's for."
MOST_DIGESTS = 8
_NONE = (
    "Once a week, a channel sees what's waiting for whom, and what was decided. Not set up in your "
    "channels yet."
)
_OFF = "Off; your settings are kept"


@dataclass(frozen=True, slots=True)
class UpcomingDigest:
    """A channel's digest, and its next occurrence; None if it is off."""

    settings: DigestSettings
    due: Occurrence | None


def settings_saved(
    settings: DigestSettings, due: Occurrence | None, command: str
) -> dict[str, Any]:
    """Return the modal that confirms settings; `due` is None if the digest is off."""
    if due is None:
        return notice_modal("Digest off", _is_off(channel_link(settings.place.channel), command))
    return notice_modal("Digest saved", digest_turned_on(settings, due))


def digest_turned_on(settings: DigestSettings, due: Occurrence | None) -> str:
    """Return the reply to turning a digest on; `due` is None if its next day is unknown."""
    here = channel_link(settings.place.channel)
    words = f"*{here} gets a digest {schedule_words(settings.schedule)}.*"
    if due is not None:
        words += f"\nThe next one comes on {due.day:%A %-d %B}"
        words += "." if settings.post_when_empty else ", if anything is new by then."
    return f"{words}{_membership(settings.place)}"


def digest_switched_off(place: Place, command: str, *, was_on: bool) -> str:
    """Return the reply to switching a digest off."""
    here = channel_link(place.channel)
    if was_on:
        return _is_off(here, command)
    return f"{here} has no digest. `{command} digest` sets one up."


def digest_posted(place: Place, *, first: bool) -> str:
    """Return the reply to posting a digest; `first` is False for a repeated press."""
    here = channel_link(place.channel)
    if first:
        return f"The digest is on its way to {here}.{_membership(place)}"
    return f"This digest was posted in {here} already."


def limited_to_channel(channel: str) -> str:
    """Return the notice that a digest now covers its channel only, as external users read it."""
    return (
        f"People from another company are in {channel_link(channel)}. Its weekly digest covered "
        "the whole workspace; from now on it covers that channel's decisions only."
    )


def digest_usage(command: str) -> str:
    """Return the subcommands of the digest."""
    return (
        f"`{command} digest` sets up this channel's digest, `{command} digest now` shows it to "
        f"you, `{command} digest off` turns it off."
    )


def digest_blocks(digests: Sequence[UpcomingDigest]) -> list[Block]:
    """Return the digests in App Home, and the button for a new one."""
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


def _is_off(here: str, command: str) -> str:
    return (
        f"{here} gets no more digests. Your settings are kept: `{command} digest` there turns "
        "them on again."
    )


def _membership(place: Place) -> str:
    """Return the hint for a private channel, where only members can post."""
    if place.visibility is not Visibility.PRIVATE:
        return ""
    return (
        "\nIn a private channel I can post only as a member: type `/invite @ragvsft` there, "
        "unless I'm in it already."
    )


def _row(digest: UpcomingDigest) -> Block:
    settings = digest.settings
    when = f"Next on {digest.due.day:%A %-d %B}" if digest.due else _OFF
    scope = "  ·  the whole workspace" if settings.scope is DigestScope.WORKSPACE else ""
    title = (
        f"*{channel_link(settings.place.channel)}*  ·  {schedule_words(settings.schedule)}{scope}"
    )
    return SectionBlock(
        text=mrkdwn(f"{title}\n{when}"),
        accessory=button(
            ids.Action.DIGEST_SETTINGS,
            "Change" if settings.on else "Turn on",
            digest_metadata(settings.place, to_switch_on=not settings.on),
            about=f"the digest of {_called(settings)}",
        ),
    )


def _called(settings: DigestSettings) -> str:
    """Return a channel's name for a label; without a name, the schedule of its digest."""
    name = settings.place.name
    return f"#{name}" if name else schedule_words(settings.schedule)


def _note(text: str) -> Block:
    return ContextBlock(elements=[mrkdwn(text)])
