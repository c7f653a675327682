"""Decisions made with a playbook version that the loader rejects now."""

from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.decisions.access import ReadScope
from bot.decisions.errors import PlaybookVersionUnusable
from bot.decisions.model import ReviewOutcome
from bot.playbooks.loader import PlaybookText
from bot.slack.search import SearchResponder
from bot.slack.views.announcement import announcement
from bot.slack.views.reader import ReaderTab
from bot.slackkit.metadata import DecisionMetadata, ListQuery
from bot.storage.database import Database
from tests.services.harness import ADA, BEN, PUBLIC, SMALL, ServiceHarness


class _NoPermalinks(AsyncWebClient):
    """A Web API client without permalinks."""

    async def chat_getPermalink(self, **_: Any) -> Any:  # noqa: N802 - as in the SDK
        return {}


async def _store_decisions(path: Path) -> None:
    """Store an open decision with a differing perspective, and one decided and reviewed."""
    database = await Database(path).open()
    harness = ServiceHarness(database)
    opened, settled = await harness.post_decision(), await harness.post_decision()
    view = await harness.services.perspectives.begin(BEN, PUBLIC, opened.number)
    await harness.drafts.save_answers(BEN, view.draft.id, {"facts": "never", "style": "strict"})
    await harness.services.post(BEN, view.draft.id, PUBLIC)
    await harness.services.decisions.override(ADA, settled.number, "tuning", "So")
    await harness.services.reviews.review(ADA, settled.number, ReviewOutcome.WORKED, "")
    await database.write(
        lambda db: db.execute("UPDATE playbooks SET files = replace(files, 'summary:', 'gone:')")
    )
    await database.close()


async def test_an_unreadable_playbook_is_shown_from_the_verdict(tmp_path: Path) -> None:
    """List, show, record, announcement and digest show what is stored; the error is logged once."""
    await _store_decisions(tmp_path / "log.db")
    database = await Database(tmp_path / "log.db").open()
    harness, scope = ServiceHarness(database), ReadScope.of(ADA, PUBLIC)
    later = {name: text.replace('"1"', '"2"') for name, text in SMALL.files.items()}
    harness.playbooks.use(PlaybookText("small", later))
    responder, client = SearchResponder(harness.services, "/ragvsft"), _NoPermalinks()
    with capture_logs() as logs:
        listed = await responder.page(scope, ListQuery.typed("list", ""))
        assert "Open  ·  recommended: Rag" in str(listed.blocks)
        assert "Decided differently: Tuning" in str(listed.blocks)
        for number in (1, 2):
            shown = [
                str(await responder.show(scope, DecisionMetadata(decision=number, tab=tab), client))
                for tab in ReaderTab
            ]
            assert "Rag" in shown[0]
            assert "Facts" in shown[1]
            record = await responder.export_one(scope, number, client, inline=True)
            assert "Rag" in str(record.blocks)
        team = await harness.services.perspectives.team("T1", 1)
        assert len((await harness.services.perspectives.comparison(team)).differences) == 1
        digest = await harness.services.digests.preview(ADA, PUBLIC)
        assert digest.titles["rag"]
        decision = await harness.services.decisions.find(ADA, 1)
        engine = await harness.services.playbooks.of(decision)
        assert "Rag" in announcement(decision, engine.playbook).text
        with pytest.raises(PlaybookVersionUnusable):
            await harness.services.decisions.begin_edit(ADA, 1)
    assert [each["event"] for each in logs] == ["a stored playbook cannot be used"]
    await database.close()
