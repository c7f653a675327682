"""Blocked channels and workspaces: deliveries held back, alerts to owners, and the release."""

import pytest

from bot.decisions.errors import NothingToResend, NotTheirs
from bot.decisions.model import Place
from bot.outbox.model import announcement_key
from bot.storage.installations import Installation, InstallationStore, NotInstalled
from tests.services.harness import ADA, BEN, PRIVATE, PUBLIC
from tests.slack.tiny_slack import WorkerHarness

ERRORS = {
    "is_archived": "archived",
    "channel_not_found": "/invite",
    "not_in_channel": "/invite",
    "no_permission": "/invite",
    "restricted_action": "doesn't let apps post",
    "restricted_action_read_only_channel": "read-only",
    "restricted_action_thread_only_channel": "only takes replies",
    "restricted_action_non_threadable_channel": "takes no replies",
    "restricted_action_thread_locked": "locked",
    "ekm_access_denied": "suspended",
    "missing_scope": "one more permission",
    "cannot_reply_to_message": "takes no replies",
    "invalid_blocks": "Slack's reason: invalid_blocks.",
    "invalid_blocks_format": "Slack's reason",
    "msg_blocks_too_long": "Slack's reason",
    "msg_too_long": "Slack's reason",
    "metadata_too_large": "Slack's reason",
    "messages_tab_disabled": "Slack's reason",
    "no_text": "Slack's reason",
    "too_many_attachments": "Slack's reason",
    "slack_connect_file_link_sharing_blocked": "Slack's reason",
}


def texts_to(env: WorkerHarness, channel: str) -> list[str]:
    """Return the texts posted to a channel or to a person."""
    return [each["text"] for each in env.slack.kept if each["channel"] == channel]


@pytest.mark.parametrize(("error", "words"), ERRORS.items())
async def test_a_permanent_error_sends_one_alert(
    env: WorkerHarness, error: str, words: str
) -> None:
    """A permanent error is not retried; the driver gets one alert with the reason."""
    env.slack.script = [error]
    await env.harness.post_decision(BEN, PRIVATE)
    await env.rest()
    await env.advance(days=1)
    (told,) = texts_to(env, "U2")
    assert words in told
    assert "Try again" in told
    assert len(env.slack.arrived) == 2


@pytest.mark.parametrize(("place", "is_asked"), [(PRIVATE, True), (PUBLIC, False)])
async def test_moving_to_a_public_channel_is_confirmed(
    env: WorkerHarness, place: Place, is_asked: bool
) -> None:
    """Moving a decision from a private to a public channel needs a confirmation."""
    env.slack.script = ["is_archived"]
    await env.harness.post_decision(BEN, place)
    await env.rest()
    (notice,) = [each for each in env.slack.kept if each["channel"] == "U2"]
    (select,) = [
        each for each in notice["blocks"][-1]["elements"] if each["action_id"] == "post_elsewhere"
    ]
    asked = select.get("confirm", {}).get("text", {}).get("text", "")
    assert ("everybody in the workspace" in asked) is is_asked


async def test_a_blocked_channel_gets_no_calls(env: WorkerHarness) -> None:
    """Posts and redraws in a blocked channel are held without API calls; others continue."""
    decision = await env.harness.post_decision()
    await env.rest()
    await env.advance(seconds=1)
    env.slack.script = ["is_archived"]
    await env.harness.services.decisions.accept(ADA, decision.number)
    await env.advance(seconds=5)
    calls = len(env.slack.arrived)
    assert (await env.states())["thread_note"] == "held"
    await env.harness.post_decision(BEN, PRIVATE)
    await env.advance(seconds=2)
    assert len(texts_to(env, "G1")) > 0
    assert [each["channel"] for each in env.slack.arrived[calls:]] == ["G1", "G1"]
    (stop,) = await env.outbox.blocked()
    assert (stop.channel, stop.reason) == ("C1", "is_archived")


async def test_a_blocked_channel_sends_one_alert(env: WorkerHarness) -> None:
    """The owner gets one alert for a blocked channel, however many deliveries are held."""
    decision = await env.harness.post_decision()
    await env.rest()
    await env.advance(seconds=1)
    env.slack.script = ["is_archived"]
    await env.harness.services.decisions.accept(ADA, decision.number)
    await env.advance(seconds=5)
    await env.harness.services.decisions.withdraw(ADA, decision.number, "No longer needed")
    await env.advance(hours=1)
    (told,) = texts_to(env, "U1")
    assert "is in <#C1>, but I couldn't" in told


