"""Install the bot in many workspaces by OAuth, keep its tokens, and remove it."""

import asyncio
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet

from bot.manifest import HISTORY_SCOPES, SCOPES
from bot.playground import Playground, serving
from tests.scenarios.harness import Harness
from tests.scenarios.messages import text_of
from tests.scenarios.oauth_harness import InstallClient, InstallPage, OAuthHarness, help_reply


async def test_the_install_page_links_to_slack(
    oauth_harness: OAuthHarness, install_client: InstallClient
) -> None:
    """The page names every scope and links to Slack with a state that its cookie repeats."""
    page = await install_client.open_page()
    query = parse_qs(urlsplit(page.link).query)
    assert query["client_id"] == [oauth_harness.playground.app.client_id]
    assert query["scope"] == [",".join(SCOPES)]
    assert page.state == page.cookie
    assert len(page.state) >= 32
    assert all(name in page.response.text for name in SCOPES)
    cookie = page.response.headers["set-cookie"].lower()
    assert all(flag in cookie for flag in ("secure", "httponly", "samesite=lax", "max-age=600"))
    assert page.response.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in page.response.headers["content-security-policy"]


async def test_history_scopes_are_optional(oauth_harness: OAuthHarness) -> None:
    """With RAGVSFT_HISTORY the page requests two more scopes and explains them."""
    async with oauth_harness.run_bot(RAGVSFT_HISTORY="1") as bot:
        page = await InstallClient(bot).open_page()
        done = await InstallClient(bot).install(oauth_harness.playground.workspace)
    query = parse_qs(urlsplit(page.link).query)
    assert query["scope"] == [",".join([*SCOPES, *HISTORY_SCOPES])]
    assert all(name in page.response.text for name in HISTORY_SCOPES)
    assert "It cannot read your messages." not in page.response.text
    assert "looks for its own post" in page.response.text
    assert done.status_code == 200


async def test_workspaces_are_separate(
    oauth_harness: OAuthHarness, install_client: InstallClient
) -> None:
    """Each workspace's decision is posted with its own token, and no row is shared."""
    south, zoe = oauth_harness.add_second_workspace()
    ada = oauth_harness.playground.user("ada")
    for team in (oauth_harness.playground.workspace, south):
        done = await install_client.install(team)
        assert done.status_code == 200
        assert f"ragvsft is in {team.name}" in done.text
        assert f"https://slack.com/app_redirect?app={oauth_harness.playground.app.id}" in done.text
        assert "max-age=0" in done.headers["set-cookie"].lower()

    first, _ = await oauth_harness.post_decision(ada)
    second, _ = await oauth_harness.post_decision(zoe)

    bots = (oauth_harness.playground.bot_user_id, south.installation.bot_user_id)
    assert (first.user, second.user) == bots
    assert sum(m.by_app for m in ada.sees("product")) == 1
    assert sum(m.by_app for m in zoe.sees("product")) == 1
    numbered = {(row["workspace"], row["number"]) for row in oauth_harness.rows("decisions")}
    assert numbered == {("T0NORTH", 1), ("T0SOUTH", 1)}
    channels = {(row["workspace"], row["channel"]) for row in oauth_harness.rows("deliveries")}
    product = oauth_harness.playground.channel("product").id
    assert channels == {("T0NORTH", product), ("T0SOUTH", "C0SOUTH")}
    assert oauth_harness.playground.violations == []


