"""Bots on one database notice that they use different playbooks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.playbooks import loader
from bot.storage.running_bots import SEEN_WITHIN, RunningBots
from tests.services.harness import SMALL, FakePlaybooks, ServiceHarness

NEWER = replace(
    SMALL,
    files={
        **SMALL.files,
        loader.PLAYBOOK: SMALL.files[loader.PLAYBOOK].replace('version: "1"', 'version: "2"'),
    },
)


@pytest.fixture
def pair(harness: ServiceHarness) -> tuple[RunningBots, RunningBots]:
    """Two bots; the second one has a newer playbook."""
    return (
        RunningBots(harness.database, harness.clock, harness.playbooks, "a"),
        RunningBots(harness.database, harness.clock, FakePlaybooks(NEWER), "b"),
    )


async def test_bots_with_different_playbooks_say_so(
    pair: tuple[RunningBots, RunningBots],
) -> None:
    """Each bot names the version of the other one and its own, and what to do."""
    for _ in range(2):
        for each in pair:
            await each.report()
    (first,), (second,) = (each.differences for each in pair)
    assert first.startswith("another bot on this database uses small 2 (")
    assert "this one 1 (" in first
    assert first.endswith("give all bots the same playbooks")
    assert second.startswith("another bot on this database uses small 1 (")


async def test_bots_with_the_same_playbooks_say_nothing(
    harness: ServiceHarness, pair: tuple[RunningBots, RunningBots]
) -> None:
    """Bots that use the same version report no difference."""
    same = RunningBots(harness.database, harness.clock, harness.playbooks, "c")
    for each in (pair[0], same, pair[0]):
        await each.report()
    assert pair[0].differences == same.differences == ()


async def test_a_bot_that_does_not_run_any_more_is_forgotten(
    harness: ServiceHarness, pair: tuple[RunningBots, RunningBots]
) -> None:
    """After a rolling restart the versions of the bots that ended do not count."""
    for each in pair:
        await each.report()
    harness.clock.advance(SEEN_WITHIN + timedelta(seconds=1))
    await pair[1].report()
    assert pair[1].differences == ()
    assert {row["bot"] for row in await harness.rows("running_bots")} == {"b"}
