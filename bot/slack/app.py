"""The Bolt app: dispatches what Slack sends to the listeners."""

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
    drafts,
    errors,
    home,
    lifecycle,
    perspectives,
    questionnaire,
    reviews,
    samples,
    search,
    shortcuts,
)
from bot.slack.home import HomeTab
from bot.slack.oauth.installations import Installations
from bot.slack.search import SearchResponder


def create_bolt_app(
    services: Services,
    client: AsyncWebClient,
    installs: Installations,
    command: str,
    sample_decisions: samples.Samples | None = None,
) -> tuple[AsyncApp, BackgroundTasks]:
    """Return the Bolt app, and the errands that go on after its acks.

    Signatures are checked before Bolt, by whoever receives the requests. Listeners are passed
    over one by one, at a cost for each: the frequent ones come first.

    Args:
        services: the use cases.
        client: the Web API client, without a token.
        installs: where the bot is installed, and with which token.
        command: the slash command's name.
        sample_decisions: those that App Home is to offer, if any.
    """

    async def authorize_request(
        enterprise_id: str | None, team_id: str | None
    ) -> AuthorizeResult:  # Bolt finds out by name what to pass, and takes no bound method.
        return await installs.authorize(enterprise_id, team_id)

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
    homes = HomeTab(services, command)
    found = search.SearchHandlers(services, SearchResponder(services, command), background, command)
    digests = DigestMessages(installs.client_for, command)
    digested = digest.DigestHandlers(services, digests, homes, background, command)
    answering = commands.CommandHandlers(services, background, found, digested, command)
    commands.register(app, answering, command)
    questionnaire.register(app, services, homes, background)
    decisions.register(app, services, homes, background, found)
    perspectives.register(app, services, homes, background)
    drafts.register(app, services, homes, background)
    delivery_issues.register(app, services)
    reviews.register(app, services, homes, background)
    search.register(app, found)
    digest.register(app, digested)
    home.register(app, homes, background)
    samples.register(app, sample_decisions, homes, background)
    shortcuts.register(app, services, background)
    lifecycle.register(app, installs)
    errors.register(app, failures)
    return app, background
