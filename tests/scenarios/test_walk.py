"""The way from the command to a posted decision is short."""

import pytest

from bot.slack.views.home import home_view
from tests.browser.walk import report, walk
from tests.scenarios.harness import Harness


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("transport", ["http"], indirect=True)
async def test_the_walk_takes_under_four_minutes(harness: Harness) -> None:
    """A careful reader needs at most four pages, 600 words and four minutes."""
    found = await walk(harness, harness.playground.user("ada"))
    assert len(found.words) <= 4, report(found)
    assert sum(found.words) < 600, report(found)
    assert max(found.words) <= 150, report(found)
    assert found.minutes < 4, report(found)
    assert "about four minutes" in str(home_view({}, [], [])), "App Home promises no less"
