"""Direct messages to unreachable users: external or deactivated accounts."""

from datetime import timedelta

import pytest

from bot.decisions.errors import NobodyToNudge
from bot.decisions.model import ReviewOutcome, Workflow
from bot.outbox.model import DeciderMessage, direct_messages
from tests.outbox.test_blocked_channels import texts_to
from tests.services.harness import ADA, BEN, PRIVATE, PUBLIC
from tests.slack.tiny_slack import WorkerHarness


@pytest.mark.parametrize("error", ["channel_not_found", "user_not_found"])
async def test_an_unreachable_contributor_sends_an_alert(env: WorkerHarness, error: str) -> None:
    """The user who asked gets one private alert, and the request is removed."""
    made = await env.harness.post_decision(ADA, PRIVATE)
    await env.rest()
    await env.advance(seconds=1)
    env.slack.script = [error]
    await env.harness.services.perspectives.ask(ADA, made.number, ["U8"])
    await env.rest()
    await env.advance(minutes=1)
    await env.advance(days=1)
    (told,) = texts_to(env, ADA.user)
    assert "I can't reach <@U8> to ask for a view on decision #1" in told
    assert error in told
    team = await env.harness.services.perspectives.team("T1", made.number)
    assert (team.waiting(), team.people()) == ((), frozenset())
    with pytest.raises(NobodyToNudge):
        await env.harness.services.perspectives.nudge(ADA, made.number)
    assert [row["kind"] for row in await env.harness.rows("events")] == [
        *("opened", "views_asked", "not_reached")
    ]


async def test_the_driver_reviews_for_an_unreachable_decider(
    env: WorkerHarness,
) -> None:
    """A review question that cannot reach the decider goes to the driver, who may answer it."""
    services = env.harness.services
    draft = await env.harness.create_draft(workflow=Workflow(title="Answers", deciders=(BEN.user,)))
    made = (await services.post(ADA, draft, PUBLIC)).decision
    await services.decisions.accept(BEN, made.number)
    await env.rest()
    for _ in range(5):
        await env.advance(seconds=1)
    env.harness.clock.advance(timedelta(days=91))
    env.slack.script = ["user_not_found"]
    await services.reviews.request_due()
    await env.rest()
    await env.advance(minutes=1)
    (told,) = texts_to(env, ADA.user)
    assert f"I can't reach <@{BEN.user}>, who may have left" in told
    assert "user_not_found" in told
    await services.reviews.review(ADA, made.number, ReviewOutcome.WORKED, "Well")
    await env.rest()
    answered = "You said on 6 April 2026: *It worked*"
    assert [answered in each["text"] for each in env.slack.updates].count(True) == 1


async def test_an_unreachable_decider_sends_an_alert(env: WorkerHarness) -> None:
    """If no message can reach a decider, the user who named them gets one alert."""
    made = await env.harness.post_decision(ADA)
    await env.rest()
    await env.advance(seconds=1)
    message = DeciderMessage(ADA.user)
    (asked,) = direct_messages(made, ["U8"], message, env.harness.clock.now())
    env.slack.script = ["user_not_found"]
    await env.harness.enqueue(asked)
    await env.rest()
    await env.advance(days=1)
    (told,) = texts_to(env, ADA.user)
    assert "I can't reach <@U8> to say that decision #1 is theirs to make" in told
    assert "*Hand over* in its menu" in told