async def test_a_state_is_valid_once(
    oauth_harness: OAuthHarness, install_client: InstallClient
) -> None:
    """Of fifty simultaneous callbacks with one state one installs; the others are refused."""
    page = await install_client.open_page()
    answers = await asyncio.gather(
        *(install_client.callback(page, code="code-T0NORTH") for _ in range(50))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 49
    assert sum("was finished before" in answer.text for answer in answers) == 49
    assert (
        len([call for call in oauth_harness.playground.calls if call.method == "oauth.v2.access"])
        == 1
    )


async def test_a_state_expires_after_ten_minutes(
    oauth_harness: OAuthHarness, install_client: InstallClient
) -> None:
    """An installation can be finished nine minutes after it began, and not after eleven."""
    early, late = await install_client.open_page(), await install_client.open_page()
    oauth_harness.playground.advance(minutes=9)
    assert (await install_client.callback(early, code="code-T0NORTH")).status_code == 200
    oauth_harness.playground.advance(minutes=2)
    expired = await install_client.callback(late, code="code-T0NORTH")
    assert (expired.status_code, "has expired" in expired.text) == (400, True)


@pytest.mark.parametrize("cookie", ["", "another", "\u00e9"])
async def test_another_browser_cannot_finish(install_client: InstallClient, cookie: str) -> None:
    """Without the page's cookie a state is refused, and stays valid in its own browser."""
    page = await install_client.open_page()
    stolen = await install_client.callback(page, cookie=cookie, code="code-T0NORTH")
    assert (stolen.status_code, "another browser" in stolen.text) == (400, True)
    assert (await install_client.callback(page, code="code-T0NORTH")).status_code == 200


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"error": "access_denied"}, "You declined in Slack, so nothing was installed."),
        ({"error": "<script>"}, "for a reason it does not name"),
        ({"code": "wrong"}, "Slack did not accept the installation (invalid_code)."),
        ({}, "Begin again"),
    ],
)
async def test_a_failed_installation_is_explained(
    oauth_harness: OAuthHarness,
    install_client: InstallClient,
    answer: dict[str, str],
    sentence: str,
) -> None:
    """A refused callback shows one sentence and a link to begin again, and installs nothing."""
    page = await install_client.callback(await install_client.open_page(), **answer)
    assert page.status_code == 400
    assert sentence.lower() in page.text.lower()
    assert 'href="install"' in page.text
    assert "<script" not in page.text
    assert oauth_harness.rows("installations") == []


@pytest.mark.parametrize("hostile", ["\0", "\ud7ff" * 500, "%ff%00", "' or 1=1 --", "x" * 20_000])
async def test_hostile_callbacks_do_no_harm(install_client: InstallClient, hostile: str) -> None:
    """A callback with any content is refused with a page, and the bot keeps running."""
    page = await install_client.open_page()
    forged = InstallPage(page.response, page.link, hostile, page.cookie)
    for answer in ({"code": hostile}, {"error": hostile}, {"code": hostile, "error": hostile}):
        assert (await install_client.callback(forged, **answer)).status_code == 400
    assert (await install_client.callback(page, code=hostile)).status_code == 400


async def test_an_installation_can_be_repeated(
    oauth_harness: OAuthHarness, install_client: InstallClient
) -> None:
    """If Slack drops the connection, the person can begin again."""
    oauth_harness.playground.faults.add("drop_before", "oauth.v2.access", 1, 1, None)
    page = await install_client.install(oauth_harness.playground.workspace)
    assert (page.status_code, "could not be reached" in page.text) == (400, True)
    assert (await install_client.install(oauth_harness.playground.workspace)).status_code == 200


