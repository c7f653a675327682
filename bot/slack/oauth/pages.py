"""The pages of an installation: before Slack, and after."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.slack.oauth.flow import STATE_LIFE, Answer, Installed, InstallFailed, OAuthFlow

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
    """Takes a browser through an installation."""

    def __init__(
        self, flow: OAuthFlow, scopes: Mapping[str, str], command: str, redirect_path: str
    ) -> None:
        """Make the pages.

        Args:
            flow: begins installations and finishes them.
            scopes: each permission that is asked for, and what it is for.
            command: the slash command's name.
            redirect_path: where Slack sends the browser back to.
        """
        self._flow = flow
        self._scopes = scopes
        self._command = command
        self._redirect_path = redirect_path

    def routes(self) -> list[Route]:
        """Return the routes of the pages."""
        return [
            Route(INSTALL_PATH, self.begin, methods=["GET"]),
            Route(self._redirect_path, self.finish, methods=["GET"]),
        ]

    async def begin(self, _request: Request) -> Response:
        """Show what is installed, with the way on to Slack."""
        begun = await self._flow.begin()
        response = _page("Add ragvsft to your Slack workspace", _before(begun.url, self._scopes))
        response.set_cookie(
            COOKIE,
            begun.state,
            max_age=int(STATE_LIFE.total_seconds()),
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return response

    async def finish(self, request: Request) -> Response:
        """Finish the installation, and say what came of it."""
        asked = request.query_params
        answer = Answer(
            code=asked.get("code", ""),
            state=asked.get("state", ""),
            error=asked.get("error", ""),
            browser_state=request.cookies.get(COOKIE, ""),
        )
        try:
            installed = await self._flow.finish(answer)
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


def _before(url: str, scopes: Mapping[str, str]) -> str:
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
    # Relative, so that it leads back below whatever address the bot is served at.
    again = '<p><a class="button" href="install">Begin again</a></p>'
    return f"<p>{escape(sentence)}</p>{again}"
