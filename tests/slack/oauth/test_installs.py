"""Which token a request gets, and what is remembered of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.installation import Installation, NotInstalled, TokenUnreadable
from bot.decisions.model import Person
from bot.slack.oauth.installations import HELD_FOR, MultiWorkspace
from bot.slack.oauth.tokens import TokenCipher
from bot.slackkit.payloads import sender
from bot.storage.database import Database
from bot.storage.installations import SqliteInstallations

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEYS = [Fernet.generate_key().decode() for _ in range(3)]


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time


@dataclass
class Setting:
    """Installations of several kinds, on a real file."""

    installs: MultiWorkspace
    kept: SqliteInstallations
    clock: HandClock
    seal: TokenCipher

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
            sealed_token=self.seal.seal(account, token or f"xoxb-{account}"),
            installed_at=self.clock.now(),
        )

    async def token(self, enterprise: str | None, team: str | None) -> str | None:
        """The token of a request; None if there is none."""
        try:
            return (await self.installs.authorize(enterprise, team)).bot_token
        except NotInstalled:
            return None


@pytest.fixture
async def setting(tmp_path: Path) -> AsyncIterator[Setting]:
    log = await Database(tmp_path / "log.db").open()
    kept, clock, seal = SqliteInstallations(log), HandClock(), TokenCipher(KEYS[:1])
    installs = MultiWorkspace(kept, seal, AsyncWebClient(retry_handlers=[]), clock)
    yield Setting(installs, kept, clock, seal)
    await log.close()


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
async def test_four_shapes_of_installation(
    setting: Setting, body: dict[str, Any], token: str, workspace: str
) -> None:
    """A request finds its token, and its person their workspace, whatever installed the bot."""
    for team, enterprise in [("T0ALONE", None), ("T0OWN", "E0ORG"), (None, "E0ORG")]:
        await setting.installs.keep(setting.installation(team, enterprise))
    context = AsyncBoltRequest(body=body, mode="socket_mode").context
    assert await setting.token(context.enterprise_id, context.team_id) == token
    assert sender(body) == Person(workspace, "U0ADA")


async def test_an_organisation_serves_its_workspaces_alone(setting: Setting) -> None:
    """Its token is for requests of that organisation; another's workspace gets none."""
    await setting.installs.keep(setting.installation(None, "E0ORG"))
    assert await setting.token("E0ORG", "T0SHARED") == "xoxb-E0ORG"
    assert await setting.token("E0OTHER", "T0FAR") is None
    assert await setting.token(None, "T0FAR") is None
    assert await setting.token(None, None) is None


async def test_deliveries_find_an_organisations_token(setting: Setting) -> None:
    """What is posted later to a workspace of an organisation goes with the organisation's token."""
    await setting.installs.keep(setting.installation(None, "E0ORG"))
    with pytest.raises(NotInstalled):
        await setting.installs.client_for("T0SHARED")
    await setting.token("E0ORG", "T0SHARED")
    assert (await setting.installs.client_for("T0SHARED")).token == "xoxb-E0ORG"


async def test_a_removal_is_felt_at_once(setting: Setting) -> None:
    """A token held in memory is let go when its installation is removed or renewed."""
    await setting.installs.keep(setting.installation("T0ALONE"))
    assert await setting.token(None, "T0ALONE") == "xoxb-T0ALONE"
    await setting.installs.keep(setting.installation("T0ALONE", token="xoxb-anew"))
    assert await setting.token(None, "T0ALONE") == "xoxb-anew"
    await setting.installs.forget("T0ALONE", setting.clock.now())
    assert await setting.token(None, "T0ALONE") is None
    with pytest.raises(NotInstalled):
        await setting.installs.client_for("T0ALONE")


