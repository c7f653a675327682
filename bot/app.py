"""The one place that knows every other: builds the whole, runs it, and takes it down in order."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import aiohttp
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.decisions.desk import Desk
from bot.decisions.ports import Clock
from bot.manifest import REDIRECT_PATH, SCOPES
from bot.playbooks import FolderPlaybooks
from bot.schedule import Rounds, create_schedule
from bot.serving import HttpServer
from bot.settings import Settings, SettingsError, missing
from bot.slack.bolt import create_bolt_app
from bot.slack.connection import check_bot_token, socket_mode
from bot.slack.delivery.courier import Courier
from bot.slack.installing.install_pages import InstallPages
from bot.slack.installing.installs import Installs, ManyWorkspaces, OneWorkspace
from bot.slack.installing.oauth import OAuthApp, OAuthFlow
from bot.slack.installing.tokens import TokenSeal
from bot.slack.people import SlackDirectory
from bot.slack.refusals import SLACK_SECONDS
from bot.store.installations import SqliteInstallations
from bot.store.log import Log
from bot.store.outbox import SqliteOutbox
from bot.store.sqlite import SqliteStore
from bot.store.vitals import SqliteVitals
from bot.web.app import Endpoints, create_web
from bot.web.events import Handler
from bot.web.metrics import SOCKET, Measures
from bot.web.vitals import Sources, Vitals


@dataclass(frozen=True, slots=True)
class Running:
    """The bot as it runs.

    Attributes:
        port: where it listens.
        look: has it look for what is due, because the clock was moved, say.
        playbooks: those in use.
        desk: its use cases.
        outbox: its deliveries.
    """

    port: int
    look: Callable[[], None]
    playbooks: FolderPlaybooks
    desk: Desk
    outbox: SqliteOutbox


@asynccontextmanager
async def running(settings: Settings, clock: Clock) -> AsyncIterator[Running]:
    """Run the bot for the length of a `with` block, then finish what is under way.

    Taken down in the opposite order: first no more requests, then the errands of those that
    were acked, then the post in flight, and the log last.

    Raises:
        SettingsError: neither one workspace's token is set nor what OAuth needs.
        LogUnusable: the database cannot be used.
        NoPlaybooks: there is nothing to ask.
        PlaybookError: a playbook is broken.
        PortTaken: the port cannot be listened on.
        TokenRefused: Slack does not take a token.
    """
    playbooks = FolderPlaybooks(settings.rules)
    async with AsyncExitStack() as stack:
        log = await Log(settings.database_path).open()
        stack.push_async_callback(log.close)
        timeout = aiohttp.ClientTimeout(total=SLACK_SECONDS)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout))
        client = AsyncWebClient(
            base_url=settings.slack_api_url,
            session=session,
            timeout=SLACK_SECONDS,
            retry_handlers=[],
        )
        installs, pages = await _installing(settings, client, log, clock)
        woken = asyncio.Event()
        people = SlackDirectory(installs.client_for)
        desk = Desk(SqliteStore(log), clock, playbooks, woken.set, people)
        outbox = SqliteOutbox(log)
        courier = Courier(outbox, desk, clock, installs.client_for, woken, settings.command)
        await stack.enter_async_context(_delivering(courier))
        bolt, errands = create_bolt_app(desk, client, installs, settings.command)
        stack.push_async_callback(errands.drain)
        rounds = Rounds(
            desk.reviewing.ask_due,
            desk.digesting.send_due,
            desk.drafting.expire,
            desk.people.learn,
        )
        await stack.enter_async_context(_going_round(rounds))
        schedule = create_schedule(woken.set, playbooks.refresh, rounds.wake)
        schedule.start()
        stack.callback(schedule.shutdown, wait=False)
        vitals = Vitals(
            Sources(SqliteVitals(log), outbox, desk.digesting.behind, playbooks, rounds.age, clock)
        )
        measures = Measures(vitals.figures)
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

        yield Running(port, look, playbooks, desk, outbox)


@asynccontextmanager
async def _going_round(rounds: Rounds) -> AsyncIterator[None]:
    """Look for what is due; the work under way is finished before this returns."""
    task = asyncio.create_task(rounds.run())
    try:
        yield
    finally:
        rounds.stop()
        await task


@asynccontextmanager
async def _delivering(courier: Courier) -> AsyncIterator[None]:
    """Deliver; the post in flight is finished before this returns."""
    task = asyncio.create_task(courier.run())
    try:
        yield
    finally:
        courier.stop()
        await task


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
    async def handle(body: str, headers: Mapping[str, str]) -> Response:
        request = AsyncBoltRequest(body=body, headers=dict(headers))
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
    flow = OAuthFlow(app, tuple(SCOPES), client, seal, installs, kept, clock)
    return installs, InstallPages(flow, SCOPES, settings.command, REDIRECT_PATH).routes()


def _oauth_app(settings: Settings) -> OAuthApp:
    if settings.client_id is None or settings.client_secret is None or not settings.keys:
        raise SettingsError(missing({}))
    return OAuthApp(settings.client_id, settings.client_secret.get_secret_value())
