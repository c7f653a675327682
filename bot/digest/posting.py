"""The deliveries of digests: what they keep until they are sent, when the rest is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.decisions.model import Person, Place, Visibility
from bot.digest.calendar import LATEST, Occurrence
from bot.digest.settings import DigestSettings
from bot.outbox.model import Delivery, DeliveryKind

GIVEN_UP = "given_up"
"""In the detail of a digest that is not known to have come, and that the next one makes up for."""


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
    """Return what a digest's delivery keeps: its window, its owner's user id, and its channel."""
    detail = delivery.detail
    untold = detail.get("untold_from")
    window = Window(
        since=datetime.fromisoformat(detail["since"]),
        until=datetime.fromisoformat(detail["until"]),
        missed=tuple(date.fromisoformat(day) for day in detail["missed"].split()),
        rules_changed=bool(detail["rules_changed"]),
        untold_from=datetime.fromisoformat(untold) if untold else None,
    )
    return window, detail["owner"], Place(delivery.channel, Visibility(detail["visibility"]))


def latest_of(delivery: Delivery) -> datetime:
    """Return from when on it is too late to post a digest."""
    latest = delivery.detail.get("latest")
    if latest is not None:
        return datetime.fromisoformat(latest)
    return datetime.fromisoformat(delivery.detail["until"]) + LATEST


def _delivery(owner: Person, place: Place, name: str, window: Window, due: datetime) -> Delivery:
    return Delivery(
        key=f"{owner.workspace}/digest/{place.channel}/{name}",
        workspace=owner.workspace,
        kind=DeliveryKind.DIGEST,
        channel=place.channel,
        due_at=window.until,
        detail={**_detail(owner, place, window), "latest": (due + LATEST).isoformat()},
    )


def _detail(owner: Person, place: Place, window: Window) -> Mapping[str, str]:
    untold = window.untold_from
    return {
        **({"untold_from": untold.isoformat()} if untold else {}),
        "since": window.since.isoformat(),
        "until": window.until.isoformat(),
        "missed": " ".join(day.isoformat() for day in window.missed),
        "owner": owner.user,
        "visibility": place.visibility.value,
        "rules_changed": "yes" if window.rules_changed else "",
    }
