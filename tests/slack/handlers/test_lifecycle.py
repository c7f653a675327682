"""Which installation the end of an installation takes away."""

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
from bot.decisions.installation import Installation
from bot.slack.handlers.events import LifecycleHandlers
from bot.slack.oauth.installations import MultiWorkspace, TokenCipher
from bot.slackkit.payloads import InvalidPayload
from bot.storage.database import Database
from bot.storage.installations import SqliteInstallations

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ACCOUNTS: list[tuple[str | None, str | None]] = [
    ("T0ALONE", None),
    ("T0OWN", "E0ORG"),
    (None, "E0ORG"),
]


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database(tmp_path / "log.db").open()
    yield opened
    await opened.close()


@pytest.fixture
async def kept(log: Database) -> SqliteInstallations:
    kept = SqliteInstallations(log)
    for team, enterprise in ACCOUNTS:
        await kept.keep(
            Installation(team, enterprise, "name", "U0BOT", "U0ADA", ("commands",), "sealed", NOON)
        )
    return kept


def request_of(kind: str, **envelope: Any) -> AsyncBoltRequest:
    body = {
        "type": "event_callback",
        "event": {"type": kind, "tokens": {"oauth": [], "bot": ["U0BOT"]}},
        "event_time": int(NOON.timestamp()),
        **envelope,
    }
    return AsyncBoltRequest(body=body, mode="socket_mode")


async def hear(kept: SqliteInstallations, request: AsyncBoltRequest) -> bool:
    """Let the listener of an event hear it; return whether it acked."""
    seal = TokenCipher([Fernet.generate_key().decode()])
    installs = MultiWorkspace(kept, seal, AsyncWebClient(retry_handlers=[]), SystemClock())
    lifecycle, ack = LifecycleHandlers(installs), AsyncAck()
    removed = request.body["event"]["type"] == "app_uninstalled"
    listener = lifecycle.uninstalled if removed else lifecycle.revoked
    await listener(ack, request.body, request.context)
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
async def test_each_shape_of_removal_takes_its_own(
    kept: SqliteInstallations, kind: str, envelope: dict[str, Any], gone: str | None
) -> None:
    """A removal takes the installation it names: a workspace's, or the whole organisation's."""
    assert await hear(kept, request_of(kind, **envelope))
    left = {installation.account for installation in await kept.all()}
    assert left == {"T0ALONE", "T0OWN", "E0ORG"} - {gone}


@pytest.mark.parametrize("envelope", [{}, {"team_id": "T0ALONE", "event_time": "yesterday"}])
async def test_an_event_that_names_nothing_is_unreadable(
    kept: SqliteInstallations, envelope: dict[str, Any]
) -> None:
    """A removal from nowhere, or at no time, takes nothing away."""
    with pytest.raises(InvalidPayload):
        await hear(kept, request_of("app_uninstalled", **envelope))
    assert len(await kept.all()) == len(ACCOUNTS)


async def test_what_could_not_be_noted_is_not_acked(
    kept: SqliteInstallations, log: Database
) -> None:
    """When the log fails there is no ack, so that Slack sends the event again."""
    await log.write(lambda db: db.execute("alter table installations rename to elsewhere"))
    with pytest.raises(sqlite3.OperationalError):
        await hear(kept, request_of("app_uninstalled", team_id="T0ALONE"))
