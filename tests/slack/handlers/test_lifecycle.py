"""Events of removal and revocation: which installation they remove."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from slack_bolt.async_app import AsyncAck, AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import SystemClock
from bot.slack.handlers.events import LifecycleHandlers
from bot.slack.oauth.installations import MultiWorkspace, TokenCipher
from bot.slackkit.payloads import InvalidPayload
from bot.storage.database import Database
from bot.storage.installations import Installation, InstallationStore

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ACCOUNTS: list[tuple[str | None, str | None]] = [
    ("T0ALONE", None),
    ("T0OWN", "E0ORG"),
    (None, "E0ORG"),
]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database(tmp_path / "log.db").open()
    yield opened
    await opened.close()


@pytest.fixture
async def store(database: Database) -> InstallationStore:
    store = InstallationStore(database)
    for team, enterprise in ACCOUNTS:
        await store.save(
            Installation(team, enterprise, "name", "U0BOT", "U0ADA", ("commands",), "secret", NOON)
        )
    return store


def request_of(kind: str, **envelope: Any) -> AsyncBoltRequest:
    body = {
        "type": "event_callback",
        "event": {"type": kind, "tokens": {"oauth": [], "bot": ["U0BOT"]}},
        "event_time": int(NOON.timestamp()),
        **envelope,
    }
    return AsyncBoltRequest(body=body, mode="socket_mode")


async def handle(store: InstallationStore, request: AsyncBoltRequest) -> bool:
    """Pass an event to its handler; return whether it acked."""
    cipher = TokenCipher([Fernet.generate_key().decode()])
    installations = MultiWorkspace(store, cipher, AsyncWebClient(retry_handlers=[]), SystemClock())
    lifecycle, ack = LifecycleHandlers(installations), AsyncAck()
    removed = request.body["event"]["type"] == "app_uninstalled"
    handler = lifecycle.uninstalled if removed else lifecycle.revoked
    await handler(ack, request.body, request.context)
    return ack.response is not None


def authorized(team: str | None, enterprise: str | None, *, whole: bool) -> dict[str, Any]:
    return {
        "authorizations": [
            {"team_id": team, "enterprise_id": enterprise, "is_enterprise_install": whole}
        ]
    }


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
@pytest.mark.parametrize(
    ("envelope", "gone"),
    [
        ({"team_id": "T0ALONE"}, "T0ALONE"),
        ({"team_id": "T0OWN", "enterprise_id": "E0ORG"}, "T0OWN"),
        ({"team_id": "T0SHARED", **authorized(None, "E0ORG", whole=True)}, "E0ORG"),
        ({"team_id": None, "enterprise_id": "E0ORG"}, "E0ORG"),
        ({"team_id": "T0SHARED", "enterprise_id": "E0ORG"}, None),
    ],
    ids=["alone", "in-org", "whole-org", "whole-org-bare", "one-of-org"],
)
async def test_an_event_removes_its_own_installation(
    store: InstallationStore, kind: str, envelope: dict[str, Any], gone: str | None
) -> None:
    """An event removes the installation it names: a workspace's or the organisation's."""
    assert await handle(store, request_of(kind, **envelope))
    left = {installation.account for installation in await store.all()}
    assert left == {"T0ALONE", "T0OWN", "E0ORG"} - {gone}


@pytest.mark.parametrize("envelope", [{}, {"team_id": "T0ALONE", "event_time": "yesterday"}])
async def test_an_event_that_names_nothing_is_invalid(
    store: InstallationStore, envelope: dict[str, Any]
) -> None:
    """An event without an account or a time removes nothing."""
    with pytest.raises(InvalidPayload):
        await handle(store, request_of("app_uninstalled", **envelope))
    assert len(await store.all()) == len(ACCOUNTS)


async def test_an_event_that_was_not_stored_is_not_acked(
    store: InstallationStore, database: Database
) -> None:
    """If the database fails there is no ack, so that Slack repeats the event."""
    await database.write(lambda db: db.execute("alter table installations rename to elsewhere"))
    with pytest.raises(sqlite3.OperationalError):
        await handle(store, request_of("app_uninstalled", team_id="T0ALONE"))
