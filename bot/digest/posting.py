"""The deliveries of digests: what they keep until they are sent, when the rest is read."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.decisions.model import Person, Place
from bot.digest.calendar import LATEST, Occurrence
from bot.digest.settings import DigestSettings
from bot.outbox.model import Delivery, DigestPost


@dataclass(frozen=True, slots=True)
class Window:
    """What a digest looks back on: from `since`, left out, to `until`, included.

    `missed` are the days of digests left out before it. `rules_changed` says whether the playbooks
    are others than at the last one. `untold_from` is set where more was to be told than one digest
    does: what happened from then to `since` is told by none.
    """

    since: datetime
    until: datetime
    missed: tuple[date, ...] = ()
    rules_changed: bool = True
    untold_from: datetime | None = None


def weekly_delivery(settings: DigestSettings, due: Occurrence, window: Window) -> Delivery:
    """Return the delivery of a week's digest; its key is the same whoever makes it."""
    owner = Person(settings.workspace, settings.set_by)
    return _delivery(owner, settings.place, due.week, window, due.at)


def now_delivery(person: Person, place: Place, token: str, window: Window) -> Delivery:
    """Return the delivery of a digest that somebody wants now; the same token gives one key."""
    return _delivery(person, place, f"now/{token}", window, window.until)


def by_hand_prefix(workspace: str, channel: str) -> str:
    """Return how the keys begin of the digests that somebody had posted in a channel."""
    return f"{workspace}/digest/{channel}/now/"


def window_of(delivery: Delivery) -> tuple[Window, str, Place]:
    """Return a digest's window, its owner's user id, and its channel.

    Raises:
        TypeError: the delivery is no digest.
    """
    post = delivery.payload
    if not isinstance(post, DigestPost):
        raise TypeError(f"delivery {delivery.key} is no digest")
    window = Window(post.since, post.until, post.missed, post.rules_changed, post.untold_from)
    return window, post.owner, Place(delivery.channel, post.visibility)


def _delivery(owner: Person, place: Place, name: str, window: Window, due: datetime) -> Delivery:
    return Delivery(
        key=f"{owner.workspace}/digest/{place.channel}/{name}",
        workspace=owner.workspace,
        payload=DigestPost(
            since=window.since,
            until=window.until,
            owner=owner.user,
            visibility=place.visibility,
            missed=window.missed,
            rules_changed=window.rules_changed,
            untold_from=window.untold_from,
        ),
        channel=place.channel,
        due_at=window.until,
        expires_at=due + LATEST,
    )
