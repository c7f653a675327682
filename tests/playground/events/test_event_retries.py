"""Retries of events, and uninstalling."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from starlette.responses import Response

from bot.playground import Playground


async def test_a_failed_event_is_retried_three_times(playground: Playground, app_stub: Any) -> None:
    """At once, after one and after five minutes, with the same event_id and the retry headers."""
    arrived: list[datetime] = []

    async def failing(request: Any) -> Response:
        if b"app_home_opened" not in request["body"]:
            return Response()
        arrived.append(playground.clock.now())
        return Response(status_code=500)

    app_stub.answer = failing
    await playground.user("ada").open_home()
    for count, wait in ((2, 61), (3, 301), (4, 3600)):
        await playground.until(lambda count=count: _failed(playground) == count)
        for _ in range(3):
            await playground.send_event({"type": "other"})
        assert len(arrived) == count
        playground.advance(seconds=wait)
    gaps = [later - sooner for sooner, later in pairwise(arrived)]
    minute = timedelta(minutes=1)
    assert gaps[0] < minute <= gaps[1] < 5 * minute <= gaps[2]
    opened = [headers for headers, body in app_stub.requests if b"app_home_opened" in body]
    assert [h.get("x-slack-retry-num") for h in opened] == [None, "1", "2", "3"]
    assert opened[1]["x-slack-retry-reason"] == "http_error"
    failed = [d for d in playground.dispatches if d.status == 500]
    assert len({d.payload["event_id"] for d in failed}) == 1


def _failed(playground: Playground) -> int:
    return sum(dispatch.status == 500 for dispatch in playground.dispatches)


async def test_retries_end_after_a_success(playground: Playground, app_stub: Any) -> None:
    """After a 2xx response there is no further retry."""
    app_stub.answer = Response(status_code=500)
    await playground.user("ada").open_home()
    app_stub.answer = Response(status_code=201)
    await playground.until(lambda: len(playground.dispatches) >= 2)
    await playground.until(lambda: playground.dispatches[-1].status is not None)
    if playground.dispatches[-1].status == 500:
        playground.advance(seconds=61)
        await playground.until(lambda: playground.dispatches[-1].status == 201)
    count = len(playground.dispatches)
    playground.advance(hours=1)
    await playground.until(lambda: not playground.slack.is_busy)
    assert len(playground.dispatches) == count


async def test_the_no_retry_header_prevents_retries(playground: Playground, app_stub: Any) -> None:
    """With x-slack-no-retry on a failure there is only one attempt."""
    app_stub.answer = Response(status_code=500, headers={"x-slack-no-retry": "1"})
    await playground.user("ada").open_home()
    assert not playground.slack.is_busy
    assert len(app_stub.requests) == 1


async def test_uninstalling_sends_both_events_and_revokes_the_token(
    playground: Playground, app_stub: Any
) -> None:
    """tokens_revoked and app_uninstalled arrive, and the token is revoked."""
    sent = await playground.uninstall()
    assert [d.payload["event"]["type"] for d in sent] == ["tokens_revoked", "app_uninstalled"]
    assert playground.workspace.installation.is_revoked
