"""What becomes of a decision as its team goes on: edited, decided, superseded, found again."""

import pytest

from tests.scenarios.house import House, text_of
from tests.scenarios.test_finding import ask
from tests.scenarios.viewing import OTHERWISE, seen_by, team_says

pytestmark = pytest.mark.usefixtures("bot")


@pytest.fixture
def transport() -> str:
    """The same over one transport: what is told here does not depend on it."""
    return "http"


async def test_a_decision_from_its_first_verdict_to_its_successor(house: House) -> None:
    """Views name what would flip it, an edit tells both verdicts; accepted, it is superseded."""
    ada, ben = house.playground.user("ada"), house.playground.user("ben")
    announcement, _ = await house.decide(ada)
    await ben.click(seen_by(ben, announcement), "add_view", block_id="decision:1")
    await house.modal_of(ben, "questions")
    await ben.submit(await house.on_to_review(ben, OTHERWISE))
    await team_says(house, ada, announcement, "it would change the recommendation")

    first = text_of(seen_by(ada, announcement))
    await ada.click(seen_by(ada, announcement), "menu", "edit:1")
    await house.modal_of(ada, "workflow")
    before = house.rows("decisions")[0]["verdict"]
    await ada.submit(await house.to_review(ada, answers=OTHERWISE))
    await house.playground.until(
        lambda: any(
            "The recommendation became" in text_of(m) and "; it was" in text_of(m)
            for m in ada.thread(announcement)
        ),
    )
    assert house.rows("decisions")[0]["verdict"] != before

    await house.playground.until(lambda: text_of(seen_by(ada, announcement)) != first)
    await ada.click(seen_by(ada, announcement), "accept")
    await house.until_logged("decisions", lambda row: row["status"] == "accepted")
    option = str(house.rows("decisions")[0]["recommended"])
    assert "Answers for support" in text_of(await ask(house, ben, f"list {option}"))
    assert "Nothing found" in text_of(await ask(house, ben, "list elsewhere"))
    await ask(house, ada, "show 1")
    await house.playground.until(lambda: "What happened" in text_of(ada.sees("product")[-1]))
    seen = text_of(ada.sees("product")[-1]).partition("Who saw it how")[2]
    assert f"<@{ada.id}>, who opened it: " in seen
    assert f"<@{ben.id}>: " in seen

    await ada.click(seen_by(ada, announcement), "menu", "supersede:1")
    await house.modal_of(ada, "workflow")
    await ada.submit(await house.to_review(ada, title="The second thought"))
    await house.until_logged("decisions", lambda row: row["number"] == 2)
    assert [row["status"] for row in house.rows("decisions")] == ["superseded", "open"]


async def test_the_global_shortcut_opens_the_questionnaire(house: House) -> None:
    """From anywhere in Slack it begins a decision, which is posted where its driver says."""
    ada = house.playground.user("ada")
    assert (await ada.global_shortcut("start_decision")).ok
    await house.modal_of(ada, "workflow")
    review = await house.to_review(ada)
    assert any(block.get("block_id") == "other_channel" for block in review.blocks)
    await ada.submit(review, {"other_channel": "support-ai"})
    announcement, recommendation = await house.posted(ada, "support-ai")
    assert "Answers for support" in text_of(announcement)
    assert "First steps" in text_of(recommendation)
