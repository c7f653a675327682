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
from bot.charts.apart import draw_apart
from bot.decisions.desk import Desk
from bot.decisions.ports import Clock
from bot.manifest import REDIRECT_PATH, scopes_asked
from bot.schedule import Rounds, create_schedule
from bot.serving import HttpServer
from bot.settings import Settings, SettingsError, missing
from bot.slack.bolt import create_bolt_app
from bot.slack.connection import check_bot_token, socket_mode
from bot.slack.delivery.courier import Courier
from bot.slack.errands import Errands
from bot.slack.installing.install_pages import InstallPages
from bot.slack.installing.installs import Installs, ManyWorkspaces, OneWorkspace
from bot.slack.installing.oauth import OAuthApp, OAuthFlow
from bot.slack.installing.tokens import TokenSeal
from bot.slack.listeners.samples import Samples
from bot.slack.people import SlackDirectory
from bot.slack.refusals import SLACK_SECONDS, patience
from bot.store.delivery.outbox import SqliteOutbox
from bot.store.installations import SqliteInstallations
from bot.store.log import Log
from bot.store.sqlite import SqliteStore
from bot.store.vitals import SqliteVitals
from bot.web.app import Endpoints, create_web
from bot.web.events import Handler
from bot.web.metrics import SOCKET, Measures
from bot.web.vitals import Sources, Vitals

logger = structlog.get_logger(__name__)

WIND_DOWN = 7.5
"""Seconds; longer than a post may take, and a platform that stops the bot waits ten at most."""


@dataclass(frozen=True, slots=True)
class Running:
    """The bot as it runs.

    Attributes:
        port: where it listens.
        look: has it look for what is due, because the clock was moved, say.
        playbooks: those in use.
        desk: its use cases.
        outbox: its deliveries.
        desk_at: makes a desk on the same log with another clock.
    """

    port: int
    look: Callable[[], None]
    playbooks: PlaybookCatalog
    desk: Desk
    outbox: SqliteOutbox
    desk_at: Callable[[Clock], Desk]


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock, samples: Samples | None = None
) -> AsyncIterator[Running]:
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
        NoPlaybooks: there is nothing to ask.
        PlaybookError: a playbook is broken.
        PortTaken: the port cannot be listened on.
        TokenRefused: Slack does not take a token.
    """
    playbooks = PlaybookCatalog(settings.rules)
    async with AsyncExitStack() as stack:
        log = await Log(settings.database_path).open()
        stack.push_async_callback(log.close)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(timeout=patience(SLACK_SECONDS))
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

        def desk_at(time: Clock) -> Desk:
            return Desk(SqliteStore(log), time, playbooks, woken.set, people)

        desk = desk_at(clock)
        outbox = SqliteOutbox(log)
        bolt, errands = create_bolt_app(desk, client, installs, settings.command, samples)
        rounds = Rounds(
            desk.reviewing.ask_due,
            desk.digesting.send_due,
            desk.drafting.expire,
            desk.people.learn,
        )
        vitals = Vitals(
            Sources(SqliteVitals(log), outbox, desk.digesting.behind, playbooks, rounds.age, clock)
        )
        measures = Measures(vitals.figures)
        courier = Courier(
            outbox,
            desk,
            clock,
            installs.client_for,
            woken,
            settings.command,
            draw_apart,
            measures.attempted,
        )
        ending = _Ending(courier, rounds, errands)
        await stack.enter_async_context(_at_work(ending))
        schedule = create_schedule(woken.set, playbooks.refresh, rounds.wake)
        schedule.start()
        stack.callback(schedule.shutdown, wait=False)
        handle = None if settings.socket_mode else _handler(bolt)
        web = _serving(settings, clock, Endpoints(handle, vitals.readiness, measures, pages))
        port = await stack.enter_async_context(web)
        if settings.app_token is not None:
            token = settings.app_token.get_secret_value()
            acked = partial(measures.acked, SOCKET)
            await stack.enter_async_context(socket_mode(bolt, token, acked))

        def look() -> None:
            woken.set()
            rounds.wake()

        stack.callback(ending.begin)
        yield Running(port, look, playbooks, desk, outbox, desk_at)


class _Ending:
    """The end of whatever works beside the requests: all of it at once, by one deadline."""

    def __init__(self, courier: Courier, rounds: Rounds, errands: Errands) -> None:
        self.works = (courier, rounds)
        self._errands = errands
        self._deadline = math.inf

    def begin(self) -> None:
        """Have nothing new begun; what is under way has `WIND_DOWN` seconds from now."""
        self._deadline = min(self._deadline, asyncio.get_running_loop().time() + WIND_DOWN)
        for work in self.works:
            work.stop()

    async def finish(self, tasks: Collection[asyncio.Task[None]]) -> None:
        """Wait until all is done, at most until the deadline; what is late is left and logged."""
        self.begin()
        await self._errands.drain(self._left())
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
    settings: Settings, client: AsyncWebClient, log: Log, clock: Clock
) -> tuple[Installs, Sequence[BaseRoute]]:
    """Return where the bot is installed, and the pages on which further workspaces install it."""
    if settings.bot_token is not None:
        token = settings.bot_token.get_secret_value()
        await check_bot_token(client, token)
        return OneWorkspace(token, client), ()
    app, kept = _oauth_app(settings), SqliteInstallations(log)
    seal = TokenSeal([key.get_secret_value() for key in settings.keys])
    installs = ManyWorkspaces(kept, seal, client, clock)
    await installs.renew_seals()
    scopes = scopes_asked(with_history=settings.history)
    flow = OAuthFlow(app, tuple(scopes), client, seal, installs, kept, clock)
    return installs, InstallPages(flow, scopes, settings.command, REDIRECT_PATH).routes()


def _oauth_app(settings: Settings) -> OAuthApp:
    if settings.client_id is None or settings.client_secret is None or not settings.keys:
        raise SettingsError(missing({}))
    return OAuthApp(settings.client_id, settings.client_secret.get_secret_value())
