"""The weekly digest, from its settings to the message in the channel."""

from datetime import timedelta

import pytest

from bot.app import Application
from bot.decisions.model import Person, Place, Visibility, Workflow
from bot.digest.settings import DigestSettings
from bot.playground.slack_model import SlackMessage, View
from bot.playground.user_session import UserSession
from tests.scenarios.harness import Harness
from tests.scenarios.messages import text_of

HOSTILE = "``` <!channel> | <https://evil.test|Slack> & *x*"


@pytest.fixture
def transport() -> str:
    """Only HTTP: nothing in these tests depends on the transport."""
    return "http"


async def _post_decision(
    bot: Application, harness: Harness, by: UserSession, channel: str, title: str
) -> int:
    """Post a decision through the services; return its number."""
    kind = harness.playground.workspace.channel(channel).kind
    visibility = Visibility.PRIVATE if kind == "private" else Visibility.PUBLIC
    place = Place(harness.playground.workspace.channel(channel).id, visibility)
    driver, services = Person(harness.playground.workspace.id, by.id), bot.services
    draft = (await services.drafts.start(driver, place)).draft.id
    await services.drafts.describe(driver, draft, Workflow(title=title))
    await services.drafts.save_answers(driver, draft, {"need": "look_up"})
    return (await services.post(driver, draft, place)).decision.number


async def _wait_until_posted(harness: Harness, number: int) -> None:
    """Wait until the announcement of a decision is sent."""
    await harness.wait_for_row(
        "deliveries",
        lambda row: row["key"].endswith(f"/{number}/announcement") and row["state"] == "sent",
    )


async def _settings(harness: Harness, bot: Application, channel: str = "product") -> DigestSettings:
    where = harness.playground.workspace.channel(channel)
    settings = await bot.services.digests.settings(harness.playground.workspace.id, where.id)
    assert settings is not None
    return settings


async def _advance_to_due(harness: Harness, bot: Application, channel: str = "product") -> None:
    """Move the clock to the next due time of a channel's digest."""
    due = await bot.services.digests.next_due(await _settings(harness, bot, channel))
    assert due is not None
    harness.playground.clock.move_to(due.at)


def _digests(person: UserSession, channel: str = "product") -> list[SlackMessage]:
    """Return the digests posted in a channel."""
    seen = [each for each in person.sees(channel) if not each.ephemeral_to]
    return [each for each in seen if each.text.startswith("Decisions, ")]


async def _wait_for_digest(harness: Harness, person: UserSession, channel: str = "product") -> str:
    """Wait for the only digest of a channel; return its text."""
    await harness.playground.until(lambda: bool(_digests(person, channel)))
    (digest,) = _digests(person, channel)
    return text_of(digest)


def _selected_zone(view: View) -> str:
    """Return the selected time zone of a settings modal."""
    return str(view.values["digest_zone"]["answer"]["selected_option"]["value"])


def _home_blocks(person: UserSession) -> str:
    """Return the blocks of a person's App Home as text."""
    return str(person.home.blocks) if person.home else ""


async def test_a_channel_gets_its_digest_once_a_week(harness: Harness, bot: Application) -> None:
    """A digest set up in the modal is posted once, on its day and hour, with what is open."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await _wait_until_posted(harness, await _post_decision(bot, harness, ben, "product", HOSTILE))
    assert (await ada.command("product", "/ragvsft", "digest")).ok
    offer = await harness.wait_for_modal(ada, "digest_offer")
    assert "Every Monday at 09:00 (Europe/Berlin)" in str(offer.blocks)
    await ada.click(offer, "change_digest")
    view = await harness.wait_for_modal(ada, "digest")
    assert _selected_zone(view) == "Europe/Berlin"
    values = {"digest_day": "thursday", "digest_time": "08:30", "digest_other_zone": "Asia/Tokio"}
    await ada.submit(view, values)
    assert ada.modal is not None
    assert "Did you mean Asia/Tokyo?" in ada.modal.errors["digest_other_zone"]
    await ada.submit(ada.modal, {"digest_other_zone": "Asia/Tokyo"})
    saved = str(ada.modal.blocks)
    assert "every Thursday at 08:30 (Asia/Tokyo)" in saved
    assert "The next one comes on Thursday " in saved
    await _advance_to_due(harness, bot)
    text = await _wait_for_digest(harness, ada)
    assert f"<@{ben.id}>" in text
    assert "#1" in text
    assert "/archives/" in text
    assert "#1  ˋˋˋ &lt;!channel&gt; ∣" in text
    assert "ragvsft digest off" in text
    bot.check_due()
    harness.playground.clock.advance(timedelta(hours=20))
    await harness.wait_for_row("deliveries", lambda row: row["kind"] == "digest")
    assert len(_digests(ada)) == 1


async def test_the_default_zone_is_the_person_s_own(harness: Harness, bot: Application) -> None:
    """The settings modal preselects the time zone of the person who opens it."""
    for name, zone in (("dev", "America/New_York"), ("ben", "Europe/London")):
        person = harness.playground.user(name)
        assert (await person.command("product", "/ragvsft", "digest settings")).ok
        assert _selected_zone(await harness.wait_for_modal(person, "digest")) == zone


async def test_a_preview_is_posted_once(harness: Harness, bot: Application) -> None:
    """The preview is private; pressing its button twice posts one digest."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await _wait_until_posted(
        harness, await _post_decision(bot, harness, ada, "product", "Answers for support")
    )
    preview = await harness.run_command(ada, "digest now")
    assert "Want this every Monday?" in text_of(preview)
    assert _digests(ben) == []
    first = await ada.click(preview, "post_digest")
    second = await ada.click(preview, "post_digest")
    assert first.ok
    assert second.ok
    text = await _wait_for_digest(harness, ben)
    assert "Answers for support" in text
    await harness.playground.until(
        lambda: any("posted in <#" in text_of(each) for each in ada.sees("product")),
    )
    rows = [row for row in harness.rows("deliveries") if row["kind"] == "digest"]
    assert len(rows) == 1


