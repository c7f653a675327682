"""Events: App Home opened, and the app removed or its token revoked.

Slack sends the latter two in any order, and repeats those that were not acked:
https://docs.slack.dev/reference/events/tokens_revoked.
"""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.background import BackgroundTasks
from bot.slack.home import HomeTab
from bot.slack.oauth.installations import Installations
from bot.slackkit.payloads import InvalidPayload, event_sender, happened_at, revoked_bots


class HomeHandlers:
    """Publishes App Home."""

    def __init__(self, home: HomeTab, background: BackgroundTasks) -> None:
        """Handle App Home."""
        self._home = home
        self._background = background

    async def opened(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Publish the Home tab of the person who opened it."""
        await ack()
        if body["event"].get("tab") == "home":
            self._background.start(self._home.publish(client, event_sender(body)), body)


class LifecycleHandlers:
    """Forgets installations before the ack, so that Slack repeats an event that was not stored."""

    def __init__(self, installations: Installations) -> None:
        """Handle the end of installations."""
        self._installations = installations

    async def uninstalled(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """Forget the installation."""
        await self._installations.forget(_account(context), happened_at(body))
        await ack()

    async def revoked(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Forget the installation if its bot token is among those revoked."""
        await self._installations.forget(_account(context), happened_at(body), revoked_bots(body))
        await ack()


def _account(context: AsyncBoltContext) -> str:
    """Return the id of the organisation or workspace whose installation has ended.

    Raises:
        InvalidPayload: the event names neither.
    """
    whole = context.is_enterprise_install or not context.team_id
    account = context.enterprise_id if whole else context.team_id
    if not account:
        raise InvalidPayload("the event names no workspace")
    return account


def register(
    app: AsyncApp, home: HomeTab, background: BackgroundTasks, installations: Installations
) -> None:
    """Attach the handlers of events."""
    lifecycle = LifecycleHandlers(installations)
    app.event("app_home_opened")(HomeHandlers(home, background).opened)
    app.event("app_uninstalled")(lifecycle.uninstalled)
    app.event("tokens_revoked")(lifecycle.revoked)
