"""The ASGI app of the local Slack: Web API, response URLs, uploads, files and the page."""

import os
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.playground.events.message_responses import use_response_url
from bot.playground.page_api import PageApi
from bot.playground.request_log import RequestRejected
from bot.playground.slack_model import parse_json_object
from bot.playground.web_api.endpoint import WebApi
from bot.playground.workspace import LocalSlack, Workspace

PAGE = Path(__file__).parent / "page"
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})


class LocalOnly:
    """Middleware: accepts only local Host headers, and only same-origin requests to /client/."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or respond with 403 and the reason."""
        if scope["type"] == "http" and (reason := _denial(Request(scope))):
            await PlainTextResponse(reason, status_code=403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _denial(request: Request) -> str | None:
    host = request.headers.get("host", "")
    hostname = host if host.endswith("]") else host.rpartition(":")[0] or host
    if hostname not in LOCAL_HOSTS:
        return "This workspace answers on localhost only."
    origin = request.headers.get("origin")
    is_foreign = origin is not None and urlsplit(origin).netloc != host
    if is_foreign and request.url.path.startswith("/client/"):
        return "This request comes from another site."
    return None


class PageFiles(StaticFiles):
    """The files of the page; browsers must revalidate them, so an upgrade never mixes versions."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Respond with a file, or with "not modified"."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        return response


def create_asgi_app(slack: LocalSlack, workspace: Workspace) -> ASGIApp:
    """Return the ASGI app that serves all workspaces and the page of one of them."""
    page_api = PageApi(workspace)
    routes = [
        Route("/", _page),
        Route("/client/state", page_api.state),
        Route("/client/stream", page_api.stream),
        Route("/client/{what}", page_api.act, methods=["POST"]),
        Route("/api/{method}", WebApi(slack)),
        Route("/response/{team}/{id}", partial(_respond, slack), methods=["POST"]),
        Route("/upload/{team}/{id}", partial(_upload, slack), methods=["POST", "PUT"]),
        Route("/files/{id}", partial(_file, slack)),
        Route("/archives/{channel}/{ts}", _permalink),
        Mount("/static", PageFiles(directory=PAGE)),
    ]
    return LocalOnly(Starlette(routes=routes))


async def _page(_request: Request) -> Response:
    return FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-store"})


async def _permalink(request: Request) -> Response:
    params = request.path_params
    return RedirectResponse(f"/#{params['channel']}/{params['ts']}")


async def _respond(slack: LocalSlack, request: Request) -> Response:
    workspace = slack.workspaces.get(request.path_params["team"])
    url = workspace.response_urls.get(request.path_params["id"]) if workspace else None
    if workspace is None or url is None:
        return JSONResponse({"ok": False, "error": "no_such_url"}, status_code=404)
    body = (await request.body()).decode("utf-8", "replace")
    try:
        use_response_url(workspace, url, parse_json_object(body))
    except RequestRejected as rejected:
        slack.log_rejection("response_url", rejected)
        status = 404 if rejected.error in {"expired_url", "used_url"} else 400
        return JSONResponse(rejected.body(), status_code=status)
    slack.mark_changed()
    return PlainTextResponse("ok")


async def _upload(slack: LocalSlack, request: Request) -> Response:
    workspace = slack.workspaces.get(request.path_params["team"])
    file = workspace.files.get(request.path_params["id"]) if workspace else None
    if file is None:
        return PlainTextResponse("no such upload", status_code=404)
    content = await request.body()
    if slack.faults.take("server_error", "upload") is not None:
        return PlainTextResponse("internal error", status_code=500)
    if len(content) != file.length:
        slack.log_rejection("upload", RequestRejected("file_upload_size_restricted"))
        return PlainTextResponse("the length is not the one announced", status_code=400)
    file.content = content
    return PlainTextResponse(f"OK - {len(content)}")


async def _file(slack: LocalSlack, request: Request) -> Response:
    for workspace in slack.workspaces.values():
        file = workspace.files.get(request.path_params["id"])
        if file is None or file.content is None:
            continue
        user_id = request.query_params.get("as") or workspace.first_user.id
        if workspace.can_open_file(user_id, file):
            headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
            return Response(file.content, media_type=file.mimetype, headers=headers)
    return PlainTextResponse("no such file", status_code=404)
