"""The Bolt app: dispatches what Slack sends to the handlers."""

from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.digest.messages import DigestMessages
from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.handlers import (
    commands,
    decisions,
    delivery_issues,
    digest,
    errors,
    events,
    perspectives,
    questionnaire,
    search,
)
from bot.slack.home import HomeTab
from bot.slack.identity import Identification
from bot.slack.oauth.installations import Installations
from bot.slack.search import SearchResponder


@dataclass(frozen=True, slots=True)
class BoltApp:
    """The Bolt app and the parts that further handlers can use.

    Attributes:
        app: takes requests, and further handlers.
        home: publishes App Home.
        background: runs work after acks.
    """

    app: AsyncApp
    home: HomeTab
    background: BackgroundTasks


def create_bolt_app(
    services: Services, client: AsyncWebClient, installations: Installations, command: str
) -> BoltApp:
    """Return the Bolt app with its handlers; the client has no token."""

    async def authorize_request(
        enterprise_id: str | None, team_id: str | None
    ) -> AuthorizeResult:  # Bolt passes arguments by name, and rejects a bound method.
        return await installations.authorize(enterprise_id, team_id)

    app = AsyncApp(
        name="ragvsft",
        client=client,
        authorize=authorize_request,
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=True,
        ignoring_self_events_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    failures = errors.ErrorHandlers(services)
    background = failures.background
    home = HomeTab(services)
    searching = search.SearchHandlers(
        services, SearchResponder(services, command), background, command
    )
    messages = DigestMessages(installations.client_for, services.permalinks(), command)
    digests = digest.DigestHandlers(services, messages, home, background, command)
    subcommands = commands.CommandHandlers(services, background, searching, digests, command)
    app.middleware(Identification(services, background).identify)
    commands.register(app, subcommands, command)
    questionnaire.register(app, services, home, background)
    decisions.register(app, services, home, background, searching)
    perspectives.register(app, services, home, background)
    delivery_issues.register(app, services)
    search.register(app, searching)
    digest.register(app, digests)
    events.register(app, home, background, installations)
    errors.register(app, failures)
    return BoltApp(app, home, background)
