"""The Bolt app: dispatches what Slack sends to the listeners."""

from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.slack.errands import Errands
from bot.slack.listeners import buttons, commands, errors, home, questionnaire, shortcuts

Authorize = Callable[[str | None, str | None], Awaitable[AuthorizeResult]]


def create_bolt_app(
    desk: Desk, client: AsyncWebClient, authorize: Authorize, command: str
) -> tuple[AsyncApp, Errands]:
    """Return the Bolt app, and the errands that go on after its acks.

    Signatures are checked before Bolt, by whoever receives the requests. Listeners are passed
    over one by one, at a cost for each: the frequent ones come first.

    Args:
        desk: the use cases.
        client: the Web API client, without a token.
        authorize: returns the token of a workspace.
        command: the slash command's name.
    """
    app = AsyncApp(
        name="ragvsft",
        client=client,
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=True,
        ignoring_self_events_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    failures = errors.Errors(desk)
    errands = Errands(failures.after_the_ack)
    app.listener_runner.lazy_listener_runner = errands
    questionnaire.register(app, desk)
    commands.register(app, desk, command)
    buttons.register(app, desk)
    home.register(app, desk)
    shortcuts.register(app, desk)
    errors.register(app, failures)
    return app, errands