async def test_no_token_is_readable_at_rest(
    oauth_harness: OAuthHarness, install_client: InstallClient, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither the database files nor the bot's output contain a token or a secret."""
    await install_client.install(oauth_harness.playground.workspace)
    await oauth_harness.post_decision(oauth_harness.playground.user("ada"))
    written = capfd.readouterr()
    texts = [*oauth_harness.database_files(), written.out.encode(), written.err.encode()]
    assert len(texts) >= 4
    secret = oauth_harness.playground.app.client_secret.encode()
    assert [text for text in texts if b"xoxb-" in text or secret in text] == []


async def test_no_call_to_slack_before_an_ack(oauth_harness: OAuthHarness) -> None:
    """Even the first request after a start is acked without a call to Slack."""
    async with oauth_harness.run_bot() as bot:
        await InstallClient(bot).install(oauth_harness.playground.workspace)
    async with oauth_harness.run_bot():
        sent = await oauth_harness.playground.user("ada").command("product", "/ragvsft", "help")
        assert sent.ok
        assert oauth_harness.playground.request_log.calls_before_ack(sent) == []


async def test_keys_are_rotated_without_a_new_installation(oauth_harness: OAuthHarness) -> None:
    """A token encrypted with an old key is re-encrypted with the new one at the next start."""
    old, new = oauth_harness.keys[0], Fernet.generate_key().decode()
    ada = oauth_harness.playground.user("ada")
    async with oauth_harness.run_bot() as bot:
        await InstallClient(bot).install(oauth_harness.playground.workspace)
    for keys in ([new, old], [new]):
        oauth_harness.keys = keys
        async with oauth_harness.run_bot():
            assert "/ragvsft start" in await help_reply(ada)
    (row,) = oauth_harness.rows("installations")
    assert Fernet(new).decrypt(row["encrypted_token"]).decode().startswith("T0NORTH xoxb-")


async def test_a_lost_key_loses_no_decision(
    oauth_harness: OAuthHarness, capfd: pytest.CaptureFixture[str]
) -> None:
    """Without the key posts wait and the output explains why; with the key they are sent."""
    ada, keys = oauth_harness.playground.user("ada"), oauth_harness.keys
    async with oauth_harness.run_bot() as bot:
        await InstallClient(bot).install(oauth_harness.playground.workspace)
        await oauth_harness.open_questionnaire(ada)
        review = await oauth_harness.fill_questionnaire(ada)
        oauth_harness.playground.faults.add("rate_limited", "chat.postMessage", 60, 1, None)
        await ada.submit(review)
        await oauth_harness.wait_for_row("deliveries", lambda row: row["error"] == "ratelimited")
    oauth_harness.keys = [Fernet.generate_key().decode()]
    oauth_harness.playground.advance(minutes=2)
    async with oauth_harness.run_bot():
        assert "went wrong on my side" in await help_reply(ada)
    assert "back at the end of RAGVSFT_KEYS" in "".join(capfd.readouterr())
    oauth_harness.keys = keys
    oauth_harness.playground.advance(minutes=10)
    async with oauth_harness.run_bot():
        announcement, _ = await oauth_harness.wait_for_post(ada)
    assert "#1" in text_of(announcement)


AGAIN = "not installed in this workspace any more"


async def test_a_workspace_without_installation_gets_a_reply(oauth_harness: OAuthHarness) -> None:
    """Without an installation a command gets one private reply, and nothing is stored."""
    ada = oauth_harness.playground.user("ada")
    async with oauth_harness.run_bot():
        assert AGAIN in await help_reply(ada)
        assert ada.sees("product")[-1].ephemeral_to == ada.id
        assert (await ada.open_home()).ok
        assert (await ada.global_shortcut("start_decision")).ok
    assert oauth_harness.playground.calls == []
    assert oauth_harness.rows("deliveries") == []


async def test_removal_stops_and_reinstalling_resumes(
    oauth_harness: OAuthHarness, install_client: InstallClient
) -> None:
    """A removal holds the workspace's deliveries, and a new installation sends them."""
    south, zoe = oauth_harness.add_second_workspace()
    north, ada = oauth_harness.playground.workspace, oauth_harness.playground.user("ada")
    await install_client.install(north)
    await install_client.install(south)
    await oauth_harness.open_questionnaire(ada)
    review = await oauth_harness.fill_questionnaire(ada)
    oauth_harness.playground.faults.add("rate_limited", "chat.postMessage", 60, 1, None)
    await ada.submit(review)
    await oauth_harness.wait_for_row("deliveries", lambda row: row["error"] == "ratelimited")

    assert all(event.ok for event in await oauth_harness.playground.uninstall())
    assert [row["account"] for row in oauth_harness.rows("installations")] == ["T0SOUTH"]
    oauth_harness.playground.advance(minutes=2)
    await oauth_harness.wait_for_row("channel_blocks", lambda row: row["reason"] == "not_installed")
    await oauth_harness.post_decision(zoe)
    assert not any(row["state"] in {"failed", "held"} for row in oauth_harness.rows("deliveries"))

    north.installation.bot_token = "xoxb-north-new"
    assert (await install_client.install(north)).status_code == 200
    oauth_harness.playground.advance(minutes=2)
    announcement, _ = await oauth_harness.wait_for_post(ada)
    assert "#1" in text_of(announcement)
    assert oauth_harness.rows("channel_blocks") == []
    assert oauth_harness.playground.violations == []


async def test_a_modal_submitted_after_removal_is_answered(
    oauth_harness: OAuthHarness, install_client: InstallClient
) -> None:
    """A modal submitted after the removal says that the bot must be added again."""
    ada = oauth_harness.playground.user("ada")
    await install_client.install(oauth_harness.playground.workspace)
    view = await oauth_harness.open_questionnaire(ada)
    await oauth_harness.playground.uninstall()
    await ada.submit(view)
    assert ada.modal is not None
    assert AGAIN in str(ada.modal.blocks)


@pytest.mark.parametrize("kinds", [("app_uninstalled", "tokens_revoked"), ("tokens_revoked",) * 2])
async def test_removal_events_may_come_in_any_order(
    oauth_harness: OAuthHarness, install_client: InstallClient, kinds: tuple[str, ...]
) -> None:
    """Either event removes the installation, and a further one changes nothing."""
    await install_client.install(oauth_harness.playground.workspace)
    revoked = {"oauth": [], "bot": [oauth_harness.playground.bot_user_id]}
    for kind in kinds:
        inner = {"type": kind, "tokens": revoked} if kind == "tokens_revoked" else {"type": kind}
        assert (await oauth_harness.playground.send_event(inner)).ok
        assert oauth_harness.rows("installations") == []


@pytest.mark.parametrize(
    "tokens", [{"oauth": ["U0ADA"], "bot": []}, {"bot": ["U0OTHERBOT"]}, {}, None, []]
)
async def test_other_tokens_revoked_are_no_removal(
    oauth_harness: OAuthHarness, install_client: InstallClient, tokens: object
) -> None:
    """Revoked tokens that are not the bot's leave the installation unchanged."""
    await install_client.install(oauth_harness.playground.workspace)
    assert (
        await oauth_harness.playground.send_event({"type": "tokens_revoked", "tokens": tokens})
    ).ok
    assert "/ragvsft start" in await help_reply(oauth_harness.playground.user("ada"))


async def test_a_late_removal_event_keeps_a_newer_installation(
    oauth_harness: OAuthHarness, install_client: InstallClient
) -> None:
    """A removal event that Slack repeats after a new installation has no effect."""
    await install_client.install(oauth_harness.playground.workspace)
    events = await oauth_harness.playground.uninstall()
    oauth_harness.playground.advance(minutes=4)
    await install_client.install(oauth_harness.playground.workspace)
    for event in events:
        assert (await oauth_harness.playground.send_again(event)).ok
    assert "/ragvsft start" in await help_reply(oauth_harness.playground.user("ada"))


async def test_removal_with_a_static_token_warns_the_operator(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """With SLACK_BOT_TOKEN a removal is logged as a warning with a remedy, and the bot runs on."""
    playground = Playground()
    async with serving(playground):
        harness = Harness(playground, tmp_path / "ragvsft.db", "http")
        async with harness.run_bot() as bot:
            assert all(event.ok for event in await playground.uninstall())
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{bot.port}") as client:
                no_page = await client.get("/slack/install")
    assert no_page.status_code == 404
    assert "put its new bot token into SLACK_BOT_TOKEN" in "".join(capfd.readouterr())
