"""The composition root: builds the application, runs it, and shuts it down in order."""

import asyncio
import math
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.catalog import PlaybookCatalog
from bot.charts.subprocess import render_in_subprocess
from bot.decisions.ports import Clock
from bot.digest.messages import DigestMessages
from bot.manifest import REDIRECT_PATH, scopes_asked
from bot.outbox.health import delivery_health
from bot.outbox.images import Images
from bot.outbox.policy import FailurePolicy
from bot.outbox.store import Outbox
from bot.outbox.worker import DeliveryWorker
from bot.schedule import PeriodicRunner, create_schedule
from bot.services.retention import Retention
from bot.services.services import Services
from bot.serving import HttpServer
from bot.settings import Settings, SettingsError, missing
from bot.slack.app import BoltApp, create_bolt_app
from bot.slack.background import BackgroundTasks
from bot.slack.connection import check_bot_token, socket_mode
from bot.slack.directory import SlackDirectory
from bot.slack.oauth.flow import OAuthCredentials, OAuthFlow
from bot.slack.oauth.installations import (
    Installations,
    MultiWorkspace,
    SingleWorkspace,
    TokenCipher,
)
from bot.slack.oauth.pages import InstallPages
from bot.slack.rendering import Renderer
from bot.slackkit.api_errors import SLACK_SECONDS
from bot.slackkit.session import slack_session
from bot.storage.database import Database
from bot.storage.installations import InstallationStore
from bot.storage.maintenance.inspection import check_clock
from bot.storage.running_bots import RunningBots
from bot.web.app import Endpoints, create_web
from bot.web.events import Handler
from bot.web.health import Health, HealthSources
from bot.web.metrics import SOCKET, Metrics

logger = structlog.get_logger(__name__)

SHUTDOWN_TIMEOUT = 7.5
"""Seconds. Longer than one post may take; platforms kill a process after ten."""


@dataclass(frozen=True, slots=True)
class Application:
    """The running bot, by its parts.

    Attributes:
        port: where the HTTP server listens.
        check_due: checks at once for due deliveries, reviews and digests.
        playbooks: the playbooks in use.
        database: the open database.
        services: the use cases.
        outbox: the deliveries.
        slack: the Bolt app, to which the demo adds a handler.
    """

    port: int
    check_due: Callable[[], None]
    playbooks: PlaybookCatalog
    database: Database
    services: Services
    outbox: Outbox
    slack: BoltApp


@asynccontextmanager
async def run_app(settings: Settings, clock: Clock) -> AsyncIterator[Application]:
    """Run the bot for the length of a `with` block, then shut it down in order.

    The shutdown starts no new work and takes no more requests. It waits up to `SHUTDOWN_TIMEOUT`
    for work in progress: background tasks, posts, and periodic jobs. It closes the database last.

    Raises:
        SettingsError: neither one workspace's token is set nor what OAuth needs.
        DatabaseUnusable: the database cannot be used, or is far ahead of the clock.
        NoPlaybookError: there is nothing to ask.
        PlaybookError: a playbook is broken.
        PortTaken: the port cannot be listened on.
        TokenRefused: Slack rejects a token.
    """
    playbooks = PlaybookCatalog(settings.rules)
    async with AsyncExitStack() as stack:
        database = await Database(settings.database).open()
        stack.push_async_callback(database.close)
        await database.read(lambda db: check_clock(db, clock.now()))
        session = await stack.enter_async_context(slack_session(SLACK_SECONDS))
        client = AsyncWebClient(
            base_url=settings.slack_api_url,
            session=session,
            timeout=SLACK_SECONDS,
            retry_handlers=[],
        )
        installations, pages = await _installations(settings, client, database, clock)
        wake_worker = asyncio.Event()
        people = SlackDirectory(installations.client_for)
        services = Services(database, clock, playbooks, wake_worker.set, people)
        outbox = Outbox(database)
        slack = create_bolt_app(services, client, installations, settings.command)
        bots = RunningBots(database, clock, playbooks, secrets.token_hex(8))
        periodic = PeriodicRunner(
            bots.report,
            services.reviews.request_due,
            services.digests.send_due,
            services.drafts.delete_expired,
            services.people.refresh,
            Retention(database, clock, timedelta(days=settings.keep_days)).delete_outdated,
        )
        health = Health(
            HealthSources(
                database.problem,
                lambda: database.read(delivery_health),
                services.digests.lag,
                playbooks,
                playbooks.problems,
                periodic.heartbeat_age,
                clock,
                lambda: bots.differences,
            )
        )
        metrics = Metrics(health.snapshot)
        links = services.permalinks()
        digests = DigestMessages(installations.client_for, links, settings.command)
        renderer = Renderer(services, digests, settings.command)
        worker = DeliveryWorker(
            outbox,
            FailurePolicy(outbox, services.delivery_issues, services.person_unreachable, clock),
            renderer.message,
            clock,
            installations.client_for,
            wake_worker,
            Images(render_in_subprocess),
            metrics.count_attempt,
        )
        shutdown = _Shutdown(worker, periodic, slack.background)
        await stack.enter_async_context(_workers(shutdown))
        schedule = create_schedule(wake_worker.set, playbooks.refresh, periodic.wake)
        schedule.start()
        stack.callback(schedule.shutdown, wait=False)
        handle = None if settings.socket_mode else _handler(slack.app)
        web = _serving(settings, clock, Endpoints(handle, health.readiness, metrics, pages))
        port = await stack.enter_async_context(web)
        if settings.app_token is not None:
            token = settings.app_token.get_secret_value()
            acked = partial(metrics.observe_ack, SOCKET)
            await stack.enter_async_context(socket_mode(slack.app, token, acked))

        def check_due() -> None:
            wake_worker.set()
            periodic.wake()

        stack.callback(shutdown.start)
        yield Application(port, check_due, playbooks, database, services, outbox, slack)


