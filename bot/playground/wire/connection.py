"""Losing a connection on purpose."""

from starlette.types import Receive, Send


async def drop(receive: Receive, send: Send) -> None:
    """Cut the connection without an answer.

    ASGI has no word for it. Under uvicorn, `receive` belongs to the request's cycle, which knows
    the transport; elsewhere an answer is begun and never finished, which closes it as well.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is not None:
        transport.close()
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    headers = [(b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
