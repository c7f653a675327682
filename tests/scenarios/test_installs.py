"""Installing the bot in many workspaces, and removing it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.fernet import Fernet

from bot.app import Running
from bot.manifest import SCOPES
from bot.playground import Playground, serving
from bot.playground.person import Actor
from tests.scenarios.house import House, text_of
from tests.scenarios.many import Browser, ManyHouse, Visit

AGAIN = "not installed in this workspace any more"


@pytest.fixture
async def many(tmp_path: Path) -> AsyncIterator[ManyHouse]:
    """A workspace, served, in which the bot is to be installed."""
    playground = Playground()
    async with serving(playground):
        yield ManyHouse(playground, tmp_path / "ragvsft.db", "http")


@pytest.fixture
async def bot_of_many(many: ManyHouse) -> AsyncIterator[Running]:
    """The bot, running, and installed nowhere."""
    async with many.bot() as running:
        yield running


@pytest.fixture
def browser(bot_of_many: Running) -> Browser:
    """A browser that can reach the bot."""
    return Browser(bot_of_many)


async def told(person: Actor, channel: str = "product") -> str:
    """Type `/ragvsft help` and return what comes back."""
    sent = await person.command(channel, "/ragvsft", "help")
    assert sent.ok, sent
    return text_of(person.sees(channel)[-1])


async def failed(many: ManyHouse, count: int) -> None:
    """Wait until so many deliveries have been given up."""
    async with asyncio.timeout(10):
        while sum(row["state"] == "failed" for row in many.rows("deliveries")) < count:
            await many.playground.world.wait_until(lambda: False, 0.05)


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


async def test_two_workspaces_decide_apart(many: ManyHouse, browser: Browser) -> None:
    """Each workspace's decision is posted with its own token, and no row is shared."""
    south, zoe = many.second_team()
    ada = many.playground.person("ada")
    for team in (many.playground.team, south):
        done = await browser.install(team)
        assert done.status_code == 200
        assert f"ragvsft is in {team.name}" in done.text
        assert f"https://slack.com/app_redirect?app={many.playground.app_id}" in done.text
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
    page = await browser.install(many.playground.team)
    assert (page.status_code, "could not be reached" in page.text) == (400, True)
    assert (await browser.install(many.playground.team)).status_code == 200


async def test_no_token_is_readable_at_rest(
    many: ManyHouse, browser: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither the database nor its log on disk nor the bot's own log holds a token or a secret."""
    await browser.install(many.playground.team)
    await many.decide(many.playground.person("ada"))
    written = capfd.readouterr()
    texts = [*many.files(), written.out.encode(), written.err.encode()]
    assert len(texts) >= 4
    secret = many.playground.app.client_secret.encode()
    assert [text for text in texts if b"xoxb-" in text or secret in text] == []


async def test_no_call_to_slack_before_an_ack(many: ManyHouse) -> None:
    """Even the first request after a start is acked without asking Slack anything."""
    async with many.bot() as bot:
        await Browser(bot).install(many.playground.team)
    async with many.bot():
        sent = await many.playground.person("ada").command("product", "/ragvsft", "help")
        assert sent.ok
        assert many.playground.ledger.calls_before_ack(sent) == []


async def test_a_workspace_that_never_installed_is_told(many: ManyHouse) -> None:
    """Where the bot is not installed, a command gets one private sentence; nothing is kept."""
    ada = many.playground.person("ada")
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
    north, ada = many.playground.team, many.playground.person("ada")
    await browser.install(north)
    await browser.install(south)
    await many.start(ada)
    review = await many.to_review(ada)
    many.playground.faults.add("rate_limited", "chat.postMessage", 60, 1, None)
    await ada.submit(review)
    await many.playground.until(lambda: many.playground.calls[-1].method == "chat.postMessage")

    assert all(event.ok for event in await many.playground.uninstall())
    assert [row["account"] for row in many.rows("installations")] == ["T0SOUTH"]
    many.playground.advance(minutes=2)
    await failed(many, 3)
    assert {row["error"] for row in many.rows("deliveries")} == {"token_revoked"}
    await many.decide(zoe)

    north.installation.bot_token = "xoxb-north-anew"
    assert (await browser.install(north)).status_code == 200
    announcement, _ = await many.decide(ada)
    assert "#2" in text_of(announcement)
    assert many.playground.violations == []


async def test_what_is_open_at_a_removal_gets_a_sentence(many: ManyHouse, browser: Browser) -> None:
    """A modal submitted after the removal says that the bot must be added again."""
    ada = many.playground.person("ada")
    await browser.install(many.playground.team)
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
    await browser.install(many.playground.team)
    revoked = {"oauth": [], "bot": [many.playground.bot_user_id]}
    for kind in kinds:
        inner = {"type": kind, "tokens": revoked} if kind == "tokens_revoked" else {"type": kind}
        assert (await many.playground.event(inner)).ok
        assert many.rows("installations") == []


@pytest.mark.parametrize(
    "tokens", [{"oauth": ["U0ADA"], "bot": []}, {"bot": ["U0OTHERBOT"]}, {}, None, []]
)
async def test_other_tokens_revoked_are_no_removal(
    many: ManyHouse, browser: Browser, tokens: object
) -> None:
    """Tokens revoked that are not the bot's leave the installation as it is."""
    await browser.install(many.playground.team)
    assert (await many.playground.event({"type": "tokens_revoked", "tokens": tokens})).ok
    assert "/ragvsft start" in await told(many.playground.person("ada"))


async def test_a_late_event_spares_a_newer_installation(many: ManyHouse, browser: Browser) -> None:
    """An event of a removal that Slack repeats after a new installation does it no harm."""
    await browser.install(many.playground.team)
    events = await many.playground.uninstall()
    many.playground.advance(minutes=4)
    await browser.install(many.playground.team)
    for event in events:
        assert (await many.playground.deliver_again(event)).ok
    assert "/ragvsft start" in await told(many.playground.person("ada"))


async def test_keys_are_replaced_without_installing_again(many: ManyHouse) -> None:
    """A token under an old key is read, and is under the new one after a start."""
    old, new = many.keys[0], Fernet.generate_key().decode()
    ada = many.playground.person("ada")
    async with many.bot() as bot:
        await Browser(bot).install(many.playground.team)
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
    ada, keys = many.playground.person("ada"), many.keys
    async with many.bot() as bot:
        await Browser(bot).install(many.playground.team)
        await many.start(ada)
        review = await many.to_review(ada)
        many.playground.faults.add("rate_limited", "chat.postMessage", 60, 1, None)
        await ada.submit(review)
        await many.playground.until(lambda: many.playground.calls[-1].method == "chat.postMessage")
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


async def test_one_workspace_tells_its_operator(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """With SLACK_BOT_TOKEN a removal is a warning with the remedy, and the bot lives on."""
    playground = Playground()
    async with serving(playground):
        house = House(playground, tmp_path / "ragvsft.db", "http")
        async with house.bot() as bot:
            assert all(event.ok for event in await playground.uninstall())
            no_page = await Browser(bot)._get("/slack/install")
    assert no_page.status_code == 404
    assert "put its new bot token into SLACK_BOT_TOKEN" in "".join(capfd.readouterr())