async def test_a_digest_is_turned_on_with_one_press(harness: Harness, bot: Application) -> None:
    """The preview turns it on, in the person's zone; a second press changes nothing."""
    dev = harness.playground.user("dev")
    preview = await harness.run_command(dev, "digest now")
    assert (await dev.click(preview, "turn_on_digest")).ok
    await harness.playground.until(
        lambda: any("gets a digest every Monday" in text_of(each) for each in dev.sees("product")),
    )
    first = await _settings(harness, bot)
    assert (first.on, first.schedule.zone, first.set_by) == (True, "America/New_York", dev.id)
    assert (await dev.click(preview, "turn_on_digest")).ok
    assert (await _settings(harness, bot)).schedule == first.schedule
    again = await harness.run_command(dev, "digest now")
    assert "turn_on_digest" not in str(again.blocks)
    await dev.command("product", "/ragvsft", "digest")
    await harness.wait_for_modal(dev, "digest")


async def test_the_settings_keep_the_channel_that_was_chosen(
    harness: Harness, bot: Application
) -> None:
    """*Change* in the short modal of App Home leads to the settings of the channel chosen in it."""
    ada = harness.playground.user("ada")
    await ada.open_home()
    await harness.playground.until(lambda: ada.home is not None)
    assert ada.home is not None
    await ada.click(ada.home, "digest_settings")
    offer = await harness.wait_for_modal(ada, "digest_offer")
    ada.fill(offer, {"digest_channel": "product"})
    await ada.click(offer, "change_digest")
    view = await harness.wait_for_modal(ada, "digest")
    await ada.submit(view, {"digest_day": "friday"})
    assert (await _settings(harness, bot)).schedule.weekday == "friday"


async def test_a_waiting_decision_opens_from_the_digest(harness: Harness, bot: Application) -> None:
    """*Decide* in a digest opens the decision for the person who presses it."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await _wait_until_posted(
        harness, await _post_decision(bot, harness, ben, "product", "Answers for support")
    )
    preview = await harness.run_command(ada, "digest now")
    await ada.click(preview, "post_digest")
    await harness.playground.until(lambda: bool(_digests(ben)))
    (digest,) = _digests(ben)
    assert (await ben.click(digest, "show")).ok


async def test_a_disabled_digest_is_not_posted(harness: Harness, bot: Application) -> None:
    """`digest off` disables the digest and says so; nothing is posted when it would be due."""
    ada = harness.playground.user("ada")
    await _wait_until_posted(
        harness, await _post_decision(bot, harness, ada, "product", "Answers for support")
    )
    await ada.command("product", "/ragvsft", "digest settings")
    await ada.submit(await harness.wait_for_modal(ada, "digest"), {})
    due = await bot.services.digests.next_due(await _settings(harness, bot))
    assert due is not None
    assert "gets no more digests" in text_of(await harness.run_command(ada, "digest off"))
    assert "has no digest" in text_of(await harness.run_command(ada, "digest off"))
    harness.playground.clock.move_to(due.at)
    assert await bot.services.digests.send_due() == 0
    assert [row for row in harness.rows("deliveries") if row["kind"] == "digest"] == []


async def test_private_channels_are_only_counted_elsewhere(
    harness: Harness, bot: Application
) -> None:
    """A private channel's decisions are listed in its own digest and only counted elsewhere."""
    ada = harness.playground.user("ada")
    harness.playground.invite("bot", "leadership")
    await _wait_until_posted(
        harness, await _post_decision(bot, harness, ada, "leadership", "Canary of the board")
    )
    await ada.command("leadership", "/ragvsft", "digest")
    await ada.submit(await harness.wait_for_modal(ada, "digest_offer"), {})
    assert ada.modal is not None
    assert "/invite @ragvsft" in str(ada.modal.blocks)
    await ada.close(ada.modal)
    await ada.command("product", "/ragvsft", "digest settings")
    view = await harness.wait_for_modal(ada, "digest")
    await ada.submit(view, {"digest_scope": "workspace"})
    view = await harness.wait_for_modal(ada, "digest")
    assert "Look who is in the channel" in str(view.errors), "saving needs that confirmation"
    await ada.submit(view, {"digest_scope": "workspace", "digest_insiders": ["on"]})
    await _advance_to_due(harness, bot)
    assert "Canary of the board" in await _wait_for_digest(harness, ada, "leadership")
    public = await _wait_for_digest(harness, ada)
    assert "Canary" not in public
    assert "*In private channels:* 1 waiting for a decision" in public


