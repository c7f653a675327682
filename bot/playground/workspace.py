"""The state of the local Slack: what its workspaces share, and one workspace."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime

from bot.playground.fault_injection import FaultInjector
from bot.playground.movable_clock import MovableClock
from bot.playground.rate_limits import RateLimiter
from bot.playground.request_log import RequestLog, RequestRejected
from bot.playground.slack_model import (
    AppInstallation,
    Channel,
    Json,
    Notice,
    ResponseUrl,
    SlackApp,
    SlackIds,
    SlackMessage,
    SlackUser,
    Trigger,
    UploadedFile,
    View,
)
from bot.playground.transport.app_transport import AppTransport
from bot.playground.transport.socket_mode import SocketModeServer


class LocalSlack:
    """State shared by all workspaces: clock, log, transport, change notification, background tasks.

    `version` grows with every change; `base_url` is where the ASGI app is served.
    """

    def __init__(self, clock: MovableClock, app: SlackApp) -> None:
        self.clock = clock
        self.app = app
        self.ids = SlackIds()
        self.request_log = RequestLog()
        self.rate_limits = RateLimiter()
        self.faults = FaultInjector(clock, self.mark_changed)
        self.workspaces: dict[str, Workspace] = {}
        sockets = SocketModeServer(app.id, self.spawn, self.mark_changed)
        self.transport = AppTransport(app, self.request_log, sockets, self.now)
        self.base_url = "http://127.0.0.1"
        self.version = 1
        self.is_closed = False
        self._waiting: set[asyncio.Event] = set()
        self._tasks: set[asyncio.Task[object]] = set()
        clock.subscribe(self.mark_changed)

    def now(self) -> datetime:
        """Return the time of the clock."""
        return self.clock.now()

    def mark_changed(self) -> None:
        """Increment `version` and wake everything that waits for a change."""
        self.version += 1
        for event in self._waiting:
            event.set()

    async def wait_until(self, predicate: Callable[[], object], within: float | None) -> bool:
        """Evaluate the predicate after each change until it holds; return whether it did in time.

        `within` is the limit in real seconds, None for no limit.
        """
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(within):
                while not predicate():
                    await event.wait()
                    event.clear()
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(event)
        return True

    async def sleep_until(self, moment: datetime) -> None:
        """Wait until the clock reaches a time, by itself or by a move."""
        while not self.is_closed and (left := (moment - self.now()).total_seconds()) > 0:
            await self.wait_until(lambda: self.is_closed or self.now() >= moment, left)

    def spawn(self, work: Coroutine[object, object, object]) -> None:
        """Run a coroutine as a background task."""
        task: asyncio.Task[object] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finish)

    @property
    def is_busy(self) -> bool:
        """Whether a background task is running, such as a pending retry."""
        return bool(self._tasks)

    def _finish(self, task: "asyncio.Task[object]") -> None:
        self._tasks.discard(task)
        self.mark_changed()

    async def close(self) -> None:
        """Cancel the background tasks and close every stream and socket."""
        self.is_closed = True
        self.mark_changed()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.transport.sockets.close()

    def log_rejection(self, method: str, rejected: RequestRejected) -> None:
        """Log a rejected request; `method` names the API method or the kind of response."""
        self.request_log.add_rejection(method, rejected, self.now())
        self.mark_changed()


@dataclass
class Workspace:
    """One workspace: users, channels, messages, and the views each user has open.

    `slack` is the shared state; `modal_ids` are each user's open modals, bottom to top.
    """

    slack: LocalSlack
    id: str
    name: str
    domain: str
    installation: AppInstallation
    enterprise_id: str | None = None
    users: dict[str, SlackUser] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[str, list[SlackMessage]] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    modal_ids: dict[str, list[str]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    files: dict[str, UploadedFile] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    @property
    def enterprise(self) -> Json | None:
        """The Enterprise Grid organisation as payloads name it, or None."""
        known = {"id": self.enterprise_id, "name": f"Organisation {self.enterprise_id}"}
        return known if self.enterprise_id else None

    @property
    def enterprise_fields(self) -> Json:
        """The enterprise_id and enterprise_name in payloads; empty without an organisation."""
        return {f"enterprise_{key}": value for key, value in (self.enterprise or {}).items()}

    @property
    def first_user(self) -> SlackUser:
        """The user whom the page shows first."""
        return next(user for user in self.users.values() if not user.is_bot)

    def user(self, name_or_id: str) -> SlackUser:
        """Return the user with this id or short name, or raise KeyError."""
        for user in self.users.values():
            if name_or_id in {user.id, user.name}:
                return user
        raise KeyError(f"no user called {name_or_id!r} in {self.name}")

    def channel(self, name_or_id: str) -> Channel:
        """Return the channel with this id or name (with or without #), or raise KeyError."""
        for channel in self.channels.values():
            if name_or_id.removeprefix("#") in {channel.id, channel.name}:
                return channel
        raise KeyError(f"no channel called {name_or_id!r} in {self.name}")

    def im(self, user_id: str) -> Channel:
        """Return the direct conversation between a user and the app."""
        pair = {user_id, self.installation.bot_user_id}
        return next(c for c in self.channels.values() if c.kind == "im" and c.members == pair)

    def find_message(self, channel_id: str, ts: str) -> SlackMessage | None:
        """Return the message with this timestamp (ephemeral ones included), or None."""
        return next((m for m in self.messages.get(channel_id, []) if m.ts == ts), None)

    def replies(self, channel_id: str, ts: str) -> list[SlackMessage]:
        """Return the replies in a thread, oldest first, without ephemeral ones."""
        return [
            m
            for m in self.messages.get(channel_id, [])
            if m.thread_ts == ts and m.is_reply and m.ephemeral_to is None
        ]

    def visible_messages(self, user_id: str, channel_id: str) -> list[SlackMessage]:
        """Return what a user sees in a channel, ephemeral messages to them included."""
        return [m for m in self.messages.get(channel_id, []) if m.ephemeral_to in {None, user_id}]

    def modals(self, user_id: str) -> list[View]:
        """Return the open modals of a user, bottom to top."""
        return [self.views[view_id] for view_id in self.modal_ids.get(user_id, [])]

    def can_see(self, user_id: str, channel: Channel) -> bool:
        """Whether a user sees a channel: as a member, or as an internal user if it is public."""
        if user_id in channel.members:
            return True
        return channel.kind == "public" and not self.users[user_id].is_external

    def app_is_member(self, channel: Channel) -> bool:
        """Whether the app's bot user is a member of a channel."""
        return self.installation.bot_user_id in channel.members

    def has_app(self, user: SlackUser) -> bool:
        """Whether Slack offers the app's commands, shortcuts and Home to a user."""
        return not user.is_external and not self.installation.is_revoked

    def can_open_file(self, user_id: str, file: UploadedFile) -> bool:
        """Whether a user sees a channel in which a file is shared or shown."""
        if user_id not in self.users:
            return False
        return any(self.can_see(user_id, self.channels[shared]) for shared in file.shared_in)

    def add_notice(self, user: SlackUser, text: str) -> None:
        """Show a user a line near the composer."""
        self.notices.append(Notice(self.slack.ids.new("N"), user.id, text))
        self.slack.mark_changed()

    def new_trigger(self, user: SlackUser, view_id: str | None = None) -> str:
        """Return a trigger_id for an action of a user; `view_id` is the modal it happened in."""
        now = self.slack.now()
        trigger = Trigger(self.slack.ids.trigger(now), user.id, now, view_id)
        trigger.expired = self.slack.faults.take("expire_trigger") is not None
        self.triggers[trigger.id] = trigger
        return trigger.id

    def new_response_url(
        self, user: SlackUser, channel: Channel, message: SlackMessage | None = None
    ) -> str:
        """Return a response_url for an action of a user in a channel or on a message."""
        created = ResponseUrl(
            self.slack.ids.secret("R"),
            user.id,
            channel.id,
            self.slack.now(),
            message.ts if message else None,
        )
        self.response_urls[created.id] = created
        return f"{self.slack.base_url}/response/{self.id}/{created.id}"
