"""Events and their retries."""

from typing import Any

from starlette.responses import Response

from bot.playground import Playground


async def test_a_failed_event_is_tried_three_times_more(playground: Playground, tiny: Any) -> None:
    """At once, after a minute, after five; the same event_id, the number and reason in headers."""
    tiny.answer = Response(status_code=500)
    await playground.person("ada").open_home()
    await playground.until(lambda: len(tiny.requests) == 2)
    playground.advance(seconds=59)
    assert len(tiny.requests) == 2
    playground.advance(seconds=2)
    await playground.until(lambda: len(tiny.requests) == 3)
    await playground.until(lambda: playground.deliveries[-1].status == 500)
    playground.advance(minutes=6)
    await playground.until(lambda: len(playground.deliveries) == 4)
    await playground.until(lambda: len(tiny.requests) == 4)
    numbers = [headers.get("x-slack-retry-num") for headers, _ in tiny.requests]
    assert numbers == [None, "1", "2", "3"]
    assert tiny.requests[1][0]["x-slack-retry-reason"] == "http_error"
    assert len({d.payload["event_id"] for d in playground.deliveries}) == 1


async def test_a_retry_that_is_taken_ends_them(playground: Playground, tiny: Any) -> None:
    """After a 2xx no further retry comes."""
    tiny.answer = Response(status_code=500)
    await playground.person("ada").open_home()
    tiny.answer = Response(status_code=201)
    await playground.until(lambda: len(playground.deliveries) >= 2)
    await playground.until(lambda: playground.deliveries[-1].status is not None)
    if playground.deliveries[-1].status == 500:
        playground.advance(seconds=61)
        await playground.until(lambda: playground.deliveries[-1].status == 201)
    count = len(playground.deliveries)
    playground.advance(hours=1)
    await playground.until(lambda: not playground.world.busy)
    assert len(playground.deliveries) == count


async def test_no_retry_is_obeyed(playground: Playground, tiny: Any) -> None:
    """x-slack-no-retry on a failure means that it stays with one attempt."""
    tiny.answer = Response(status_code=500, headers={"x-slack-no-retry": "1"})
    await playground.person("ada").open_home()
    assert not playground.world.busy
    assert len(tiny.requests) == 1


async def test_uninstalling_sends_both_events_and_ends_the_token(
    playground: Playground, tiny: Any
) -> None:
    """tokens_revoked and app_uninstalled arrive, and the token is of no use."""
    sent = await playground.uninstall()
    assert [d.payload["event"]["type"] for d in sent] == ["tokens_revoked", "app_uninstalled"]
    assert playground.team.installation.is_revoked