async def test_home_shows_digests_and_stays_current(harness: Harness, bot: Application) -> None:
    """App Home shows the next digest, follows changes, and is published only to its viewers."""
    ada, ben = harness.playground.user("ada"), harness.playground.user("ben")
    await ada.open_home()
    await harness.playground.until(lambda: ada.home is not None)
    assert ada.home is not None
    await ada.click(ada.home, "digest_settings")
    view = await harness.wait_for_modal(ada, "digest_offer")
    await ada.submit(view, {"digest_channel": "product"})
    await harness.playground.until(lambda: "Next on Monday" in _home_blocks(ada))
    await ada.click(ada.home, "start:ragvsft")
    await harness.wait_for_modal(ada, "questions")
    review = await harness.fill_questionnaire(ada, deciders=["ada", "ben", "chloe"])
    await ada.submit(review, {"channel": "product"})
    await harness.playground.until(lambda: "#1  Answers for support" in _home_blocks(ada))
    await ben.open_home()
    await harness.playground.until(lambda: "Yours to decide" in _home_blocks(ben))
    announcement, _ = await harness.wait_for_post(ada)
    await ada.click(announcement, "accept")
    await harness.playground.until(lambda: "Yours to decide" not in _home_blocks(ben))
    assert harness.playground.user("chloe").home is None


async def test_a_digest_belongs_to_a_channel(harness: Harness, bot: Application) -> None:
    """In direct messages, and for unknown arguments, `digest` replies with its usage."""
    ada = harness.playground.user("ada")
    reply = await harness.run_command(ada, "digest now", ada.im.id)
    assert "Digests are for channels" in text_of(reply)
    assert "`/ragvsft digest now`" in text_of(await harness.run_command(ada, "digest weekly"))


PNG = b"\x89PNG\r\n"


async def _post_digest(harness: Harness, bot: Application) -> SlackMessage:
    """Post a decision in each of three weeks and the channel's digest; return the digest."""
    team = harness.playground.workspace
    driver, place = Person(team.id, "U0ADA"), Place(team.channel("product").id, Visibility.PUBLIC)
    for week in range(3):
        harness.playground.clock.advance(timedelta(weeks=min(week, 1)))
        draft = (await bot.services.drafts.start(driver, place)).draft.id
        await bot.services.drafts.describe(driver, draft, Workflow(title="Answers for support"))
        await bot.services.drafts.save_answers(
            driver, draft, {"need": "look_up", "freshness": "weekly"}
        )
        await bot.services.post(driver, draft, place)
    assert await bot.services.digests.post(driver, place, "once")

    def posted() -> list[SlackMessage]:
        return [
            m for m in harness.playground.messages("product") if m.text.startswith("Decisions, ")
        ]

    await harness.playground.until(posted)
    (digest,) = posted()
    return digest


def _trend_blocks(message: SlackMessage) -> set[str]:
    """Return whether a digest has an image or a table, as a set of block types."""
    return {block["type"] for block in message.blocks} & {"image", "table"}


async def test_a_digest_shows_its_trend(harness: Harness, bot: Application) -> None:
    """A digest has a chart, uploaded by the bot, with alternative text."""
    digest = await _post_digest(harness, bot)
    assert _trend_blocks(digest) == {"image"}
    (image,) = (block for block in digest.blocks if block["type"] == "image")
    assert "3 decisions were opened" in image["alt_text"]
    file = harness.playground.workspace.files[image["slack_file"]["id"]]
    assert file.content is not None
    assert file.content.startswith(PNG)


async def test_a_digest_without_chart_has_a_table(harness: Harness, bot: Application) -> None:
    """If the upload fails, the digest is posted with the figures in a table."""
    harness.playground.faults.add("refused", "files.*", error="missing_scope")
    digest = await _post_digest(harness, bot)
    assert _trend_blocks(digest) == {"table"}
    (table,) = (block for block in digest.blocks if block["type"] == "table")
    assert table["rows"][0][0]["text"] == "Week of"