async def test_a_new_decision_in_a_blocked_channel_sends_an_alert(
    env: WorkerHarness,
) -> None:
    """A new announcement is tried once and its driver gets an alert; each driver gets their own."""
    env.slack.script = ["is_archived", "ok", "is_archived", "ok"]
    await env.harness.post_decision(ADA, PUBLIC)
    await env.advance(seconds=5)
    await env.harness.post_decision(BEN, PUBLIC)
    await env.advance(days=1)
    assert len(texts_to(env, "U1")) == len(texts_to(env, "U2")) == 1
    assert len(env.slack.arrived) == 4


async def test_a_success_releases_what_was_held(env: WorkerHarness) -> None:
    """A successful announcement unblocks the channel and releases its held deliveries."""
    env.slack.script = ["not_in_channel", "ok"]
    await env.harness.post_decision(ADA, PUBLIC)
    await env.advance(seconds=5)
    assert await env.harness.services.decision("T1", 1)
    await env.harness.post_decision(BEN, PUBLIC)
    for _ in range(6):
        await env.advance(seconds=1)
    assert len(texts_to(env, "C1")) == 4
    assert await env.outbox.blocked() == []
    assert set((await env.states()).values()) == {"sent"}


async def test_each_failed_retry_sends_an_alert(env: WorkerHarness) -> None:
    """Each failed retry by the driver sends another alert, until a retry succeeds."""
    env.slack.script_of["C1"] = ["is_archived", "is_archived"]
    decision = await env.harness.post_decision()
    await env.rest()
    for _ in range(2):
        await env.harness.services.delivery_issues.send_again(ADA, announcement_key(decision))
        for _ in range(3):
            await env.advance(seconds=1)
    assert [each["channel"] for each in env.slack.kept] == ["U1", "U1", "C1", "C1"]
    assert await env.outbox.blocked() == []


async def test_a_notice_shows_how_it_went_on(env: WorkerHarness) -> None:
    """After "Try again" the alert shows that the message is being sent, then that it was sent."""
    env.slack.script = ["is_archived", "ok"]
    decision = await env.harness.post_decision()
    await env.advance(seconds=2)
    await env.harness.services.delivery_issues.send_again(ADA, announcement_key(decision))
    for _ in range(4):
        await env.advance(seconds=1)
    assert env.slack.updates[-1]["ts"] == "1.0"
    assert env.slack.updates[-1]["text"] == "Decision #1 is in <#C1> now."


async def test_an_older_alert_refers_to_the_newer_one(env: WorkerHarness) -> None:
    """If the second attempt fails too, the first alert refers to the second."""
    env.slack.script_of["C1"] = ["is_archived", "is_archived"]
    decision = await env.harness.post_decision()
    await env.advance(seconds=2)
    await env.harness.services.delivery_issues.send_again(ADA, announcement_key(decision))
    for _ in range(4):
        await env.advance(seconds=1)
    last = env.slack.updates[-1]
    assert (last["ts"], last["text"]) == (
        "1.0",
        "That didn't work. I wrote to you again about decision #1.",
    )


async def test_a_digest_has_an_owner_too(env: WorkerHarness) -> None:
    """The user who set up a digest gets its alert, and only they can resend it."""
    env.slack.script = ["is_archived"]
    await env.harness.services.digests.post(BEN, PUBLIC, "pressed")
    key = "T1/digest/C1/now/pressed"
    await env.advance(seconds=2)
    (told,) = texts_to(env, "U2")
    assert "I couldn't post the digest in <#C1>" in told
    assert "digest off" in told
    with pytest.raises(NotTheirs):
        await env.harness.services.delivery_issues.send_again(ADA, key)
    await env.harness.services.delivery_issues.send_again(BEN, key)
    for _ in range(3):
        await env.advance(seconds=1)
    assert len(texts_to(env, "C1")) == 1
    assert env.slack.updates[-1]["text"] == "The digest is in <#C1> now."
    with pytest.raises(NothingToResend):
        await env.harness.services.delivery_issues.send_again(BEN, key)


async def test_each_digest_in_a_blocked_channel_sends_one_alert(env: WorkerHarness) -> None:
    """In a blocked channel each digest is tried once, and its owner gets one alert for each."""
    env.slack.script = ["is_archived", "ok", "is_archived"]
    for week in ("first", "second"):
        await env.harness.services.digests.post(BEN, PUBLIC, week)
        for _ in range(3):
            await env.advance(seconds=2)
        await env.advance(days=7)
    assert len(texts_to(env, "U2")) == 1
    assert [each["channel"] for each in env.slack.arrived] == ["C1", "U2", "C1"]
    assert await env.outbox.counts() == {"held": 2, "sent": 1}


