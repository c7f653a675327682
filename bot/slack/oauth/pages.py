"""The pages of an installation: before Slack's consent page, and after."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.slack.oauth.flow import STATE_TTL, Installed, InstallFailed, OAuthFlow

INSTALL_PATH = "/slack/install"
COOKIE = "ragvsft_install"

_PAGE = Path(__file__).parent / "page.html"
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class InstallPages:
    """Serves the pages."""

    def __init__(
        self,
        flow: OAuthFlow,
        scopes: Mapping[str, str],
        command: str,
        redirect_path: str,
        keep_days: int,
    ) -> None:
        """Prepare the pages.

        Args:
            flow: starts and finishes installations.
            scopes: the scopes to request, each with what it is for.
            command: the slash command's name.
            redirect_path: the path of Slack's callback.
            keep_days: after how many days the data of a workspace that left is deleted.
        """
        self._keep_days = keep_days
        self._flow = flow
        self._scopes = scopes
        self._command = command
        self._redirect_path = redirect_path

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(INSTALL_PATH, self.install, methods=["GET"]),
            Route(self._redirect_path, self.callback, methods=["GET"]),
        ]

    async def install(self, request: Request) -> Response:
        """Show what the bot may do, with the button to Slack's consent page."""
        if request.method == "HEAD":  # monitors and link previews start no installation
            return HTMLResponse(headers=_HEADERS)
        state = await self._flow.start()
        url = self._flow.authorize_url(state)
        response = _page(
            "Add ragvsft to your Slack workspace", _consent(url, self._scopes, self._keep_days)
        )
        response.set_cookie(
            COOKIE,
            state,
            max_age=int(STATE_TTL.total_seconds()),
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return response

    async def callback(self, request: Request) -> Response:
        """Finish the installation, and show the result."""
        query = request.query_params
        try:
            installed = await self._flow.finish(
                code=query.get("code", ""),
                state=query.get("state", ""),
                browser_state=request.cookies.get(COOKIE, ""),
                error=query.get("error", ""),
            )
        except InstallFailed as failed:
            return _page("Nothing was installed this time", _failure(str(failed)), status=400)
        response = _page(
            f"ragvsft is in {installed.installation.name}", _success(installed, self._command)
        )
        response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")
        return response


def _page(title: str, body: str, status: int = 200) -> Response:
    page = Template(_PAGE.read_text(encoding="utf-8"))
    text = page.substitute(title=escape(title), body=body)
    return HTMLResponse(text, status_code=status, headers=_HEADERS)


def _consent(url: str, scopes: Mapping[str, str], keep_days: int) -> str:
    listed = "\n".join(
        f"<div><dt>{escape(reason[:1].upper() + reason[1:])}</dt><dd>{escape(name)}</dd></div>"
        for name, reason in scopes.items()
    )
    return (
        "<p>Decide as a team how to build with a language model: prompting, RAG, fine-tuning or "
        "something else. Answer a short questionnaire in a channel, get a recommendation with "
        "its reasons, and keep what you decide.</p>"
        f'<p><a class="button" href="{escape(url)}">Add to Slack</a></p>'
        "<h2>What it may do, and nothing else</h2>"
        f"<p>{_reading(scopes)}</p><dl>{listed}</dl>"
        "<p>If you remove it from your workspace, all its data is deleted after "
        f"{keep_days} days.</p>"
    )


def _reading(scopes: Mapping[str, str]) -> str:
    if any(name.endswith(":history") for name in scopes):
        return (
            "When a connection breaks while it posts, it looks for its own post in that channel, "
            "if it is a member there. It makes no other use of your messages, and keeps none."
        )
    return "It cannot read your messages."


def _success(installed: Installed, command: str) -> str:
    link = f'<p><a class="button" href="{escape(installed.url)}">Open it in Slack</a></p>'
    if installed.installation.team is None:
        return (
            "<p>It belongs to the whole organisation now. An administrator still chooses the "
            f"workspaces that can use it.</p>{link}"
        )
    typed = f"<strong>{escape(command)}</strong>"
    return f"<p>Type {typed} in a channel to start your first decision.</p>{link}"


def _failure(sentence: str) -> str:
    # A relative link works at any public address.
    again = '<p><a class="button" href="install">Begin again</a></p>'
    return f"<p>{escape(sentence)}</p>{again}"