class _Shutdown:
    """Stops the workers and the background tasks together, by one deadline."""

    def __init__(
        self, worker: DeliveryWorker, periodic: PeriodicRunner, background: BackgroundTasks
    ) -> None:
        self.workers = (worker, periodic)
        self._background = background
        self._deadline = math.inf

    def start(self) -> None:
        """Ask the workers to stop; the deadline is `SHUTDOWN_TIMEOUT` after the first call."""
        self._deadline = min(self._deadline, asyncio.get_running_loop().time() + SHUTDOWN_TIMEOUT)
        for worker in self.workers:
            worker.stop()

    async def finish(self, tasks: Collection[asyncio.Task[None]]) -> None:
        """Wait for all work until the deadline, then log and cancel the rest."""
        self.start()
        await self._background.drain(self._seconds_left())
        _, late = await asyncio.wait(tasks, timeout=self._seconds_left())
        for task in late:
            logger.warning("a worker did not stop in time")
            task.cancel()
        await asyncio.gather(*(task for task in tasks if task not in late))

    def _seconds_left(self) -> float:
        return max(0.0, self._deadline - asyncio.get_running_loop().time())


@asynccontextmanager
async def _workers(shutdown: _Shutdown) -> AsyncIterator[None]:
    """Run the delivery worker and the periodic jobs until the shutdown."""
    tasks = [asyncio.create_task(worker.run()) for worker in shutdown.workers]
    try:
        yield
    finally:
        await shutdown.finish(tasks)


@asynccontextmanager
async def _serving(settings: Settings, clock: Clock, endpoints: Endpoints) -> AsyncIterator[int]:
    """Serve HTTP: health and metrics always, Slack's requests unless Socket Mode is on.

    Yields:
        The port.
    """
    secret = settings.signing_secret
    web = create_web(endpoints, clock, secret.get_secret_value() if secret else None)
    server = HttpServer(web, settings.host, settings.port)
    await server.start()
    try:
        yield server.port
    finally:
        await server.stop()


def _handler(bolt: AsyncApp) -> Handler:
    async def handle(body: dict[str, Any], headers: Mapping[str, str]) -> Response:
        # Bolt parses the body unless the mode says that it is parsed; no other effect.
        request = AsyncBoltRequest(body=body, headers=dict(headers), mode="socket_mode")
        return to_starlette_response(await bolt.async_dispatch(request))

    return handle


async def _installations(
    settings: Settings, client: AsyncWebClient, database: Database, clock: Clock
) -> tuple[Installations, Sequence[BaseRoute]]:
    """Return the installations, and the routes by which further workspaces install the bot."""
    if settings.bot_token is not None:
        token = settings.bot_token.get_secret_value()
        await check_bot_token(client, token)
        return SingleWorkspace(token, client), ()
    credentials, store = _credentials(settings), InstallationStore(database)
    cipher = TokenCipher([key.get_secret_value() for key in settings.keys])
    installations = MultiWorkspace(store, cipher, client, clock)
    await installations.rotate_keys()
    scopes = scopes_asked(with_history=settings.history)
    flow = OAuthFlow(credentials, tuple(scopes), client, cipher, installations, store, clock)
    pages = InstallPages(flow, scopes, settings.command, REDIRECT_PATH, settings.keep_days)
    return installations, pages.routes()


def _credentials(settings: Settings) -> OAuthCredentials:
    if settings.client_id is None or settings.client_secret is None or not settings.keys:
        raise SettingsError(missing({}))
    return OAuthCredentials(settings.client_id, settings.client_secret.get_secret_value())
