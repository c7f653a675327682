"""How several decisions went, in words."""

import re
from itertools import product

import pytest

from bot.decisions.model import ReviewOutcome
from bot.decisions.records.words import outcome_summary


def _said(*counts: int) -> str:
    return outcome_summary(dict(zip(ReviewOutcome, counts, strict=True)))


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((0, 0, 0, 0), ""),
        ((1, 0, 0, 0), "it worked"),
        ((0, 1, 0, 0), "it worked partly"),
        ((0, 0, 1, 0), "it did not work"),
        ((0, 0, 0, 1), "it was not tried"),
        ((2, 0, 0, 0), "both worked"),
        ((0, 2, 0, 0), "both worked partly"),
        ((0, 0, 2, 0), "neither worked"),
        ((0, 0, 0, 2), "neither was tried"),
        ((5, 0, 0, 0), "all 5 worked"),
        ((0, 0, 1234, 0), "none of 1,234 worked"),
        ((0, 0, 0, 3), "none of 3 was tried"),
        ((1, 1, 0, 0), "1 worked, 1 partly"),
        ((0, 1, 2, 0), "1 worked partly, 2 did not"),
        ((0, 0, 1, 1), "1 did not work, 1 was not tried"),
        ((3, 2, 1, 2), "3 worked, 2 partly, 1 did not, 2 were not tried"),
    ],
)
def test_each_count_has_its_wording(counts: tuple[int, ...], words: str) -> None:
    """One outcome, two, equal ones and different ones each have their own wording."""
    assert _said(*counts) == words


def test_no_number_is_lost() -> None:
    """If outcomes differ, each that occurs is named with its number, and no other."""
    for counts in product(range(4), repeat=4):
        present = [count for count in counts if count]
        if len(present) > 1:
            assert [int(each) for each in re.findall(r"\d+", _said(*counts))] == present
