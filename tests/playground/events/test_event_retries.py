"""Events and their retries."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from starlette.responses import Response

from bot.playground import Playground


async def test_a_failed_event_is_tried_three_times_more(playground: Playground, tiny: Any) -> None:
    """At once, after a minute, after five; the same event_id, the number and reason in headers."""
    arrived: list[datetime] = []

    async def failing(request: Any) -> Response:
        if b"app_home_opened" not in request["body"]:
            return Response()
        arrived.append(playground.clock.now())
        return Response(status_code=500)

    tiny.answer = failing
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
    opened = [headers for headers, body in tiny.requests if b"app_home_opened" in body]
    assert [h.get("x-slack-retry-num") for h in opened] == [None, "1", "2", "3"]
    assert opened[1]["x-slack-retry-reason"] == "http_error"
    failed = [d for d in playground.dispatches if d.status == 500]
    assert len({d.payload["event_id"] for d in failed}) == 1


def _failed(playground: Playground) -> int:
    return sum(delivery.status == 500 for delivery in playground.dispatches)


async def test_a_retry_that_is_taken_ends_them(playground: Playground, tiny: Any) -> None:
    """After a 2xx no further retry comes."""
    tiny.answer = Response(status_code=500)
    await playground.user("ada").open_home()
    tiny.answer = Response(status_code=201)
    await playground.until(lambda: len(playground.dispatches) >= 2)
    await playground.until(lambda: playground.dispatches[-1].status is not None)
    if playground.dispatches[-1].status == 500:
        playground.advance(seconds=61)
        await playground.until(lambda: playground.dispatches[-1].status == 201)
    count = len(playground.dispatches)
    playground.advance(hours=1)
    await playground.until(lambda: not playground.slack.is_busy)
    assert len(playground.dispatches) == count


async def test_no_retry_is_obeyed(playground: Playground, tiny: Any) -> None:
    """x-slack-no-retry on a failure means that it stays with one attempt."""
    tiny.answer = Response(status_code=500, headers={"x-slack-no-retry": "1"})
    await playground.user("ada").open_home()
    assert not playground.slack.is_busy
    assert len(tiny.requests) == 1


async def test_uninstalling_sends_both_events_and_ends_the_token(
    playground: Playground, tiny: Any
) -> None:
    """tokens_revoked and app_uninstalled arrive, and the token is of no use."""
    sent = await playground.uninstall()
    assert [d.payload["event"]["type"] for d in sent] == ["tokens_revoked", "app_uninstalled"]
    assert playground.workspace.installation.is_revoked
