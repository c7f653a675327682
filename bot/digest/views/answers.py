"""What a person is told who set a digest up, posted it, or switched it off."""

from typing import Any

from bot.decisions.model import Place, Visibility
from bot.digest.calendar import Occurrence
from bot.digest.settings import DigestSettings
from bot.digest.views.words import every
from bot.slackkit.message import notice_modal
from bot.slackkit.mrkdwn import channel_link

NOT_A_CHANNEL = "A digest belongs to a channel: type this in the channel that shall have it."


def saved(settings: DigestSettings, due: Occurrence | None, command: str) -> dict[str, Any]:
    """Return the modal that says what was saved, and when the next digest comes, if one does."""
    here = channel_link(settings.place.channel)
    if due is None:
        return notice_modal("Digest off", _is_off(here, command))
    words = (
        f"*{here} gets a digest {every(settings.rhythm)}.*\n"
        f"The next one comes on {due.day:%A %-d %B}"
    )
    words += "." if settings.even_if_quiet else ", if there is something to tell by then."
    return notice_modal("Digest saved", f"{words}{_membership(settings.place)}")


def switched_off(place: Place, command: str, *, was_on: bool) -> str:
    """Return the word that a channel's digest is off."""
    here = channel_link(place.channel)
    if was_on:
        return _is_off(here, command)
    return f"No digest comes in {here}. `{command} digest settings` has one posted every week."


def posted(place: Place, *, first: bool) -> str:
    """Return the word that a digest is on its way; `first` is False if it was so already."""
    here = channel_link(place.channel)
    if first:
        return f"The digest is on its way to {here}.{_membership(place)}"
    return f"This digest was posted in {here} already."


def no_longer_everything(channel: str) -> str:
    """Return the word that a digest tells of its channel only, as others read it."""
    return (
        f"Somebody from another company is in {channel_link(channel)}. Its weekly digest was to "
        "tell of the whole workspace; from now on it tells of that channel's decisions only."
    )


def not_understood(command: str) -> str:
    """Return what can be typed about the digest."""
    return (
        f"`{command} digest` sets this channel's digest up, `{command} digest now` shows it to "
        f"you, `{command} digest off` ends it."
    )


def _is_off(here: str, command: str) -> str:
    return (
        f"{here} gets no more digests. `{command} digest settings` there switches them on again; "
        "what was chosen is kept."
    )


def _membership(place: Place) -> str:
    """Return what a private channel needs first: only its members can post there."""
    if place.visibility is not Visibility.PRIVATE:
        return ""
    return (
        "\nIn a private channel I can post only as a member: type `/invite @ragvsft` there, "
        "unless I'm in it already."
    )
