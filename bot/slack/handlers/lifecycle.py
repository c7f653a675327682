"""The end of an installation: the app is removed, or its token revoked.

Slack sends both events, in any order, and repeats what it could not deliver:
https://docs.slack.dev/reference/events/tokens_revoked.
"""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from bot.slack.oauth.installations import Installations
from bot.slackkit.payloads import InvalidPayload, happened_at, revoked_bots


class LifecycleHandlers:
    """Forgets installations before acking, so that Slack repeats what could not be noted."""

    def __init__(self, installs: Installations) -> None:
        """Make the listeners."""
        self._installs = installs

    async def uninstalled(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """Forget the installation."""
        await self._installs.forget(_account(context), happened_at(body))
        await ack()

    async def revoked(self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Forget the installation if its bot's token is among those revoked."""
        await self._installs.forget(_account(context), happened_at(body), revoked_bots(body))
        await ack()


def _account(context: AsyncBoltContext) -> str:
    """Return whose installation has ended: an organisation's, or a workspace's.

    Raises:
        Unreadable: the event names neither.
    """
    whole = context.is_enterprise_install or not context.team_id
    account = context.enterprise_id if whole else context.team_id
    if not account:
        raise InvalidPayload("the event names no workspace")
    return account


def register(app: AsyncApp, installs: Installations) -> None:
    """Attach the listeners of an installation's end."""
    lifecycle = LifecycleHandlers(installs)
    app.event("app_uninstalled")(lifecycle.uninstalled)
    app.event("tokens_revoked")(lifecycle.revoked)
