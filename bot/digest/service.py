"""Use cases of the weekly digest: settings, preview, posting by hand, and the weekly run."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

from bot.decisions.errors import NotAChannel, SharedChannel, UnknownZone
from bot.decisions.model import Person, Place, Visibility
from bot.decisions.ports import Clock
from bot.digest import queries, store
from bot.digest.compose import (
    SHOWN,
    Engines,
    changed_recommendations,
    compose,
    query_for,
)
from bot.digest.content import ChangedDecision, Digest, DigestData, Truncated
from bot.digest.schedule import (
    MAX_DELAY,
    DigestRun,
    DigestState,
    Occurrence,
    RunOutcome,
    Window,
    due_occurrence,
    next_window,
    playbooks_before,
    upcoming_occurrence,
)
from bot.digest.settings import (
    DigestScope,
    DigestSettings,
    Schedule,
    canonical_zone,
    is_zone,
    nearest_zone,
)
from bot.outbox.model import Delivery, DigestPost
from bot.outbox.table import expire_overdue
from bot.playbooks.engine import RuleEngine
from bot.storage.channels import is_shared, mark_shared, place_now
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.people import find_names
from bot.storage.playbook_versions import PlaybookVersions

_MOST_KNOWN = 20


class DigestService:
    """The use cases; each method is one."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        playbooks: PlaybookVersions,
        wake_delivery: Callable[[], None],
    ) -> None:
        """Create the service; `wake_delivery` is called when there is something to deliver."""
        self._database = database
        self._clock = clock
        self._playbooks = playbooks
        self._wake_delivery = wake_delivery

    async def settings(self, workspace: str, channel: str) -> DigestSettings | None:
        """Return a channel's settings, on or off; None if none were ever saved."""
        state = await self._state(workspace, channel)
        return state.settings if state else None

    async def default_settings(
        self, person: Person, place: Place, zone: str | None
    ) -> DigestSettings:
        """Return a channel's settings; if none were saved, the default ones.

        Args:
            person: who asks.
            place: the channel.
            zone: the IANA zone of the defaults; UTC if it is None or unknown.

        Raises:
            NotAChannel: the place is a direct message.
        """
        _require_channel(place)
        saved = await self.settings(person.workspace, place.channel)
        return saved or self._defaults(person, place, zone)

    async def change(self, settings: DigestSettings) -> DigestSettings:
        """Save a channel's settings; return them with the current time.

        A digest that is due at this moment by the earlier settings still runs.

        Raises:
            NotAChannel: the place is a direct message.
            SharedChannel: it is to cover the workspace, but external users can read the channel.
            UnknownZone: there is no such time zone.
        """
        _require_channel(settings.place)
        zone = canonical_zone(settings.schedule.zone)
        if not is_zone(zone):
            raise UnknownZone(zone, nearest_zone(zone))
        workspace, channel = settings.workspace, settings.place.channel
        now = self._clock.now()
        schedule = replace(settings.schedule, zone=zone)
        changed = replace(settings, schedule=schedule, set_at=now)
        current = self._current()

        def work(db: Connection) -> bool:
            covers_all = changed.on and changed.scope is DigestScope.WORKSPACE
            if covers_all and is_shared(db, workspace, channel):
                raise SharedChannel(channel)
            posted = False
            if changed.on:
                with suppress(ZoneInfoNotFoundError):
                    posted = _run(db, workspace, channel, now, current)
            place = place_now(db, workspace, changed.place)
            store.save_settings(db, replace(changed, place=place))
            return posted

        if await self._database.write(work):
            self._wake_delivery()
        return changed

    async def turn_on(self, person: Person, place: Place, zone: str | None) -> DigestSettings:
        """Turn a channel's digest on, as it was last, else by the defaults; of the channel only.

        Raises:
            NotAChannel: the place is a direct message.
            UnknownZone: the zone saved last no longer exists.
        """
        base = await self.default_settings(person, place, zone)
        return await self.change(
            replace(base, place=place, set_by=person.user, on=True, scope=DigestScope.CHANNEL)
        )

    async def external_user_seen(self, workspace: str, channel: str) -> str | None:
        """Record that external users are in a channel, and limit its digest to that channel.

        Returns:
            Who had set it up to cover the workspace, if it did; else None.
        """

        def work(db: Connection) -> str | None:
            mark_shared(db, workspace, channel)
            return store.limit_to_channel(db, workspace, channel)

        return await self._database.write(work)

    async def switch_off(self, person: Person, place: Place) -> bool:
        """Switch a channel's digest off; return whether it was on."""
        return await self._database.write(
            lambda db: store.switch_off(db, person.workspace, place.channel)
        )

    async def next_due(self, settings: DigestSettings) -> Occurrence | None:
        """Return a channel's next weekly digest; None if it is off or was never set up."""
        state = await self._state(settings.workspace, settings.place.channel)
        return upcoming_occurrence(state, self._clock.now()) if state else None

    async def preview(self, person: Person, place: Place) -> Digest:
        """Return a channel's digest as it would be if it were posted now.

        Raises:
            NotAChannel: the place is a direct message.
        """
        _require_channel(place)
        now = self._clock.now()
        workspace, channel = person.workspace, place.channel

        def work(db: Connection) -> tuple[DigestState | None, list[DigestRun]]:
            return (
                store.digest_state(db, workspace, channel),
                store.recent_runs(db, workspace, channel),
            )

        state, runs = await self._database.read(work)
        settings = state.settings if state else self._defaults(person, place, None)
        changed = playbooks_before(runs) != _hashes(self._current())
        window = next_window(state, runs, now)
        return await self.read(settings, window, rules_changed=changed)

    async def post(self, person: Person, place: Place, token: str) -> bool:
        """Post a channel's digest now. The next one begins where it ends.

        Args:
            person: who asks for it, and is notified if it cannot be posted.
            place: the channel.
            token: identifies the request; the same token posts once.

        Returns:
            Whether this call posts it.

        Raises:
            NotAChannel: the place is a direct message.
        """
        _require_channel(place)
        now = self._clock.now()
        workspace, channel = person.workspace, place.channel
        playbooks = _hashes(self._current())

        def work(db: Connection) -> bool:
            state = store.digest_state(db, workspace, channel)
            window = next_window(state, store.recent_runs(db, workspace, channel), now)
            name = f"now/{token}"
            run = DigestRun(name, None, now, RunOutcome.POSTED, playbooks)
            delivery = _delivery(person, place, name, window, now)
            return store.record_run(db, workspace, channel, run, delivery)

        posted = await self._database.write(work)
        if posted:
            self._wake_delivery()
        return posted

    async def send_due(self) -> int:
        """Run every weekly digest that is due, once, however many processes do so.

        Returns:
            How many are to be posted.

        Raises:
            ExceptionGroup: some failed; the others were run.
        """
        now = self._clock.now()

        def begin(db: Connection) -> list[DigestState]:
            expire_overdue(db, now)
            return store.active_digests(db)

        posted, errors = 0, list[Exception]()
        for state in await self._database.write(begin):
            try:
                if due_occurrence(state, self._clock.now()) is not None:
                    posted += await self.run_due(state)
            except Exception as error:  # noqa: BLE001 (raised below: one must not stop the others)
                errors.append(error)
        if posted:
            self._wake_delivery()
        if errors:
            raise ExceptionGroup("digests failed", errors)
        return posted

    async def run_due(self, state: DigestState) -> bool:
        """Run a digest, if no other process has run it; return whether it is to be posted."""
        settings, current, now = state.settings, self._current(), self._clock.now()
        return await self._database.write(
            lambda db: _run(db, settings.workspace, settings.place.channel, now, current)
        )

    async def content(self, delivery: Delivery) -> Digest:
        """Return the content of a digest's delivery, read now with the current settings.

        So what every reader may see is decided when it is posted. A digest that was due before its
        settings were switched off is still posted.

        Raises:
            TypeError: the delivery is not a digest.
        """
        post = delivery.payload
        if not isinstance(post, DigestPost):
            raise TypeError(f"delivery {delivery.key} is not a digest")
        person = Person(delivery.workspace, post.owner)
        place = Place(delivery.channel, post.visibility)
        saved = await self.settings(delivery.workspace, delivery.channel)
        settings = saved or self._defaults(person, place, None)
        window = Window(post.since, post.until, post.missed, post.gap_from)
        return await self.read(settings, window)

    async def settings_for(self, person: Person) -> list[DigestSettings]:
        """Return the digests that concern a person, active ones first; see `settings_known_to`."""
        return await self._database.read(
            lambda db: store.settings_known_to(db, person, _MOST_KNOWN)
        )

    async def lag(self, now: datetime) -> timedelta:
        """Return how late the oldest digest is that is due and not yet posted.

        Digests with an unknown time zone, and those of workspaces that refuse the bot, are ignored.
        """
        oldest = await self._database.read(store.oldest_pending_digest)
        late = [timedelta(), *([now - oldest] if oldest else [])]
        for state in await self._database.read(store.active_digests):
            with suppress(ZoneInfoNotFoundError):
                due = due_occurrence(state, now)
                if due is not None:
                    late.append(now - due.at)
        return max(late)

    async def _state(self, workspace: str, channel: str) -> DigestState | None:
        return await self._database.read(lambda db: store.digest_state(db, workspace, channel))

    async def read(
        self, settings: DigestSettings, window: Window, *, rules_changed: bool = True
    ) -> Digest:
        """Return the digest of a window, read now.

        Args:
            settings: of the channel, saved or not.
            window: the period to cover.
            rules_changed: whether the playbooks differ from those at the last digest.
        """
        current, workspace = self._current(), settings.workspace
        query = query_for(settings, window, _hashes(current))

        def work(db: Connection) -> tuple[DigestData, Truncated[ChangedDecision], dict[str, str]]:
            data = queries.digest_data(db, query)
            changed = changed_recommendations(data.past_answers, current)
            now = {each.number: each.now for each in changed[:SHOWN]}
            items = queries.items_of(db, workspace, tuple(now))
            shown = tuple(
                ChangedDecision(each.decision, each.announced, now[each.decision.number])
                for each in items
            )
            closed_by = {
                each.decision.closure.by for each in data.closed.shown if each.decision.closure
            }
            names = find_names(db, workspace, closed_by)
            return data, Truncated(shown, len(changed)), names

        data, changed, names = await self._database.read(work)
        decisions = (*data.decisions(), *(each.decision for each in changed.shown))
        versions = {each.number: await self._playbooks.of(each) for each in decisions}
        engines = Engines(current, versions)
        return compose(settings, window, data, changed, engines, names, rules_changed=rules_changed)

    def _current(self) -> dict[str, RuleEngine]:
        return {name: self._playbooks.current(name).engine for name in self._playbooks.titles()}

    def _defaults(self, person: Person, place: Place, zone: str | None) -> DigestSettings:
        schedule = Schedule(zone=zone) if zone and is_zone(zone) else Schedule()
        return DigestSettings(
            person.workspace, place, person.user, self._clock.now(), schedule=schedule
        )


