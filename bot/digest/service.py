"""The use cases of the weekly digest: settings, a look ahead, and each week's digest once."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.decisions.errors import NotAChannel, SharedChannel, UnknownZone
from bot.decisions.model import Person, Place, Visibility
from bot.decisions.ports import Clock
from bot.digest.calendar import Occurrence, next_due
from bot.digest.content import Digest
from bot.digest.ports import DigestRun, DigestState
from bot.digest.posting import Window, now_delivery, weekly_delivery, window_of
from bot.digest.reading import DigestReader
from bot.digest.settings import DigestScope, DigestSection, DigestSettings, Schedule
from bot.digest.turns import due_turn, missed_by
from bot.digest.zones import is_zone, nearest_zone, zone_spelled
from bot.outbox.model import Delivery
from bot.services.playbook_versions import PlaybookVersions
from bot.services.ports import Store

FIRST_WINDOW = timedelta(days=7)
LONGEST_WINDOW = timedelta(weeks=12)
_MOST_KNOWN = 20


class DigestService:
    """Everything done about digests; each method is one use case."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        playbooks: PlaybookVersions,
        wake_delivery: Callable[[], None],
    ) -> None:
        """Make the use cases; `wake_delivery` is called when there is something to deliver."""
        self._store = store
        self._clock = clock
        self._reader = DigestReader(store, playbooks)
        self._wake_delivery = wake_delivery

    async def settings(self, workspace: str, channel: str) -> DigestSettings | None:
        """Return a channel's settings, whether on or off; None if none were ever saved."""
        standing = await self._standing(workspace, channel)
        return standing.settings if standing else None

    async def suggested(self, person: Person, place: Place, zone: str | None) -> DigestSettings:
        """Return a channel's settings, else the ones to begin with.

        Args:
            person: who asks.
            place: the channel.
            zone: the IANA zone to begin with, if any is known; else it is UTC.

        Raises:
            NotAChannel: it is somebody's direct messages.
        """
        _require_channel(place)
        saved = await self.settings(person.workspace, place.channel)
        return saved or self._default(person, place, zone)

    async def change(self, settings: DigestSettings) -> DigestSettings:
        """Keep a channel's settings; return them with the time of now.

        What is due by the earlier ones at this moment still has its turn, as long as there is
        their time zone.

        Raises:
            NotAChannel: the place is somebody's direct messages.
            SharedChannel: it is to tell of the workspace where outsiders are known to read it.
            UnknownZone: there is no time zone of that name.
        """
        _require_channel(settings.place)
        everywhere = settings.on and settings.scope is DigestScope.WORKSPACE
        if everywhere and await self._store.is_shared(settings.workspace, settings.place.channel):
            raise SharedChannel(settings.place.channel)
        zone = zone_spelled(settings.rhythm.zone)
        if not is_zone(zone):
            raise UnknownZone(zone, nearest_zone(zone))
        settings = replace(settings, rhythm=replace(settings.rhythm, zone=zone))
        now = self._clock.now()
        before = await self._standing(settings.workspace, settings.place.channel)
        if before is not None and before.settings.on and settings.on:
            with suppress(ZoneInfoNotFoundError):
                await self._take_turn(before, now)
        changed = replace(settings, set_at=now)
        await self._store.keep_digest_settings(changed)
        return changed

    async def read_by_outsiders(self, workspace: str, channel: str) -> str | None:
        """Note that people from outside the workspace are in a channel.

        Returns:
            Who had its digest tell of the whole workspace, as it does no more; else None.
        """
        return await self._store.keep_shared_channel(workspace, channel)

    async def switch_off(self, person: Person, place: Place) -> bool:
        """Switch a channel's digest off; return whether it was on."""
        return await self._store.switch_digest_off(person.workspace, place.channel)

    async def next_due(self, settings: DigestSettings) -> Occurrence | None:
        """Return when the next digest of a channel comes; None if it is switched off.

        Later than `calendar.next_due` says where this week's has come already, on another day.
        """
        if not settings.on:
            return None
        due = next_due(settings.rhythm, self._clock.now())
        standing = await self._standing(settings.workspace, settings.place.channel)
        while standing and standing.last and due.week <= standing.last.week:
            due = next_due(settings.rhythm, due.at)
        return due

    async def preview(self, person: Person, place: Place) -> Digest:
        """Return a channel's digest as it would be now.

        Its window begins where that of the last weekly digest ended.

        Raises:
            NotAChannel: it is somebody's direct messages.
        """
        _require_channel(place)
        standing = await self._standing(person.workspace, place.channel)
        settings = standing.settings if standing else self._default(person, place, None)
        return await self._reader.read(settings, self._window(standing))

    async def post(self, person: Person, place: Place, token: str) -> bool:
        """Post a channel's digest now.

        The weekly one of the same day is left out if nothing happens until then.

        Args:
            person: who wants it, and hears of it if it can't be posted.
            place: the channel.
            token: what this is done by; the same one posts once.

        Returns:
            Whether it is posted by this call.

        Raises:
            NotAChannel: it is somebody's direct messages.
        """
        _require_channel(place)
        standing = await self._standing(person.workspace, place.channel)
        delivery = now_delivery(person, place, token, self._window(standing))
        kept = await self._store.add_delivery(delivery)
        if kept:
            self._wake_delivery()
        return kept

    async def send_due(self) -> int:
        """Give each digest its turn that is due, once, however many processes do so.

        Returns:
            How many there were to be posted.

        Raises:
            ExceptionGroup: some could not be made; the others had their turn.
        """
        await self._store.put_digests_right(self._clock.now())
        await self._store.give_up_late_digests(self._clock.now())
        sent, errors = 0, list[Exception]()
        for standing in await self._store.digests_on(self._clock.now()):
            try:
                sent += await self._take_turn(standing, self._clock.now())
            except Exception as error:  # noqa: BLE001 (raised below: one must not stop the others)
                errors.append(error)
        if errors:
            raise ExceptionGroup("digests could not be made", errors)
        return sent

    async def content(self, delivery: Delivery) -> Digest:
        """Return what the delivery of a digest tells, as the log is now.

        Who may read what is so looked at when it is posted. The settings are those of now; one
        that was due before they were switched off still goes out.
        """
        window, owner, place = window_of(delivery)
        saved = await self.settings(delivery.workspace, delivery.channel)
        person = Person(delivery.workspace, owner)
        return await self._reader.read(saved or self._default(person, place, None), window)

    async def known_to(self, person: Person) -> list[DigestSettings]:
        """Return the settings of the digests that a person has to do with, first those that are on.

        Of public channels, those with a decision that is theirs in some way, or whose settings
        they saved; of private ones only the latter. Those that are off are those that they saved.
        """
        return await self._store.digests_known_to(person, _MOST_KNOWN)

    async def behind(self, now: datetime) -> timedelta:
        """Return how late the oldest digest is that is due and that Slack does not have yet.

        One whose time zone is no more cannot be due, and one for a workspace that takes nothing
        is not on its way.
        """
        late = [timedelta()]
        kept = await self._store.oldest_digest_under_way()
        if kept is not None:
            late.append(now - kept)
        for standing in await self._store.digests_on(now):
            with suppress(ZoneInfoNotFoundError):
                due = due_turn(standing, now)
                if due is not None:
                    late.append(now - due.at)
        return max(late)

    async def _standing(self, workspace: str, channel: str) -> DigestState | None:
        return await self._store.digest_standing(workspace, channel, self._clock.now())

    async def _take_turn(self, standing: DigestState, now: datetime) -> bool:
        """Give a channel's digest its turn if it is due; return whether it is to be posted."""
        due = due_turn(standing, now)
        if due is None:
            return False
        settings = standing.settings
        if not await self._store.make_room_for_digest(settings, due.week, now):
            return False
        channel = settings.place.channel
        now_told = await self._standing(settings.workspace, channel) or standing
        standing = replace(now_told, settings=settings)
        playbooks = self._reader.playbooks()
        window = replace(
            self._window(standing, now),
            missed=missed_by(standing, due),
            rules_changed=standing.last is None or standing.last.playbooks != playbooks,
        )
        digest = await self._reader.read(settings, window)
        wanted = settings.even_if_quiet or not digest.quiet
        told = wanted and await self._told_today(settings, due, window)
        sent = wanted and not told
        if told:  # of rules changed since then the next one tells
            playbooks = standing.last.playbooks if standing.last else ()
        turn = DigestRun(due.week, due.day, now, sent, window.missed, playbooks)
        delivery = weekly_delivery(settings, due, window) if sent else None
        taken = await self._store.take_turn(standing, turn, delivery)
        if taken and sent:
            self._wake_delivery()
        return taken and sent

    async def _told_today(self, settings: DigestSettings, due: Occurrence, window: Window) -> bool:
        """Whether somebody had a digest posted on the day one is due, and nothing happened since.

        The one that is due would tell the same; what it leaves untold, the next one tells.
        """
        begun = datetime.combine(due.day, time(), ZoneInfo(settings.rhythm.zone))
        begun = max(begun, settings.set_at)
        told_until = await self._store.posted_by_hand(settings, begun, window)
        if told_until is None:
            return False
        since = await self._reader.read(
            replace(settings, parts=tuple(DigestSection)), Window(told_until, window.until)
        )
        return not since.has_news

    def _window(self, standing: DigestState | None, now: datetime | None = None) -> Window:
        until = now or self._clock.now()
        since = until - FIRST_WINDOW
        if standing is not None:
            since = standing.told_until or min(since, standing.begun_at)
        earliest = until - LONGEST_WINDOW
        if since < earliest:
            return Window(earliest, until, untold_from=since)
        return Window(min(since, until), until)

    def _default(self, person: Person, place: Place, zone: str | None) -> DigestSettings:
        rhythm = Schedule(zone=zone) if zone and is_zone(zone) else Schedule()
        now = self._clock.now()
        return DigestSettings(person.workspace, place, person.user, now, rhythm=rhythm)


def _require_channel(place: Place) -> None:
    if place.visibility is Visibility.DIRECT:
        raise NotAChannel(place.channel)
