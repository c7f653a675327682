"""The Bolt app: dispatches what Slack sends to the listeners."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.slack.digests import Digests
from bot.slack.errands import Errands
from bot.slack.finder import Finder
from bot.slack.homes import Homes
from bot.slack.installing.installs import Installs
from bot.slack.listeners import (
    buttons,
    commands,
    deciding,
    digest,
    errors,
    finding,
    home,
    lifecycle,
    perspectives,
    questionnaire,
    reviews,
    samples,
    shortcuts,
    troubles,
)


def create_bolt_app(
    desk: Desk,
    client: AsyncWebClient,
    installs: Installs,
    command: str,
    sample_decisions: samples.Samples | None = None,
) -> tuple[AsyncApp, Errands]:
    """Return the Bolt app, and the errands that go on after its acks.

    Signatures are checked before Bolt, by whoever receives the requests. Listeners are passed
    over one by one, at a cost for each: the frequent ones come first.

    Args:
        desk: the use cases.
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
    failures = errors.Errors(desk)
    errands = failures.errands
    homes = Homes(desk, command)
    found = finding.FindingListeners(desk, Finder(desk, command), errands, command)
    digests = Digests(installs.client_for, command)
    digested = digest.DigestListeners(desk, digests, homes, errands, command)
    answering = commands.Commands(desk, errands, found, digested, command)
    commands.register(app, answering, command)
    questionnaire.register(app, desk, homes, errands)
    deciding.register(app, desk, homes, errands, found)
    perspectives.register(app, desk, homes, errands)
    buttons.register(app, desk, homes, errands)
    troubles.register(app, desk)
    reviews.register(app, desk, homes, errands)
    finding.register(app, found)
    digest.register(app, digested)
    home.register(app, homes, errands)
    samples.register(app, sample_decisions, homes, errands)
    shortcuts.register(app, desk, errands)
    lifecycle.register(app, installs)
    errors.register(app, failures)
    return app, errands
