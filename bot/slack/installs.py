"""Which token belongs to which workspace."""

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient


class OneWorkspace:
    """The installation of a bot that serves the workspace of `SLACK_BOT_TOKEN`."""

    def __init__(self, token: str, client: AsyncWebClient) -> None:
        """Make the installation; `client` is used with the token for every call."""
        self._token = token
        self._client = client

    async def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """Return the token for a request, without asking Slack."""
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=self._token)

    async def client_for(self, workspace: str) -> AsyncWebClient:
        """Return the client to post to a workspace with."""
        del workspace
        return self._client
