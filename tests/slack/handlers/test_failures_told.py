"""Failures that cannot be reported as usual, and calls whose answer is not Slack's."""

from collections.abc import Mapping
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.slack.handlers.errors import ErrorHandlers
from bot.slack.handlers.modals import NotOpened, open_view, update_view
from bot.slack.home import HomeTab
from bot.slackkit.ids import Modal
from tests.services.harness import ADA, ServiceHarness

FROM_OUTSIDE: Mapping[str, Any] = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U9", "team_id": "T2"},
    "channel": {"id": "C1", "name": "shared"},
}

PRESS: Mapping[str, Any] = {
    "trigger_id": "1",
    "team": {"id": "T1"},
    "user": {"id": "U1", "team_id": "T1"},
}


async def notices(harness: ServiceHarness) -> list[tuple[object, object]]:
    """Return to whom direct messages are due."""
    return [(row["workspace"], row["channel"]) for row in await harness.rows("deliveries")]


async def test_a_failure_reaches_a_person_whom_the_payload_does_not_let_act(
    harness: ServiceHarness,
) -> None:
    """Without a response_url a person from another company gets a direct message."""
    errors = ErrorHandlers(harness.services)
    await errors.report_failure(RuntimeError("broken"), FROM_OUTSIDE)
    assert await notices(harness) == [("T1", "U9")]


async def test_a_failure_that_reaches_nobody_is_logged(harness: ServiceHarness) -> None:
    """If the payload names nobody, the log has the failure, and a line that nobody was told."""
    errors = ErrorHandlers(harness.services)
    with capture_logs() as lines:
        await errors.report_failure(RuntimeError("broken"), {"type": "block_actions"})
    assert [line["event"] for line in lines] == [
        "a request failed",
        "a failure could not be reported: nobody is named in the payload",
    ]


class Refusing(AsyncWebClient):
    """A Web API client that updates no view."""

    async def views_update(self, **_arguments: Any) -> Any:
        """Refuse the view."""
        raise SlackApiError("refused", cast("Any", None))


async def test_a_failure_that_no_modal_shows_comes_as_a_message(harness: ServiceHarness) -> None:
    """If the modal cannot show the failure, the person gets its text by direct message."""
    view = {"id": "V1", "hash": "1", "callback_id": Modal.READER, "private_metadata": ""}
    body = {"type": "block_actions", "user": {"id": "U1", "team_id": "T1"}, "view": view}
    errors = ErrorHandlers(harness.services)
    body["team"] = {"id": "T1"}
    await errors.respond(RuntimeError("broken"), body, Refusing())
    await errors.background.drain(10)
    assert await notices(harness) == [("T1", "U1")]


@pytest.mark.parametrize("answer", ["<html>Sign in</html>", "[]"])
async def test_an_answer_that_is_not_slacks_opens_no_modal(answer: str) -> None:
    """Where a proxy answers instead of Slack, another press may succeed: a button is offered."""

    async def proxy(_request: web.Request) -> web.Response:
        return web.Response(text=answer, content_type="text/html")

    app = web.Application()
    app.router.add_post("/api/{method}", proxy)
    async with TestServer(app) as server:
        client = AsyncWebClient("xoxb-1", base_url=str(server.make_url("/api/")), retry_handlers=[])
        with pytest.raises(NotOpened):
            await open_view(client, PRESS, {"type": "modal"})
        with pytest.raises(NotOpened):
            await update_view(client, {"id": "V1", "hash": "1"}, {"type": "modal"})


async def test_a_home_tab_that_is_switched_off_is_noted_once(harness: ServiceHarness) -> None:
    """Without a Home tab nothing fails, and one line says what to enable."""

    async def refuse(_request: web.Request) -> web.Response:
        return web.json_response({"ok": False, "error": "not_enabled"})

    app = web.Application()
    app.router.add_post("/api/views.publish", refuse)
    home = HomeTab(harness.services)
    async with TestServer(app) as server:
        client = AsyncWebClient("xoxb-1", base_url=str(server.make_url("/api/")), retry_handlers=[])
        with capture_logs() as lines:
            await home.publish(client, ADA)
            await home.refresh(client, ADA)
    assert [line["event"] for line in lines] == [
        "App Home is switched off: enable the Home Tab under “App Home”"
    ]
