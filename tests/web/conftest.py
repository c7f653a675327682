"""The web application with a fake backend."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.web.helpers import FakeBackend, web_client


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
async def web(backend: FakeBackend) -> AsyncIterator[httpx.AsyncClient]:
    async with web_client(backend.endpoints) as client:
        yield client
