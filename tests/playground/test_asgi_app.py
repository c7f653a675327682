"""Access from other sites, and the small endpoints."""

import aiohttp
import pytest

from bot.playground import Playground


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Host": "[::1]:8000"}, 200),
        ({"Host": "evil.test"}, 403),
        ({"Host": "127.0.0.1.evil.test:80"}, 403),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_other_sites_are_denied(
    playground: Playground, headers: dict[str, str], status: int
) -> None:
    """A foreign Host or a foreign Origin gets 403."""
    url = f"{playground.slack.base_url}/client/message"
    body = {"as": "U0ADA", "channel": "C0PRODUCT", "text": "x"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json=body, headers=headers) as response,
    ):
        assert response.status == status


async def test_the_pages_own_origin_is_accepted(playground: Playground) -> None:
    """A request of the page itself is accepted."""
    base = playground.slack.base_url
    body = {"as": "U0ADA", "channel": "C0PRODUCT", "text": "x"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{base}/client/message", json=body, headers={"Origin": base}) as response,
    ):
        assert (await response.json())["ok"] is True


async def test_a_permalink_redirects_to_the_page(playground: Playground) -> None:
    """/archives/C/p redirects to the page with channel and message in the fragment."""
    base = playground.slack.base_url
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{base}/archives/C0PRODUCT/p17", allow_redirects=False) as response,
    ):
        assert response.headers["location"] == "/#C0PRODUCT/p17"


@pytest.mark.parametrize("path", ["/files/F0", "/response/T0NORTH/R0", "/upload/T0NORTH/F0"])
async def test_unknown_resources_are_404(playground: Playground, path: str) -> None:
    """Unknown files, response URLs and uploads respond with 404."""
    async with aiohttp.ClientSession(playground.slack.base_url) as session:
        method = "GET" if path.startswith("/files") else "POST"
        async with session.request(method, path, data=b"{}") as response:
            assert response.status == 404


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff\xfe", b"payload=%7B", b"payload=[]"])
async def test_a_malformed_response_is_rejected(playground: Playground, body: bytes) -> None:
    """A response_url that gets no JSON object responds with 400 and logs a violation."""
    ada, channel = playground.user("ada"), playground.channel("product")
    url = playground.workspace.new_response_url(ada.user, channel)
    async with aiohttp.ClientSession() as session, session.post(url, data=body) as response:
        assert response.status == 400
    assert [v.error for v in playground.violations] == ["invalid_payload"]
