"""A local Slack workspace as one object, and how to serve it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from starlette.types import ASGIApp

from bot.playground.asgi_app import create_asgi_app
from bot.playground.channel_messages import find_mass_mentions
from bot.playground.events import event_delivery
from bot.playground.movable_clock import MovableClock
from bot.playground.request_log import Dispatch
from bot.playground.seed_data import add_empty_workspace, add_northwind, add_user_to, default_app
from bot.playground.slack_model import Channel, Json, SlackApp, SlackMessage, SlackUser
from bot.playground.user_session import UserSession
from bot.playground.workspace import LocalSlack, Workspace
from bot.serving import HttpServer

SHUTDOWN_GRACE = 1
"""Seconds for open streams at shutdown: the pages never close theirs."""


class Playground:
    """The workspace Northwind with the app installed; other workspaces can be added.

    `violations` are rejections that the app could have avoided, `rejections` are the others;
    `calls` are the Web API requests, `dispatches` the payloads sent to the app. The clock is shared
    with the bot; the app is ragvsft's if None is given.
    """

    def __init__(self, clock: MovableClock | None = None, app: SlackApp | None = None) -> None:
        self.slack = slack = LocalSlack(clock or MovableClock(), app or default_app())
        self.workspace = add_northwind(slack)
        self.asgi: ASGIApp = create_asgi_app(slack, self.workspace)
        self.app, self.clock, self.transport = slack.app, slack.clock, slack.transport
        self.faults, self.rate_limits = slack.faults, slack.rate_limits
        self.request_log = log = slack.request_log
        self.violations, self.rejections = log.violations, log.rejections
        self.calls, self.dispatches = log.calls, log.dispatches
        self.app_token, self.signing_secret = self.app.app_token, self.app.signing_secret
        self.bot_user_id = self.workspace.installation.bot_user_id

    def set_base_url(self, base_url: str) -> None:
        """Set the URL at which the workspace is served, e.g. http://127.0.0.1:8000."""
        self.slack.base_url = base_url.rstrip("/")

    def connect_http(self, request_url: str) -> None:
        """Set the app's request URL."""
        self.transport.request_url = request_url
        self.slack.mark_changed()

    async def aclose(self) -> None:
        """Cancel background tasks and close streams and sockets."""
        await self.slack.close()

    @property
    def api_url(self) -> str:
        """The base URL of the Web API, with a trailing slash."""
        return f"{self.slack.base_url}/api/"

    @property
    def command(self) -> str:
        """The name of the app's first slash command."""
        return self.app.commands[0].name

    @property
    def bot_token(self) -> str:
        """The bot token of the first workspace."""
        return self.workspace.installation.bot_token

    @property
    def mass_mentions(self) -> list[tuple[SlackMessage, str]]:
        """The app's messages that notify a whole channel or workspace, with the mention."""
        sent = [m for messages in self.workspace.messages.values() for m in messages if m.by_app]
        return [(message, mention) for message in sent for mention in find_mass_mentions(message)]

    def user(self, name_or_id: str, workspace: Workspace | None = None) -> UserSession:
        """Return the session of a user."""
        chosen = workspace or self.workspace
        return UserSession(chosen, chosen.user(name_or_id))

    def channel(self, name_or_id: str) -> Channel:
        """Return a channel of the first workspace."""
        return self.workspace.channel(name_or_id)

    def messages(self, channel: str) -> list[SlackMessage]:
        """Return every message of a channel, including replies and all ephemeral ones."""
        return list(self.workspace.messages.get(self.channel(channel).id, []))

    def add_workspace(
        self,
        workspace_id: str,
        name: str,
        enterprise_id: str | None = None,
        *,
        org_wide: bool = False,
    ) -> Workspace:
        """Add a workspace (its id begins with T0) with the app installed and without users.

        If the app is installed for the whole organisation (`org_wide`), payloads have no team.
        """
        workspace = add_empty_workspace(self.slack, workspace_id, name)
        workspace.enterprise_id, workspace.installation.is_org_wide = enterprise_id, org_wide
        return workspace

    def add_user(self, user: SlackUser, workspace: Workspace | None = None) -> UserSession:
        """Add a user to a workspace and return their session."""
        chosen = workspace or self.workspace
        add_user_to(chosen, user)
        return UserSession(chosen, user)

    def add_channel(self, channel: Channel, workspace: Workspace | None = None) -> Channel:
        """Add a channel to a workspace."""
        (workspace or self.workspace).channels[channel.id] = channel
        self.slack.mark_changed()
        return channel

    def invite(self, name_or_id: str, channel: str) -> None:
        """Add a user (or `bot`) to a channel."""
        self.channel(channel).members.add(self._member(name_or_id))
        self.slack.mark_changed()

    def remove(self, name_or_id: str, channel: str) -> None:
        """Remove a user (or `bot`) from a channel."""
        self.channel(channel).members.discard(self._member(name_or_id))
        self.slack.mark_changed()

    def archive(self, channel: str) -> None:
        """Archive a channel."""
        self.channel(channel).is_archived = True
        self.slack.mark_changed()

    def advance(self, **by: float) -> None:
        """Move the clock forward: `advance(days=1, hours=2)`."""
        self.clock.advance(timedelta(**by))

    async def send_again(self, dispatch: Dispatch) -> Dispatch:
        """Send the payload of an earlier dispatch again, with a new signature."""
        return await self.transport.send(dispatch.kind, dispatch.payload)

    async def send_event(self, event: Json, workspace: Workspace | None = None) -> Dispatch:
        """Send an event of any type, with retries if it fails."""
        return await event_delivery.send_event(workspace or self.workspace, event)

    async def ssl_check(self) -> Dispatch:
        """Send the periodic SSL check of a command's request URL."""
        fields = {"ssl_check": "1", "token": self.app.verification_token}
        return await self.transport.send("slash_commands", fields)

    async def uninstall(self, workspace: Workspace | None = None) -> list[Dispatch]:
        """Uninstall the app from a workspace."""
        return await event_delivery.uninstall_app(workspace or self.workspace)

    async def until(self, predicate: Callable[[], object], within: float = 30.0) -> None:
        """Wait until a condition holds; after `within` real seconds fail with the `dump`."""
        if not await self.slack.wait_until(predicate, within):
            raise AssertionError(f"did not happen within {within} s.\n{self.dump()}")

    def dump(self) -> str:
        """Return the workspace and the request log as text, for failure messages of tests."""
        workspace, lines = self.workspace, []
        for channel in workspace.channels.values():
            for m in workspace.messages.get(channel.id, []):
                mark = f" (to {m.ephemeral_to})" if m.ephemeral_to else ""
                thread = f" in {m.thread_ts}" if m.is_reply else ""
                lines.append(f"#{channel.name} {m.ts}{thread} {m.user}{mark}: {m.text[:80]}")
        for user_id in workspace.modal_ids:
            lines += [
                f"modal of {user_id}: {v.title} {v.errors}" for v in workspace.modals(user_id)
            ]
        lines += [f"notice to {n.user_id}: {n.text}" for n in workspace.notices]
        lines += [f"call {c.method} {c.status} {(c.answer or {}).get('error')}" for c in self.calls]
        lines += [f"dispatch {d.kind} {d.status} {d.error}" for d in self.dispatches]
        lines += [f"violation {v.method} {v.error} {v.message}" for v in self.violations]
        return "\n".join(lines)

    def _member(self, name_or_id: str) -> str:
        return self.bot_user_id if name_or_id == "bot" else self.workspace.user(name_or_id).id


@asynccontextmanager
async def serving_app(app: ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """Serve an ASGI app on 127.0.0.1 and yield its base URL. Port 0 takes a free one.

    Raises:
        PortTaken: the port is in use.
    """
    server = HttpServer(app, "127.0.0.1", port, SHUTDOWN_GRACE)
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.stop()


@asynccontextmanager
async def serving(playground: Playground, port: int = 0) -> AsyncIterator[str]:
    """Serve the workspace on 127.0.0.1, set its base URL and yield it.

    Raises:
        PortTaken: the port is in use.
    """
    async with serving_app(playground.asgi, port) as base_url:
        playground.set_base_url(base_url)
        try:
            yield base_url
        finally:
            await playground.aclose()
