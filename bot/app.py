"""The one place that knows every other: builds the whole, runs it, and takes it down in order."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.catalog import PlaybookCatalog
from bot.charts.subprocess import render_in_subprocess
from bot.manifest import REDIRECT_PATH, scopes_asked
from bot.outbox.store import SqliteOutbox
from bot.outbox.worker import DeliveryWorker
from bot.schedule import PeriodicRunner, create_schedule
from bot.services.ports import Clock
from bot.services.services import Services
from bot.serving import HttpServer
from bot.settings import Settings, SettingsError, missing
from bot.slack.app import create_bolt_app
from bot.slack.background import BackgroundTasks
from bot.slack.connection import check_bot_token, socket_mode
from bot.slack.directory import SlackDirectory
from bot.slack.handlers.samples import Samples
from bot.slack.oauth.flow import OAuthApp, OAuthFlow
from bot.slack.oauth.installations import Installations, MultiWorkspace, SingleWorkspace
from bot.slack.oauth.pages import InstallPages
from bot.slack.oauth.tokens import TokenCipher
from bot.slackkit.api_errors import SLACK_SECONDS, client_timeout
from bot.storage.database import Database
from bot.storage.health import SqliteVitals
from bot.storage.installations import SqliteInstallations
from bot.storage.store import SqliteStore
from bot.web.app import Endpoints, create_web
from bot.web.events import Handler
from bot.web.health import Health, HealthSources
from bot.web.metrics import SOCKET, Metrics

logger = structlog.get_logger(__name__)

WIND_DOWN = 7.5
"""Seconds; longer than a post may take, and a platform that stops the bot waits ten at most."""


@dataclass(frozen=True, slots=True)
class Application:
    """The bot as it runs.

    Attributes:
        port: where it listens.
        look: has it look for what is due, because the clock was moved, say.
        playbooks: those in use.
        services: its use cases.
        outbox: its deliveries.
        services_at: makes a desk on the same log with another clock.
    """

    port: int
    look: Callable[[], None]
    playbooks: PlaybookCatalog
    services: Services
    outbox: SqliteOutbox
    services_at: Callable[[Clock], Services]


@asynccontextmanager
async def run_app(
    settings: Settings, clock: Clock, samples: Samples | None = None
) -> AsyncIterator[Application]:
    """Run the bot for the length of a `with` block, then finish what is under way.

    At the end nothing new is begun, no more requests are taken, and what is under way (errands of
    requests that were acked, posts in flight, rounds) is finished side by side, within
    `WIND_DOWN`; the log is closed last.

    Args:
        settings: the environment.
        clock: the only source of time.
        samples: sample decisions that App Home is to offer, if any.

    Raises:
        SettingsError: neither one workspace's token is set nor what OAuth needs.
        LogUnusable: the database cannot be used.
        NoPlaybookError: there is nothing to ask.
        PlaybookError: a playbook is broken.
        PortTaken: the port cannot be listened on.
        TokenRefused: Slack does not take a token.
    """
    playbooks = PlaybookCatalog(settings.rules)
    async with AsyncExitStack() as stack:
        log = await Database(settings.database_path).open()
        stack.push_async_callback(log.close)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(timeout=client_timeout(SLACK_SECONDS))
        )
        client = AsyncWebClient(
            base_url=settings.slack_api_url,
            session=session,
            timeout=SLACK_SECONDS,
            retry_handlers=[],
        )
        installs, pages = await _installing(settings, client, log, clock)
        woken = asyncio.Event()
        people = SlackDirectory(installs.client_for)

        def services_at(time: Clock) -> Services:
            return Services(SqliteStore(log), time, playbooks, woken.set, people)

        services = services_at(clock)
        outbox = SqliteOutbox(log)
        bolt, background = create_bolt_app(services, client, installs, settings.command, samples)
        rounds = PeriodicRunner(
            services.reviews.ask_due,
            services.digests.send_due,
            services.drafts.expire,
            services.people.learn,
        )
        database = SqliteVitals(log)
        health = Health(
            HealthSources(
                database.trouble,
                database.waiting,
                outbox.stopped,
                services.digests.behind,
                playbooks,
                playbooks.problems,
                rounds.age,
                clock,
            )
        )
        metrics = Metrics(health.snapshot)
        courier = DeliveryWorker(
            outbox,
            services,
            clock,
            installs.client_for,
            woken,
            settings.command,
            render_in_subprocess,
            metrics.count_attempt,
        )
        ending = _Ending(courier, rounds, background)
        await stack.enter_async_context(_at_work(ending))
        schedule = create_schedule(woken.set, playbooks.refresh, rounds.wake)
        schedule.start()
        stack.callback(schedule.shutdown, wait=False)
        handle = None if settings.socket_mode else _handler(bolt)
        web = _serving(settings, clock, Endpoints(handle, health.readiness, metrics, pages))
        port = await stack.enter_async_context(web)
        if settings.app_token is not None:
            token = settings.app_token.get_secret_value()
            acked = partial(metrics.observe_ack, SOCKET)
            await stack.enter_async_context(socket_mode(bolt, token, acked))

        def look() -> None:
            woken.set()
            rounds.wake()

        stack.callback(ending.begin)
        yield Application(port, look, playbooks, services, outbox, services_at)


class _Ending:
    """The end of whatever works beside the requests: all of it at once, by one deadline."""

    def __init__(
        self, courier: DeliveryWorker, rounds: PeriodicRunner, background: BackgroundTasks
    ) -> None:
        self.works = (courier, rounds)
        self._background = background
        self._deadline = math.inf

    def begin(self) -> None:
        """Have nothing new begun; what is under way has `WIND_DOWN` seconds from now."""
        self._deadline = min(self._deadline, asyncio.get_running_loop().time() + WIND_DOWN)
        for work in self.works:
            work.stop()

    async def finish(self, tasks: Collection[asyncio.Task[None]]) -> None:
        """Wait until all is done, at most until the deadline; what is late is left and logged."""
        self.begin()
        await self._background.drain(self._left())
        _, late = await asyncio.wait(tasks, timeout=self._left())
        for task in late:
            logger.warning("work was left unfinished at the end")
            task.cancel()
        await asyncio.gather(*(task for task in tasks if task not in late))

    def _left(self) -> float:
        return max(0.0, self._deadline - asyncio.get_running_loop().time())


@asynccontextmanager
async def _at_work(ending: _Ending) -> AsyncIterator[None]:
    """Deliver, and look for what is due, until the end."""
    tasks = [asyncio.create_task(work.run()) for work in ending.works]
    try:
        yield
    finally:
        await ending.finish(tasks)


@asynccontextmanager
async def _serving(settings: Settings, clock: Clock, endpoints: Endpoints) -> AsyncIterator[int]:
    """Serve HTTP: Slack's requests unless Socket Mode is on, health and metrics always."""
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
        # The mode is Bolt's word for a body that was read already; nothing else depends on it.
        request = AsyncBoltRequest(body=body, headers=dict(headers), mode="socket_mode")
        return to_starlette_response(await bolt.async_dispatch(request))

    return handle


async def _installing(
    settings: Settings, client: AsyncWebClient, log: Database, clock: Clock
) -> tuple[Installations, Sequence[BaseRoute]]:
    """Return where the bot is installed, and the pages on which further workspaces install it."""
    if settings.bot_token is not None:
        token = settings.bot_token.get_secret_value()
        await check_bot_token(client, token)
        return SingleWorkspace(token, client), ()
    app, kept = _oauth_app(settings), SqliteInstallations(log)
    seal = TokenCipher([key.get_secret_value() for key in settings.keys])
    installs = MultiWorkspace(kept, seal, client, clock)
    await installs.renew_seals()
    scopes = scopes_asked(with_history=settings.history)
    flow = OAuthFlow(app, tuple(scopes), client, seal, installs, kept, clock)
    return installs, InstallPages(flow, scopes, settings.command, REDIRECT_PATH).routes()


def _oauth_app(settings: Settings) -> OAuthApp:
    if settings.client_id is None or settings.client_secret is None or not settings.keys:
        raise SettingsError(missing({}))
    return OAuthApp(settings.client_id, settings.client_secret.get_secret_value())
