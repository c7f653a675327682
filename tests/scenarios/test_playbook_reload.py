"""Playbook files that change or break while the bot runs."""

import shutil
from pathlib import Path

import aiohttp

from bot.catalog import PlaybookCatalog
from tests.scenarios.harness import RULES, Harness


async def test_a_changed_playbook_is_used_from_the_next_questionnaire_on(
    harness: Harness, tmp_path: Path
) -> None:
    """An open questionnaire keeps its playbook; one opened after the edit has the new text."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    rules = Path(shutil.copytree(RULES, tmp_path / "rules"))
    async with harness.run_bot(RAGVSFT_RULES=str(rules)) as bot:
        await harness.open_questionnaire(ada)
        file = rules / "ragvsft" / "playbook.yml"
        file.write_text(file.read_text().replace("RAG or fine-tuning?", "Which way to go?"))
        bot.playbooks.refresh()
        await harness.open_questionnaire(ben)
        assert ben.modal is not None
        assert ben.modal.payload["title"]["text"] == "Which way to go?"
        await ada.submit(await harness.fill_questionnaire(ada))
        await harness.wait_for_post(ada)
    old = PlaybookCatalog(RULES).current().text.hash
    assert harness.rows("decisions")[0]["playbook_hash"] == old


async def test_a_broken_playbook_is_refused_and_the_last_good_one_stays(
    harness: Harness, tmp_path: Path
) -> None:
    """A broken edit is reported at /readyz, and the last valid playbook stays in use."""
    ada = harness.playground.user("ada")
    rules = Path(shutil.copytree(RULES, tmp_path / "rules"))
    async with harness.run_bot(RAGVSFT_RULES=str(rules)) as bot:
        (rules / "ragvsft" / "questions.yml").write_text("- id: [\n")
        bot.playbooks.refresh()
        await harness.open_questionnaire(ada)
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{bot.port}/readyz") as answer,
        ):
            found = await answer.json()
    assert found["ready"] is True
    assert found["warnings"][0].startswith("ragvsft/questions.yml:")
