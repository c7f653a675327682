"""Installations: the token of a request, its cache and its encryption."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.model import Person
from bot.slack.oauth.installations import CACHE_TTL, MultiWorkspace, TokenCipher
from bot.slackkit.payloads import sender
from bot.storage.database import Database
from bot.storage.installations import Installation, InstallationStore, NotInstalled, TokenUnreadable

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEYS = [Fernet.generate_key().decode() for _ in range(3)]


@dataclass
class ManualClock:
    """A clock that the test sets."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time


@dataclass
class Harness:
    """Installations on a database per test."""

    installations: MultiWorkspace
    store: InstallationStore
    clock: ManualClock
    cipher: TokenCipher

    def installation(
        self, team: str | None, enterprise: str | None = None, token: str = ""
    ) -> Installation:
        account = team or enterprise or ""
        return Installation(
            team=team,
            enterprise=enterprise,
            name=account,
            bot_user=f"U0BOT{account}",
            installed_by="U0ADA",
            scopes=("commands",),
            encrypted_token=self.cipher.encrypt(account, token or f"xoxb-{account}"),
            installed_at=self.clock.now(),
        )

    async def token(self, enterprise: str | None, team: str | None) -> str | None:
        """The token of a request; None if there is none."""
        try:
            return (await self.installations.authorize(enterprise, team)).bot_token
        except NotInstalled:
            return None


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[Harness]:
    database = await Database(tmp_path / "log.db").open()
    store, clock, cipher = InstallationStore(database), ManualClock(), TokenCipher(KEYS[:1])
    installations = MultiWorkspace(store, cipher, AsyncWebClient(retry_handlers=[]), clock)
    yield Harness(installations, store, clock, cipher)
    await database.close()


ALONE: dict[str, Any] = {
    "type": "block_actions",
    "team": {"id": "T0ALONE", "domain": "alone"},
    "enterprise": None,
    "is_enterprise_install": False,
    "user": {"id": "U0ADA", "team_id": "T0ALONE"},
}
IN_ORG = {
    **ALONE,
    "team": {"id": "T0OWN", "domain": "own", "enterprise_id": "E0ORG"},
    "enterprise": {"id": "E0ORG", "name": "The Org"},
    "user": {"id": "U0ADA", "team_id": "T0OWN"},
}
WHOLE_ORG = {
    **ALONE,
    "team": None,
    "enterprise": {"id": "E0ORG", "name": "The Org"},
    "is_enterprise_install": True,
    "user": {"id": "U0ADA", "team_id": "T0SHARED"},
}
WHOLE_ORG_VIEW = {
    **WHOLE_ORG,
    "type": "view_submission",
    "view": {"id": "V0", "team_id": "T0SHARED", "app_installed_team_id": "E0ORG"},
}


@pytest.mark.parametrize(
    ("body", "token", "workspace"),
    [
        (ALONE, "xoxb-T0ALONE", "T0ALONE"),
        (IN_ORG, "xoxb-T0OWN", "T0OWN"),
        (WHOLE_ORG, "xoxb-E0ORG", "T0SHARED"),
        (WHOLE_ORG_VIEW, "xoxb-E0ORG", "T0SHARED"),
    ],
    ids=["alone", "in-org", "whole-org", "whole-org-view"],
)
async def test_each_kind_of_installation(
    harness: Harness, body: dict[str, Any], token: str, workspace: str
) -> None:
    """For each kind of installation, a request gets its token and its sender their workspace."""
    for team, enterprise in [("T0ALONE", None), ("T0OWN", "E0ORG"), (None, "E0ORG")]:
        await harness.installations.keep(harness.installation(team, enterprise))
    context = AsyncBoltRequest(body=body, mode="socket_mode").context
    assert await harness.token(context.enterprise_id, context.team_id) == token
    assert sender(body) == Person(workspace, "U0ADA")


async def test_an_organisation_serves_only_its_workspaces(harness: Harness) -> None:
    """An organisation's token serves its own workspaces only."""
    await harness.installations.keep(harness.installation(None, "E0ORG"))
    assert await harness.token("E0ORG", "T0SHARED") == "xoxb-E0ORG"
    assert await harness.token("E0OTHER", "T0FAR") is None
    assert await harness.token(None, "T0FAR") is None
    assert await harness.token(None, None) is None


async def test_deliveries_find_an_organisations_token(harness: Harness) -> None:
    """A delivery to a workspace of an organisation uses the organisation's token."""
    await harness.installations.keep(harness.installation(None, "E0ORG"))
    with pytest.raises(NotInstalled):
        await harness.installations.client_for("T0SHARED")
    await harness.token("E0ORG", "T0SHARED")
    assert (await harness.installations.client_for("T0SHARED")).token == "xoxb-E0ORG"


