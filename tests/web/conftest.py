"""The web application with nothing of ours behind it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.web.stage import Surroundings, browser


@pytest.fixture
def around() -> Surroundings:
    return Surroundings()


@pytest.fixture
async def web(around: Surroundings) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(around.endpoints) as client:
        yield client
