"""Which token belongs to which workspace."""

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient


class OneWorkspace:
    """The installation of a bot that serves the workspace of `SLACK_BOT_TOKEN`."""

    def __init__(self, token: str, client: AsyncWebClient) -> None:
        """Make the installation; `client` says how Slack is reached."""
        self._token = token
        self._client = with_token(client, token)

    async def authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """Return the token for a request, without asking Slack."""
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=self._token)

    async def client_for(self, workspace: str) -> AsyncWebClient:
        """Return the client to post to a workspace with."""
        del workspace
        return self._client


def with_token(client: AsyncWebClient, token: str) -> AsyncWebClient:
    """Return a client like another one, in the same session, with a token."""
    return AsyncWebClient(
        token=token,
        base_url=client.base_url,
        session=client.session,
        timeout=client.timeout,
        retry_handlers=[],
    )