async def test_another_process_is_believed_after_a_while(setting: Setting) -> None:
    """A removal noted by another process is felt when the token has been held for a minute."""
    await setting.installs.keep(setting.installation("T0ALONE"))
    await setting.token(None, "T0ALONE")
    await setting.kept.forget("T0ALONE", NOON + timedelta(days=1))
    setting.clock.time += HELD_FOR - timedelta(seconds=1)
    assert await setting.token(None, "T0ALONE") == "xoxb-T0ALONE"
    setting.clock.time += timedelta(seconds=1)
    assert await setting.token(None, "T0ALONE") is None


class SlowInstallations(SqliteInstallations):
    """Something happens between reading an installation and returning it."""

    meanwhile: Any = None

    async def find(self, account: str) -> Installation | None:
        found = await super().find(account)
        if self.meanwhile is not None:
            await self.meanwhile()
        return found


async def test_a_removal_during_a_look_up_is_not_forgotten(tmp_path: Path) -> None:
    """A token read just before its removal serves that request and is not held for others."""
    log = await Database(tmp_path / "log.db").open()
    kept, seal = SlowInstallations(log), TokenCipher(KEYS[:1])
    installs = MultiWorkspace(kept, seal, AsyncWebClient(retry_handlers=[]), HandClock())
    setting = Setting(installs, kept, HandClock(), seal)
    await installs.keep(setting.installation("T0ALONE"))

    async def remove() -> None:
        kept.meanwhile = None
        await installs.forget("T0ALONE", NOON)

    kept.meanwhile = remove
    assert await setting.token(None, "T0ALONE") == "xoxb-T0ALONE"
    assert await setting.token(None, "T0ALONE") is None
    await log.close()


def test_a_seal_opens_with_any_of_its_keys() -> None:
    """The newest key seals; older ones open; a key that is not there does not."""
    sealed = TokenCipher(KEYS[:1]).seal("T0", "xoxb-1")
    assert "xoxb" not in sealed
    assert TokenCipher([KEYS[1], KEYS[0]]).unseal("T0", sealed) == "xoxb-1"
    with pytest.raises(TokenUnreadable, match=r"T0 cannot be decrypted.*RAGVSFT_KEYS"):
        TokenCipher(KEYS[1:]).unseal("T0", sealed)


def test_a_seal_is_renewed_once() -> None:
    """A token under an old key is sealed anew with the newest; one under the newest stays."""
    sealed = TokenCipher(KEYS[:1]).seal("T0", "xoxb-1")
    both = TokenCipher([KEYS[1], KEYS[0]])
    renewed = both.renewed("T0", sealed)
    assert renewed != sealed
    assert both.renewed("T0", renewed) == renewed
    assert TokenCipher([KEYS[1]]).unseal("T0", renewed) == "xoxb-1"


def test_a_sealed_token_is_worth_nothing_elsewhere() -> None:
    """A token copied into another workspace's row does not open."""
    seal = TokenCipher(KEYS)
    with pytest.raises(TokenUnreadable):
        seal.unseal("T0MINE", seal.seal("T0YOURS", "xoxb-1"))
    with pytest.raises(TokenUnreadable):
        seal.renewed("T0MINE", seal.seal("T0YOURS", "xoxb-1"))


async def test_a_start_renews_what_it_can(setting: Setting) -> None:
    """Every token that opens is under the newest key after a start; others are left alone."""
    await setting.installs.keep(setting.installation("T0ALONE"))
    lost = TokenCipher(KEYS[2:]).seal("T0LOST", "xoxb-2")
    await setting.kept.keep(setting.installation("T0LOST"))
    found = await setting.kept.find("T0LOST")
    assert found is not None
    await setting.kept.reseal(found, lost)
    newer = TokenCipher([KEYS[1], KEYS[0]])
    client = AsyncWebClient(retry_handlers=[])
    await MultiWorkspace(setting.kept, newer, client, setting.clock).rotate_keys()
    sealed = {each.account: each.sealed_token for each in await setting.kept.all()}
    assert TokenCipher([KEYS[1]]).unseal("T0ALONE", sealed["T0ALONE"]) == "xoxb-T0ALONE"
    assert sealed["T0LOST"] == lost
