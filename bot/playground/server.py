"""The workspace as an ASGI app: Web API, page, files, and nothing for strangers."""

import json
import os
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

from bot.playground.client import Client
from bot.playground.deliver.answers import use_response_url
from bot.playground.model import Json
from bot.playground.refused import Refused
from bot.playground.team import Team
from bot.playground.web_api.endpoint import WebApi
from bot.playground.world import World

PAGE = Path(__file__).parent / "page"
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})


class LocalOnly:
    """Keeps other sites out: only local Host headers, no POST of the page from elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 403 with the reason."""
        if scope["type"] == "http" and (reason := _objection(Request(scope))):
            await PlainTextResponse(reason, status_code=403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class PageFiles(StaticFiles):
    """The files of the page; the browser asks for each anew, so an upgrade never mixes versions."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Answer with a file, or with "not modified"."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _objection(request: Request) -> str | None:
    host = request.headers.get("host", "")
    if _without_port(host) not in LOCAL_HOSTS:
        return "This workspace answers on localhost only."
    origin = request.headers.get("origin")
    is_foreign = origin is not None and urlsplit(origin).netloc != host
    if is_foreign and request.url.path.startswith("/client/"):
        return "This request comes from another site."
    return None


def _without_port(host: str) -> str:
    return host if host.endswith("]") else host.rpartition(":")[0] or host


def asgi_app(world: World, team: Team) -> ASGIApp:
    """The app that serves a workspace; `team` is the one that the page shows."""
    client = Client(world, team)

    async def page(_request: Request) -> Response:
        index = PAGE / "index.html"
        if not index.exists():
            return PlainTextResponse("The page of the workspace is not here.", status_code=404)
        return FileResponse(index, headers={"Cache-Control": "no-store"})

    async def respond(request: Request) -> Response:
        return await _respond(world, request)

    async def upload(request: Request) -> Response:
        return await _upload(world, request)

    async def file(request: Request) -> Response:
        return _file(world, request)

    async def permalink(request: Request) -> Response:
        where = request.path_params
        return RedirectResponse(f"/#{where['channel']}/{where['ts']}")

    routes = [
        Route("/", page),
        Route("/client/state", client.state),
        Route("/client/stream", client.stream),
        Route("/client/{what}", client.do, methods=["POST"]),
        Route("/api/{method}", WebApi(world)),
        Route("/response/{team}/{id}", respond, methods=["POST"]),
        Route("/upload/{team}/{id}", upload, methods=["POST", "PUT"]),
        Route("/files/{id}", file),
        Route("/archives/{channel}/{ts}", permalink),
        Mount("/static", PageFiles(directory=PAGE, check_dir=False)),
    ]
    return LocalOnly(Starlette(routes=routes))


async def _respond(world: World, request: Request) -> Response:
    team = world.teams.get(request.path_params["team"])
    where = team.response_urls.get(request.path_params["id"]) if team else None
    if team is None or where is None:
        return JSONResponse({"ok": False, "error": "no_such_url"}, status_code=404)
    try:
        use_response_url(world, team, where, _answer(await request.body()))
    except Refused as refused:
        world.refuse("response_url", refused)
        status = 404 if refused.error in {"expired_url", "used_url"} else 400
        return JSONResponse(refused.answer(), status_code=status)
    world.changed()
    return PlainTextResponse("ok")


def _answer(body: bytes) -> Json:
    try:
        parsed = json.loads(body.decode("utf-8", "replace"))
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise Refused("invalid_payload")
    return parsed


async def _upload(world: World, request: Request) -> Response:
    team = world.teams.get(request.path_params["team"])
    file = team.files.get(request.path_params["id"]) if team else None
    if file is None:
        return PlainTextResponse("no such upload", status_code=404)
    content = await request.body()
    if world.faults.take("server_error", "upload") is not None:
        return PlainTextResponse("internal error", status_code=500)
    if len(content) != file.length:
        world.refuse("upload", Refused("file_upload_size_restricted"))
        return PlainTextResponse("the length is not the one announced", status_code=400)
    file.content = content
    return PlainTextResponse(f"OK - {len(content)}")


def _file(world: World, request: Request) -> Response:
    for team in world.teams.values():
        file = team.files.get(request.path_params["id"])
        person = request.query_params.get("as") or team.first_person.id
        if file is not None and file.content is not None and team.can_open(person, file):
            headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
            return Response(file.content, media_type=file.mimetype, headers=headers)
    return PlainTextResponse("no such file", status_code=404)
