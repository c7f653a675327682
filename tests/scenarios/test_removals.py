"""Removing the bot from a workspace, and finding it gone."""

from pathlib import Path

import httpx
import pytest

from bot.playground import Playground, serving
from tests.scenarios.house import House, text_of
from tests.scenarios.many import Browser, ManyHouse, told

AGAIN = "not installed in this workspace any more"


async def test_a_workspace_that_never_installed_is_told(many: ManyHouse) -> None:
    """Where the bot is not installed, a command gets one private sentence; nothing is kept."""
    ada = many.playground.user("ada")
    async with many.bot():
        assert AGAIN in await told(ada)
        assert ada.sees("product")[-1].ephemeral_to == ada.id
        assert (await ada.open_home()).ok
        assert (await ada.global_shortcut("start_decision")).ok
    assert many.playground.calls == []
    assert many.rows("deliveries") == []


async def test_removal_stops_and_reinstalling_resumes(many: ManyHouse, browser: Browser) -> None:
    """After a removal nothing is posted, with no harm to others; a new installation goes on."""
    south, zoe = many.second_team()
    north, ada = many.playground.workspace, many.playground.user("ada")
    await browser.install(north)
    await browser.install(south)
    await many.start(ada)
    review = await many.to_review(ada)
    many.playground.faults.add("rate_limited", "chat.postMessage", 60, 1, None)
    await ada.submit(review)
    await many.until_logged("deliveries", lambda row: row["error"] == "ratelimited")

    assert all(event.ok for event in await many.playground.uninstall())
    assert [row["account"] for row in many.rows("installations")] == ["T0SOUTH"]
    many.playground.advance(minutes=2)
    await many.until_logged("stops", lambda row: row["reason"] == "not_installed")
    await many.decide(zoe)
    assert not any(row["state"] in {"failed", "held"} for row in many.rows("deliveries"))

    north.installation.bot_token = "xoxb-north-anew"
    assert (await browser.install(north)).status_code == 200
    many.playground.advance(minutes=2)
    announcement, _ = await many.posted(ada)
    assert "#1" in text_of(announcement)
    assert many.rows("stops") == []
    assert many.playground.violations == []


async def test_what_is_open_at_a_removal_gets_a_sentence(many: ManyHouse, browser: Browser) -> None:
    """A modal submitted after the removal says that the bot must be added again."""
    ada = many.playground.user("ada")
    await browser.install(many.playground.workspace)
    view = await many.start(ada)
    await many.playground.uninstall()
    await ada.submit(view, {"title": "Too late"})
    assert ada.modal is not None
    assert AGAIN in str(ada.modal.blocks)


@pytest.mark.parametrize("kinds", [("app_uninstalled", "tokens_revoked"), ("tokens_revoked",) * 2])
async def test_the_events_of_a_removal_come_in_any_order(
    many: ManyHouse, browser: Browser, kinds: tuple[str, ...]
) -> None:
    """Either event removes the installation, and one more of them finds nothing to do."""
    await browser.install(many.playground.workspace)
    revoked = {"oauth": [], "bot": [many.playground.bot_user_id]}
    for kind in kinds:
        inner = {"type": kind, "tokens": revoked} if kind == "tokens_revoked" else {"type": kind}
        assert (await many.playground.send_event(inner)).ok
        assert many.rows("installations") == []


@pytest.mark.parametrize(
    "tokens", [{"oauth": ["U0ADA"], "bot": []}, {"bot": ["U0OTHERBOT"]}, {}, None, []]
)
async def test_other_tokens_revoked_are_no_removal(
    many: ManyHouse, browser: Browser, tokens: object
) -> None:
    """Tokens revoked that are not the bot's leave the installation as it is."""
    await browser.install(many.playground.workspace)
    assert (await many.playground.send_event({"type": "tokens_revoked", "tokens": tokens})).ok
    assert "/ragvsft start" in await told(many.playground.user("ada"))


async def test_a_late_event_spares_a_newer_installation(many: ManyHouse, browser: Browser) -> None:
    """An event of a removal that Slack repeats after a new installation does it no harm."""
    await browser.install(many.playground.workspace)
    events = await many.playground.uninstall()
    many.playground.advance(minutes=4)
    await browser.install(many.playground.workspace)
    for event in events:
        assert (await many.playground.send_again(event)).ok
    assert "/ragvsft start" in await told(many.playground.user("ada"))


async def test_one_workspace_tells_its_operator(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """With SLACK_BOT_TOKEN a removal is a warning with the remedy, and the bot lives on."""
    playground = Playground()
    async with serving(playground):
        house = House(playground, tmp_path / "ragvsft.db", "http")
        async with house.bot() as bot:
            assert all(event.ok for event in await playground.uninstall())
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{bot.port}") as client:
                no_page = await client.get("/slack/install")
    assert no_page.status_code == 404
    assert "put its new bot token into SLACK_BOT_TOKEN" in "".join(capfd.readouterr())
