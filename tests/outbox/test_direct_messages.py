"""Direct messages about a decision are redrawn when they are outdated."""

from datetime import timedelta

import pytest

from bot.decisions.model import ReviewOutcome, Workflow
from tests.services.harness import ADA, BEN, PUBLIC
from tests.slack.tiny_slack import WorkerHarness


async def _settle(env: WorkerHarness) -> None:
    for _ in range(5):
        await env.rest()
        await env.advance(seconds=2)


@pytest.mark.parametrize("answered", [False, True])
async def test_a_withdrawal_closes_review_questions(env: WorkerHarness, *, answered: bool) -> None:
    """After a withdrawal the review question shows it and has no buttons, answered or not."""
    services = env.harness.services
    made = await env.harness.post_decision(ADA)
    await services.decisions.accept(ADA, made.number)
    await _settle(env)
    env.harness.clock.advance(timedelta(days=91))
    await services.reviews.request_due()
    await _settle(env)
    if answered:
        await services.reviews.review(ADA, made.number, ReviewOutcome.WORKED, "Well")
    await _settle(env)
    before = len(env.slack.updates)
    await services.decisions.withdraw(ADA, made.number, "No more.")
    await _settle(env)
    (told,) = [each for each in env.slack.updates[before:] if "How did it go" in each["text"]]
    assert f"It was withdrawn by <@{ADA.user}>" in told["text"]
    assert ("It worked" in told["text"]) is answered
    assert "actions" not in str(told["blocks"])


async def test_decider_messages_show_hand_overs(env: WorkerHarness) -> None:
    """A decider's message shows that the decision was handed over, and that it was decided."""
    services = env.harness.services
    workflow = Workflow(title="Answers", deciders=(BEN.user,))
    draft = await env.harness.create_draft(workflow=workflow)
    made = (await services.post(ADA, draft, PUBLIC)).decision
    await _settle(env)
    await services.decisions.hand_over(ADA, made.number, (ADA.user,))
    await _settle(env)
    assert any("it's with others now" in each["text"] for each in env.slack.updates)
    await services.decisions.accept(ADA, made.number)
    await _settle(env)
    decided = "No need to decide: <@U1> accepted the recommendation."
    assert any(decided in each["text"] for each in env.slack.updates)
