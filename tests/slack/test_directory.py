"""The directory: what it reads from Slack, and its delay after an error."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.model import Person
from bot.decisions.ports import DirectoryEntry, DirectoryUnavailable
from bot.playground import Playground, serving
from bot.playground.fault_injection import FaultKind
from bot.slack.directory import SlackDirectory
from bot.storage.installations import NotInstalled

ADA = Person("T0NORTH", "U0ADA")
WITHIN = 60.0
"""Time limit for the local Slack, in seconds of real time; generous for a busy machine."""


@asynccontextmanager
async def directory(
    playground: Playground, longest: float = WITHIN
) -> AsyncIterator[SlackDirectory]:
    """Run a directory on the local workspace."""
    async with serving(playground):

        async def client_for(workspace: str) -> AsyncWebClient:
            if workspace != ADA.workspace:
                raise NotInstalled
            return AsyncWebClient(
                playground.bot_token, base_url=playground.api_url, retry_handlers=[]
            )

        yield SlackDirectory(client_for, longest=longest)


async def test_a_person_has_a_name_and_a_zone() -> None:
    """The full name is used, and the zone if this machine knows it; an unknown user is None."""
    playground = Playground()
    playground.workspace.user("ben").tz = "Nowhere/None"
    async with directory(playground) as found:
        assert await found.look_up(ADA) == DirectoryEntry("Ada Lind", "Europe/Berlin")
        assert await found.look_up(Person(ADA.workspace, "U0BEN")) == DirectoryEntry("Ben Okafor")
        assert await found.look_up(Person(ADA.workspace, "U0NOBODY")) is None


@pytest.mark.parametrize(
    ("kind", "wait"),
    [
        ("latency", timedelta(minutes=1)),
        ("server_error", timedelta(minutes=1)),
        ("drop_before", timedelta(minutes=1)),
        ("rate_limited", timedelta(seconds=17)),
    ],
)
async def test_errors_delay_the_next_look_up(kind: FaultKind, wait: timedelta) -> None:
    """A look-up times out early; the next one waits a minute, or Slack's `Retry-After`."""
    playground = Playground()
    playground.faults.add(kind, "users.info", seconds=17)
    async with directory(playground, 0.2 if kind == "latency" else WITHIN) as found:
        with pytest.raises(DirectoryUnavailable) as raised:
            await found.look_up(ADA)
    assert raised.value.wait == wait


async def test_without_permission_the_next_look_up_waits_an_hour() -> None:
    """Without the scope, or without an installation, the next look-up waits an hour."""
    playground = Playground()
    playground.workspace.installation.scopes.discard("users:read")
    async with directory(playground) as found:
        for person in (ADA, Person("T0GONE", "U0ADA")):
            with pytest.raises(DirectoryUnavailable) as raised:
                await found.look_up(person)
            assert raised.value.wait == timedelta(hours=1)