async def test_a_removal_empties_the_cache(harness: Harness) -> None:
    """A cached token is dropped when its installation is removed or renewed."""
    await harness.installations.keep(harness.installation("T0ALONE"))
    assert await harness.token(None, "T0ALONE") == "xoxb-T0ALONE"
    await harness.installations.keep(harness.installation("T0ALONE", token="xoxb-new"))
    assert await harness.token(None, "T0ALONE") == "xoxb-new"
    await harness.installations.forget("T0ALONE", harness.clock.now())
    assert await harness.token(None, "T0ALONE") is None
    with pytest.raises(NotInstalled):
        await harness.installations.client_for("T0ALONE")


async def test_a_removal_by_another_process_takes_a_minute(harness: Harness) -> None:
    """A removal by another process takes effect when the cached token expires."""
    await harness.installations.keep(harness.installation("T0ALONE"))
    await harness.token(None, "T0ALONE")
    await harness.store.delete("T0ALONE", NOON + timedelta(days=1))
    harness.clock.time += CACHE_TTL - timedelta(seconds=1)
    assert await harness.token(None, "T0ALONE") == "xoxb-T0ALONE"
    harness.clock.time += timedelta(seconds=1)
    assert await harness.token(None, "T0ALONE") is None


class SlowInstallations(InstallationStore):
    """Runs `meanwhile` between reading an installation and returning it."""

    meanwhile: Any = None

    async def find(self, account: str) -> Installation | None:
        found = await super().find(account)
        if self.meanwhile is not None:
            await self.meanwhile()
        return found


async def test_a_removal_during_a_look_up_keeps_the_token_out_of_the_cache(tmp_path: Path) -> None:
    """A token read just before its removal serves that request and is not cached."""
    database = await Database(tmp_path / "log.db").open()
    store, cipher = SlowInstallations(database), TokenCipher(KEYS[:1])
    installations = MultiWorkspace(store, cipher, AsyncWebClient(retry_handlers=[]), ManualClock())
    harness = Harness(installations, store, ManualClock(), cipher)
    await installations.keep(harness.installation("T0ALONE"))

    async def remove() -> None:
        store.meanwhile = None
        await installations.forget("T0ALONE", NOON)

    store.meanwhile = remove
    assert await harness.token(None, "T0ALONE") == "xoxb-T0ALONE"
    assert await harness.token(None, "T0ALONE") is None
    await database.close()


def test_any_key_decrypts() -> None:
    """The newest key encrypts; older keys decrypt; an unknown key does not."""
    encrypted = TokenCipher(KEYS[:1]).encrypt("T0", "xoxb-1")
    assert "xoxb" not in encrypted
    assert TokenCipher([KEYS[1], KEYS[0]]).decrypt("T0", encrypted) == "xoxb-1"
    with pytest.raises(TokenUnreadable, match=r"T0 cannot be decrypted.*RAGVSFT_KEYS"):
        TokenCipher(KEYS[1:]).decrypt("T0", encrypted)


def test_a_token_is_rotated_once() -> None:
    """A token encrypted with an old key moves to the newest key; others stay as they are."""
    encrypted = TokenCipher(KEYS[:1]).encrypt("T0", "xoxb-1")
    both = TokenCipher([KEYS[1], KEYS[0]])
    rotated = both.rotate("T0", encrypted)
    assert rotated != encrypted
    assert both.rotate("T0", rotated) == rotated
    assert TokenCipher([KEYS[1]]).decrypt("T0", rotated) == "xoxb-1"


def test_a_token_is_useless_in_another_row() -> None:
    """A token copied into another workspace's row is not decrypted."""
    cipher = TokenCipher(KEYS)
    with pytest.raises(TokenUnreadable):
        cipher.decrypt("T0MINE", cipher.encrypt("T0YOURS", "xoxb-1"))
    with pytest.raises(TokenUnreadable):
        cipher.rotate("T0MINE", cipher.encrypt("T0YOURS", "xoxb-1"))


async def test_a_start_rotates_every_token(harness: Harness) -> None:
    """A start moves every readable token to the newest key, and leaves the others."""
    await harness.installations.keep(harness.installation("T0ALONE"))
    lost = TokenCipher(KEYS[2:]).encrypt("T0LOST", "xoxb-2")
    await harness.store.save(harness.installation("T0LOST"))
    found = await harness.store.find("T0LOST")
    assert found is not None
    await harness.store.replace_token(found, lost)
    newer = TokenCipher([KEYS[1], KEYS[0]])
    client = AsyncWebClient(retry_handlers=[])
    await MultiWorkspace(harness.store, newer, client, harness.clock).rotate_keys()
    stored = {each.account: each.encrypted_token for each in await harness.store.all()}
    assert TokenCipher([KEYS[1]]).decrypt("T0ALONE", stored["T0ALONE"]) == "xoxb-T0ALONE"
    assert stored["T0LOST"] == lost
