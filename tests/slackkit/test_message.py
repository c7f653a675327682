"""Fitting messages to Slack's size limit."""

import pytest
from slack_sdk.models.blocks import SectionBlock

from bot.slackkit.message import section, shrink_to_fit, size_of

SIZES = (900, 300, 30)


def build(length: int) -> list[SectionBlock]:
    """Return a section with a text of this length."""
    return [section("x" * length)]


@pytest.mark.parametrize(("most", "length"), [(900, 900), (899, 300), (30, 30), (29, 30)])
def test_the_largest_size_that_fits_is_taken(most: int, length: int) -> None:
    """Blocks are built at the largest size within the budget, else at the smallest one."""
    assert shrink_to_fit(build, SIZES, size_of(build(most))) == build(length)