def _run(
    db: Connection, workspace: str, channel: str, now: datetime, current: Mapping[str, RuleEngine]
) -> bool:
    """Run a channel's digest if it is due; return whether it is to be posted.

    Runs in a write transaction, so that of several processes only one runs it.
    """
    state = store.digest_state(db, workspace, channel)
    due = due_occurrence(state, now) if state else None
    if state is None or due is None or not store.clear_unposted(db, workspace, channel, now):
        return False
    settings, runs = state.settings, store.recent_runs(db, workspace, channel)
    window = next_window(state, runs, now)
    wanted = settings.post_when_empty or _has_content(db, settings, window, runs, current)
    outcome = RunOutcome.POSTED if wanted else RunOutcome.EMPTY
    run = DigestRun(due.week, due.day, now, outcome, _hashes(current))
    owner = Person(workspace, settings.set_by)
    delivery = _delivery(owner, settings.place, due.week, window, due.at) if wanted else None
    return store.record_run(db, workspace, channel, run, delivery) and wanted


def _has_content(
    db: Connection,
    settings: DigestSettings,
    window: Window,
    runs: Sequence[DigestRun],
    current: Mapping[str, RuleEngine],
) -> bool:
    """Return whether a weekly digest has something to report.

    What waits comes back each week. If the last digest was posted by hand, what waits was just
    reported, so only what is new since then counts.
    """
    playbooks = _hashes(current)
    query = query_for(settings, window, playbooks)
    if queries.has_news(db, query):
        return True
    by_hand = bool(runs) and runs[0].day is None and runs[0].arrived
    if not by_hand and queries.section_counts(db, query):
        return True
    if playbooks_before(runs) == playbooks:
        return False
    past, _ = queries.past_answers(db, query)
    return bool(changed_recommendations(past, current))


def _hashes(current: Mapping[str, RuleEngine]) -> tuple[str, ...]:
    """Return the hashes of the current playbooks, in order."""
    return tuple(sorted(each.playbook.hash for each in current.values()))


def _require_channel(place: Place) -> None:
    if place.visibility is Visibility.DIRECT:
        raise NotAChannel(place.channel)


def _delivery(owner: Person, place: Place, name: str, window: Window, due: datetime) -> Delivery:
    """Return the delivery of a digest; `name` is that of its run."""
    post = DigestPost(
        since=window.since,
        until=window.until,
        owner=owner.user,
        visibility=place.visibility,
        missed=window.missed,
        gap_from=window.gap_from,
    )
    return Delivery(
        key=f"{owner.workspace}/digest/{place.channel}/{name}",
        workspace=owner.workspace,
        payload=post,
        channel=place.channel,
        due_at=window.until,
        expires_at=due + MAX_DELAY,
    )