async def test_a_channel_that_opens_again_is_not_flooded_with_digests(
    env: WorkerHarness,
) -> None:
    """Digests held for a day are given up and their alert says so; then one digest is posted."""
    digesting = env.harness.services.digests
    await env.harness.post_decision(ADA, PUBLIC)
    for _ in range(3):
        await env.advance(seconds=2)
    env.slack.script = ["is_archived"]
    await digesting.change(await digesting.default_settings(BEN, PUBLIC, None))
    for _ in range(2):
        await env.advance(days=7)
        await digesting.send_due()
        for _ in range(3):
            await env.advance(seconds=2)
    posted = texts_to(env, "C1")
    assert [text[:9] for text in posted if text.startswith("Decisions")] == ["Decisions"]
    assert "so I skipped it" in env.slack.updates[-1]["text"]
    assert set(await env.outbox.counts()) == {"sent", "dismissed"}


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_workspace_that_takes_nothing_is_tried_less_and_less_often(
    env: WorkerHarness, error: str
) -> None:
    """While Slack rejects the token, all deliveries wait; each pause between calls is longer."""
    env.slack.script = [error] * 3
    await env.harness.post_decision(ADA, PUBLIC)
    await env.harness.post_decision(BEN, PRIVATE)
    await env.rest()
    first = len(env.slack.arrived)
    await env.advance(seconds=59)
    assert len(env.slack.arrived) == first <= 2
    (stop,) = await env.outbox.blocked()
    assert (stop.workspace, stop.channel, stop.reason) == ("T1", None, error)
    for minutes in (1, 1, 2):
        await env.advance(minutes=minutes)
    assert await env.outbox.blocked() == []
    assert len(env.slack.arrived) - len(env.slack.kept) == 3
    for _ in range(3):
        await env.advance(seconds=1)
    assert set((await env.states()).values()) == {"sent"}
    assert len(env.slack.kept) == 4


async def test_a_workspace_without_the_bot_waits_for_it(env: WorkerHarness) -> None:
    """After an uninstallation deliveries wait; after a new installation they are sent at once."""
    client_for, env.worker._client_for = env.worker._client_for, _nobody
    await env.harness.post_decision()
    for minutes in (1, 1, 2, 4, 8, 16, 32, 60, 60, 3000):
        await env.advance(minutes=minutes)
    looked_up = await env.harness.rows("deliveries")
    assert looked_up[0]["attempts"] == 10
    assert (await env.states())["announcement"] == "pending"
    env.worker._client_for = client_for
    installed = Installation("T1", None, "One", "U0", "U1", (), "", env.harness.clock.now())
    await InstallationStore(env.harness.database).save(installed)
    for _ in range(2):
        await env.advance(seconds=1)
    assert len(env.slack.kept) == 2


async def _nobody(_workspace: str) -> None:
    raise NotInstalled


async def test_a_workspace_that_refuses_for_an_unknown_reason_waits(env: WorkerHarness) -> None:
    """While Slack refuses all calls for a reason that is not the message's, nothing is given up."""
    env.slack.script = ["two_factor_setup_required"] * 12
    await env.harness.post_decision()
    for _ in range(6):
        await env.advance(minutes=5)
    assert (await env.states())["announcement"] == "pending"
    (block,) = await env.outbox.blocked()
    assert (block.channel, block.reason) == (None, "two_factor_setup_required")
    env.slack.script.clear()
    for _ in range(4):
        await env.advance(hours=1)
    assert set((await env.states()).values()) == {"sent"}
    assert await env.outbox.blocked() == []


async def test_a_message_that_alone_is_refused_for_an_unknown_reason_is_given_up(
    env: WorkerHarness,
) -> None:
    """If Slack accepts others meanwhile, its owner gets an alert at once and at the end."""
    env.slack.script_of["C1"] = ["a_word_of_tomorrow"] * 20
    await env.harness.post_decision()
    await env.rest()
    await env.advance(minutes=1)
    (told,) = texts_to(env, "U1")
    assert "yet. Slack's reason: a_word_of_tomorrow." in told
    assert await env.outbox.blocked() == []
    for _ in range(6):
        await env.advance(minutes=5)
    assert (await env.states())["announcement"] == "failed"
    assert "Try again" in texts_to(env, "U1")[-1]
    await env.harness.services.notify(BEN, "Others go on.")
    await env.advance(minutes=1)
    assert texts_to(env, "U2") == ["Others go on."]
