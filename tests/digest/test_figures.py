"""The trend of a digest, and how past decisions went: told in figures."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.decisions.calibration import Tally
from bot.decisions.model import ReviewOutcome
from bot.decisions.trend import Trend
from bot.digest.settings import DigestSection
from bot.digest.views.message import digest_message
from bot.doctor.samples import COMMAND
from tests.digest.texts import channel, full, part, told


def test_the_picture_stands_where_the_table_does() -> None:
    """The picture names the table it replaces, and says in words what it shows."""
    message = told(full())
    assert message.picture is not None
    assert message.blocks[message.picture.instead_of]["type"] == "table"
    assert "in 12 weeks" in message.picture.alt
    assert len(message.picture.alt) <= 2000


def test_the_table_has_the_weeks_in_which_anything_was_opened() -> None:
    """A row for each such week and one for the others, as of the options a column."""
    weeks = tuple(date(2026, 1, 5) + timedelta(weeks=each) for each in range(3))
    options = {f"o{each}": (each, 0, 1) for each in range(7)}
    digest = replace(channel(full()), trend=Trend(weeks, options), titles={"o6": "Best"})
    (table,) = [block for block in told(digest).blocks if block["type"] == "table"]
    rows = [[cell["text"] for cell in row] for row in table["rows"]]
    assert rows == [
        ["Week of", "Best", "o5", "o4", "o3", "o2", "Others"],
        ["5 Jan", "6", "5", "4", "3", "2", "1"],
        ["19 Jan", "1", "1", "1", "1", "1", "2"],
        ["other weeks", "0", "0", "0", "0", "0", "0"],
    ]


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        (Tally({ReviewOutcome.WORKED: 3, ReviewOutcome.FAILED: 1}), "3 worked, 1 did not"),
        (Tally({ReviewOutcome.WORKED: 1}, {ReviewOutcome.WORKED: 1}), "both worked"),
        (Tally({ReviewOutcome.NOT_TRIED: 2}), "neither was tried"),
    ],
)
def test_calibration_is_told_in_words(tally: Tally, words: str) -> None:
    """What was recommended and what was chosen in place of it count together."""
    digest = replace(channel(full()), calibration={"rag": tally})
    assert f"•  *RAG*  ·  {words}" in part(told(digest), "How past")


def test_where_only_the_newest_were_looked_at_that_is_said() -> None:
    """A count that leaves older decisions out says of how many it is, in the head as well."""
    whole = full()
    newest = replace(whole, newest_only={DigestSection.CALIBRATION: 200, DigestSection.RULES: 200})
    some, all_of_them = (digest_message(each, COMMAND, {}) for each in (newest, whole))
    assert "newest" not in json.dumps(all_of_them.blocks)
    assert "of the newest 200 would now get other advice" in some.text
    assert "_Of the 200 reviewed decisions that are newest._" in part(some, "How past")
    assert "Of the 200 decisions by older rules that are newest._" in part(some, "Today's rules")
