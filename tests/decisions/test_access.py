"""The rule who may read a decision, case by case."""

import pytest

from bot.decisions.access import ReadScope
from bot.decisions.model import Person, Place, Visibility
from tests.services.factories import make_decision
from tests.services.harness import PRIVATE, PUBLIC

DIRECT = Place("U1", Visibility.DIRECT)
ADA, BEN, CAT = (Person("T1", user) for user in ("U1", "U2", "U3"))


@pytest.mark.parametrize(
    ("place", "person", "asked_from", "may_read"),
    [
        (PUBLIC, CAT, None, True),
        (PUBLIC, Person("T2", "U1"), None, False),
        (PRIVATE, CAT, PRIVATE, True),
        (PRIVATE, CAT, None, False),
        (PRIVATE, CAT, PUBLIC, False),
        (PRIVATE, CAT, Place("G2", Visibility.PRIVATE), False),
        (PRIVATE, CAT, Place(PRIVATE.channel, Visibility.PUBLIC), False),
        (PRIVATE, ADA, None, True),
        (PRIVATE, BEN, PUBLIC, True),
        (PRIVATE, Person("T2", "U1"), PRIVATE, False),
        (DIRECT, CAT, Place("U3", Visibility.DIRECT), False),
        (DIRECT, CAT, PRIVATE, False),
        (DIRECT, BEN, PUBLIC, True),
    ],
)
def test_who_may_read(
    place: Place, person: Person, asked_from: Place | None, may_read: bool
) -> None:
    """Public: the workspace; private: the channel and its people; direct: its people only."""
    made = make_decision(1, people=("U1", "U2"), place=place)
    assert ReadScope.of(person, asked_from).allows(made) is may_read


@pytest.mark.parametrize("place", [PRIVATE, DIRECT])
def test_contributors_may_read(place: Place) -> None:
    """A contributor may read the decision from any place in their own workspace."""
    made = make_decision(1, people=("U1",), place=place)
    assert ReadScope.of(CAT).allows(made, {"U3"})
    assert not ReadScope.of(Person("T2", "U3")).allows(made, {"U3"})
