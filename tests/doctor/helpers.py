"""A fake Web API, a playbook and a database for the doctor's checks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.disk import Mount
from bot.doctor.checks import run_checks
from bot.doctor.results import CheckResult, CheckState
from bot.manifest import SCOPES
from bot.storage.database import Database

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LOCAL_DISK = (Mount(Path("/"), "ext4"),)
GOOD = {"ok": True}
AUTH = {"ok": True, "team": "Northwind", "user": "ragvsft"}


class FixedNoon:
    """A clock fixed at noon."""

    def now(self) -> datetime:
        return NOON


@dataclass
class Api:
    """A fake Web API with configurable responses that records its calls."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    scopes: str = ",".join(SCOPES)
    date: str = format_datetime(NOON, usegmt=True)
    url: str = ""
    calls: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.calls.append((method, request.headers.get("Authorization", ""), form))
        headers = {"Date": self.date, "x-oauth-scopes": self.scopes}
        return web.json_response(self.answers.get(method, GOOD), headers=headers)


def playbook(folder: Path) -> Path:
    """Create a folder with the smallest valid playbook."""
    rules = folder / "rules"
    rules.mkdir()
    (rules / "playbook.yml").write_text(
        "id: tea\ntitle: Tea or coffee?\nversion: '1'\n"
        "steps: [{id: taste, title: Taste}]\n"
        "options:\n"
        "  tea: {title: Tea, summary: Leaves., first_steps: [Boil], measure: [Heat], "
        "pitfalls: [Cold]}\n"
        "  coffee: {title: Coffee, summary: Beans., first_steps: [Grind], measure: [Heat], "
        "pitfalls: [Cold]}\n"
        "close_call: 2\nclear_lead: 5\n"
        "too_close: {summary: Try both., first_steps: [Brew], measure: [Taste]}\n"
    )
    (rules / "questions.yml").write_text(
        "- {id: time, step: taste, ask: When?, answers: {morning: Morning, evening: Evening}}\n"
    )
    (rules / "rules.yml").write_text(
        "rules:\n"
        "  - {id: early, when: {time: [morning]}, points: {coffee: 3}, because: It wakes.,"
        " source: Mum}\n"
        "vetoes: []\ngates: []\n"
    )
    return rules


async def create_database(path: Path) -> None:
    """Create an empty database."""
    log = await Database(path).open()
    await log.close()


async def run(
    environ: Mapping[str, str], mounts: tuple[Mount, ...] = LOCAL_DISK
) -> list[CheckResult]:
    """Run all checks in an environment."""
    return [result async for result in run_checks(environ, Path("none.env"), mounts, FixedNoon())]


def not_ok(results: list[CheckResult]) -> list[CheckResult]:
    """The results that are not ok."""
    return [result for result in results if result.state is not CheckState.OK]


async def only_fault(
    environ: Mapping[str, str], mounts: tuple[Mount, ...] = LOCAL_DISK
) -> CheckResult:
    """The only result that is not ok; it has a remedy."""
    (result,) = not_ok(await run(environ, mounts))
    assert result.remedy or ":" in result.message
    return result
