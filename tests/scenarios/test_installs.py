"""Installing the bot in many workspaces, and keeping its tokens."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.fernet import Fernet

from bot.manifest import HISTORY_SCOPES, SCOPES
from tests.scenarios.house import text_of
from tests.scenarios.many import Browser, ManyHouse, Visit, told


async def test_the_page_leads_to_slack(many: ManyHouse, browser: Browser) -> None:
    """The page names every permission and links to Slack with a state that its cookie repeats."""
    visit = await browser.visit()
    query = parse_qs(urlsplit(visit.link).query)
    assert query["client_id"] == [many.playground.app.client_id]
    assert query["scope"] == [",".join(SCOPES)]
    assert visit.state == visit.cookie
    assert len(visit.state) >= 32
    assert all(name in visit.page.text for name in SCOPES)
    cookie = visit.page.headers["set-cookie"].lower()
    assert all(flag in cookie for flag in ("secure", "httponly", "samesite=lax", "max-age=600"))
    assert visit.page.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in visit.page.headers["content-security-policy"]


async def test_the_history_is_asked_for_on_demand(many: ManyHouse) -> None:
    """With RAGVSFT_HISTORY the page asks for two more scopes, and says what they are for."""
    async with many.bot(RAGVSFT_HISTORY="1") as bot:
        visit = await Browser(bot).visit()
        done = await Browser(bot).install(many.playground.workspace)
    query = parse_qs(urlsplit(visit.link).query)
    assert query["scope"] == [",".join([*SCOPES, *HISTORY_SCOPES])]
    assert all(name in visit.page.text for name in HISTORY_SCOPES)
    assert "It cannot read your messages." not in visit.page.text
    assert "looks for its own post" in visit.page.text
    assert done.status_code == 200


async def test_two_workspaces_decide_apart(many: ManyHouse, browser: Browser) -> None:
    """Each workspace's decision is posted with its own token, and no row is shared."""
    south, zoe = many.second_team()
    ada = many.playground.user("ada")
    for team in (many.playground.workspace, south):
        done = await browser.install(team)
        assert done.status_code == 200
        assert f"ragvsft is in {team.name}" in done.text
        assert f"https://slack.com/app_redirect?app={many.playground.app.id}" in done.text
        assert "max-age=0" in done.headers["set-cookie"].lower()

    first, _ = await many.decide(ada)
    second, _ = await many.decide(zoe)

    bots = (many.playground.bot_user_id, south.installation.bot_user_id)
    assert (first.user, second.user) == bots
    assert sum(m.by_app for m in ada.sees("product")) == 1
    assert sum(m.by_app for m in zoe.sees("product")) == 1
    numbered = {(row["workspace"], row["number"]) for row in many.rows("decisions")}
    assert numbered == {("T0NORTH", 1), ("T0SOUTH", 1)}
    channels = {(row["workspace"], row["channel"]) for row in many.rows("deliveries")}
    product = many.playground.channel("product").id
    assert channels == {("T0NORTH", product), ("T0SOUTH", "C0SOUTH")}
    assert many.playground.violations == []


async def test_a_state_serves_once(many: ManyHouse, browser: Browser) -> None:
    """Of fifty callbacks at once with one state, one installs and the others say why not."""
    visit = await browser.visit()
    answers = await asyncio.gather(
        *(browser.come_back(visit, code="code-T0NORTH") for _ in range(50))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 49
    assert sum("was finished before" in answer.text for answer in answers) == 49
    assert len([call for call in many.playground.calls if call.method == "oauth.v2.access"]) == 1


async def test_a_state_lives_ten_minutes(many: ManyHouse, browser: Browser) -> None:
    """Nine minutes after the page was opened it can still be finished; eleven after it cannot."""
    early, late = await browser.visit(), await browser.visit()
    many.playground.advance(minutes=9)
    assert (await browser.come_back(early, code="code-T0NORTH")).status_code == 200
    many.playground.advance(minutes=2)
    expired = await browser.come_back(late, code="code-T0NORTH")
    assert (expired.status_code, "has expired" in expired.text) == (400, True)


@pytest.mark.parametrize("cookie", ["", "another", "\u00e9"])
async def test_another_browser_cannot_finish(browser: Browser, cookie: str) -> None:
    """Without the cookie of the page a state is refused, and is still good for its own browser."""
    visit = await browser.visit()
    stolen = await browser.come_back(visit, cookie=cookie, code="code-T0NORTH")
    assert (stolen.status_code, "another browser" in stolen.text) == (400, True)
    assert (await browser.come_back(visit, code="code-T0NORTH")).status_code == 200


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"error": "access_denied"}, "You declined in Slack, so nothing was installed."),
        ({"error": "<script>"}, "for a reason it does not name"),
        ({"code": "wrong"}, "Slack did not accept the installation (invalid_code)."),
        ({}, "Begin again"),
    ],
)
async def test_what_went_wrong_is_said(
    many: ManyHouse, browser: Browser, answer: dict[str, str], sentence: str
) -> None:
    """A refusal is one sentence and a way to begin again, and nothing is installed."""
    page = await browser.come_back(await browser.visit(), **answer)
    assert page.status_code == 400
    assert sentence.lower() in page.text.lower()
    assert 'href="install"' in page.text
    assert "<script" not in page.text
    assert many.rows("installations") == []


