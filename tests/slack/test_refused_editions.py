"""Decisions by a playbook that today's loader refuses."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.decisions.digest.posting import Window
from bot.decisions.digest.reading import DigestReader
from bot.decisions.digest.settings import DigestSettings
from bot.decisions.errors import EditionRefused
from bot.decisions.model import Outcome
from bot.decisions.reading import Sight
from bot.playbooks.loader import PlaybookText
from bot.slack.finder import Finder
from bot.slack.queries import Query
from bot.slack.views.announcement import announcement
from bot.store.log import Log
from tests.decisions.world import ADA, BEN, PRODUCT, SMALL, World


class _Nobody:
    """A client of Slack that knows no message's address."""

    async def chat_getPermalink(self, **_: Any) -> dict[str, Any]:  # noqa: N802 - as in the SDK
        return {}


async def _kept(path: Path) -> None:
    """Keep an open decision with a view that differs, and one that was decided and reviewed."""
    log = await Log(path).open()
    world = World(log)
    opened, settled = await world.decided(), await world.decided()
    view = await world.desk.perspectives.begin(BEN, PRODUCT, opened.number)
    await world.drafting.keep(BEN, view.draft.id, {"facts": "never", "style": "strict"})
    await world.desk.post(BEN, view.draft.id, PRODUCT)
    await world.desk.deciding.override(ADA, settled.number, "tuning", "So")
    await world.desk.reviewing.review(ADA, settled.number, Outcome.WORKED, "")
    await log.write(
        lambda db: db.execute("UPDATE playbooks SET files = replace(files, 'summary:', 'gone:')")
    )
    await log.close()


async def test_what_is_refused_today_is_shown_by_its_own_row(tmp_path: Path) -> None:
    """List, show, record, Home's announcement and digest tell what the log knows, and log once."""
    await _kept(tmp_path / "log.db")
    log = await Log(tmp_path / "log.db").open()
    world, sight = World(log), Sight.of(ADA, PRODUCT)
    later = {name: text.replace('"1"', '"2"') for name, text in SMALL.files.items()}
    world.playbooks.use(PlaybookText("small", later))
    finder = Finder(world.desk, "/ragvsft")
    with capture_logs() as logs:
        listed = await finder.page(sight, Query.typed("list", ""))
        assert "Open, recommended: Rag" in str(listed.blocks)
        assert "Decided differently: Tuning" in str(listed.blocks)
        for number in (1, 2):
            first, *_, last = await finder.show(sight, number, _Nobody())  # type: ignore[arg-type]  # asks one thing
            assert "Rag" in first.text
            assert "Facts" in str(last.blocks)
            assert "Rag" in str((await finder.export_one(sight, number, _Nobody())).blocks)  # type: ignore[arg-type]  # sends no file
        team = await world.desk.perspectives.team("T1", 1)
        assert len((await world.desk.perspectives.comparison(team)).differences) == 1
        now = world.clock.now()
        window = Window(now - timedelta(days=7), now + timedelta(days=1))
        digest = await DigestReader(world.store, world.desk.editions).read(
            DigestSettings("T1", PRODUCT, ADA.user, now), window
        )
        assert digest.titles["rag"]
        decision = await world.desk.deciding.found(ADA, 1)
        engine = await world.desk.editions.of(decision)
        assert "Rag" in announcement(decision, engine.playbook).text
        with pytest.raises(EditionRefused):
            await world.desk.deciding.begin_edit(ADA, 1)
    assert [each["event"] for each in logs] == ["a playbook kept in the log cannot be used"]
    await log.close()