@pytest.mark.parametrize("hostile", ["\0", "\ud7ff" * 500, "%ff%00", "' or 1=1 --", "x" * 20_000])
async def test_hostile_callbacks_do_no_harm(browser: Browser, hostile: str) -> None:
    """Whatever is put into a callback is refused with a page, and the bot goes on."""
    visit = await browser.visit()
    forged = Visit(visit.page, visit.link, hostile, visit.cookie)
    for answer in ({"code": hostile}, {"error": hostile}, {"code": hostile, "error": hostile}):
        assert (await browser.come_back(forged, **answer)).status_code == 400
    assert (await browser.come_back(visit, code=hostile)).status_code == 400


async def test_slack_away_while_installing(many: ManyHouse, browser: Browser) -> None:
    """When Slack breaks off, the person is told to begin again, and can."""
    many.playground.faults.add("drop_before", "oauth.v2.access", 1, 1, None)
    page = await browser.install(many.playground.workspace)
    assert (page.status_code, "could not be reached" in page.text) == (400, True)
    assert (await browser.install(many.playground.workspace)).status_code == 200


async def test_no_token_is_readable_at_rest(
    many: ManyHouse, browser: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither the database nor its log on disk nor the bot's own log holds a token or a secret."""
    await browser.install(many.playground.workspace)
    await many.decide(many.playground.user("ada"))
    written = capfd.readouterr()
    texts = [*many.files(), written.out.encode(), written.err.encode()]
    assert len(texts) >= 4
    secret = many.playground.app.client_secret.encode()
    assert [text for text in texts if b"xoxb-" in text or secret in text] == []


async def test_no_call_to_slack_before_an_ack(many: ManyHouse) -> None:
    """Even the first request after a start is acked without asking Slack anything."""
    async with many.bot() as bot:
        await Browser(bot).install(many.playground.workspace)
    async with many.bot():
        sent = await many.playground.user("ada").command("product", "/ragvsft", "help")
        assert sent.ok
        assert many.playground.request_log.calls_before_ack(sent) == []


async def test_keys_are_replaced_without_installing_again(many: ManyHouse) -> None:
    """A token under an old key is read, and is under the new one after a start."""
    old, new = many.keys[0], Fernet.generate_key().decode()
    ada = many.playground.user("ada")
    async with many.bot() as bot:
        await Browser(bot).install(many.playground.workspace)
    for keys in ([new, old], [new]):
        many.keys = keys
        async with many.bot():
            assert "/ragvsft start" in await told(ada)
    (row,) = many.rows("installations")
    assert Fernet(new).decrypt(row["token"]).decode().startswith("T0NORTH xoxb-")


async def test_a_lost_key_loses_no_decision(
    many: ManyHouse, capfd: pytest.CaptureFixture[str]
) -> None:
    """With the key gone, posts wait and the operator reads why; with the key back, they go out."""
    ada, keys = many.playground.user("ada"), many.keys
    async with many.bot() as bot:
        await Browser(bot).install(many.playground.workspace)
        await many.start(ada)
        review = await many.to_review(ada)
        many.playground.faults.add("rate_limited", "chat.postMessage", 60, 1, None)
        await ada.submit(review)
        await many.until_logged("deliveries", lambda row: row["error"] == "ratelimited")
    many.keys = [Fernet.generate_key().decode()]
    many.playground.advance(minutes=2)
    async with many.bot():
        assert "went wrong on my side" in await told(ada)
    assert "back at the end of RAGVSFT_KEYS" in "".join(capfd.readouterr())
    many.keys = keys
    many.playground.advance(minutes=10)
    async with many.bot():
        announcement, _ = await many.posted(ada)
    assert "#1" in text_of(announcement)
