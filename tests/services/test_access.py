"""People who have left, and presses that prove nothing."""

import pytest

from bot.decisions.errors import NoSuchDecision, NotTheirs
from bot.decisions.model import Person, Place, Visibility
from bot.decisions.ports import CachedProfile, DirectoryEntry
from bot.decisions.transitions import DecisionAction
from bot.outbox.model import DeliveryState, announcement_key
from bot.outbox.table import by_key
from bot.storage.connection import Connection
from bot.storage.people import save_profile
from tests.services.factories import make_decision, store_decisions
from tests.services.harness import ADA, BEN, PRIVATE, PUBLIC, ServiceHarness

CAT = Person("T1", "U3")


async def know(harness: ServiceHarness, user: str, **entry: bool) -> None:
    """Store a profile of a person."""
    profile = CachedProfile(Person("T1", user), DirectoryEntry(user, **entry), harness.clock.now())
    await harness.write(save_profile, profile)


async def test_an_admin_takes_over_from_people_who_left(harness: ServiceHarness) -> None:
    """Where driver and deciders left, an admin may hand over; the new decider drives it too."""
    await store_decisions(harness, make_decision(1, people=("U1", "U2")))
    decisions = harness.services.decisions
    await know(harness, "U3", admin=True)
    await know(harness, "U1", gone=True)
    with pytest.raises(NotTheirs) as refused:
        await decisions.hand_over(CAT, 1, ("U4",), PUBLIC)
    assert not refused.value.left
    await know(harness, "U2", gone=True)
    with pytest.raises(NotTheirs) as refused:
        await decisions.accept(CAT, 1, None, PUBLIC)
    assert refused.value.left
    with pytest.raises(NotTheirs):
        await decisions.hand_over(Person("T1", "U4"), 1, ("U4",), PUBLIC)
    assert await decisions.find_for(CAT, 1, DecisionAction.HAND_OVER, PUBLIC)
    after = await decisions.hand_over(CAT, 1, ("U4", "U5"), PUBLIC)
    assert (after.driver, after.deciders) == ("U4", ("U4", "U5"))
    await decisions.withdraw(Person("T1", "U4"), 1, "Nobody needs it")


async def test_the_operator_hands_over(harness: ServiceHarness) -> None:
    """The operator gives a decision to other people, also from its driver."""
    await store_decisions(harness, make_decision(1, people=("U1", "U2")))
    decisions = harness.services.decisions
    after = await decisions.hand_over_by_operator("T1", 1, ("U4",))
    assert (after.driver, after.deciders) == ("U4", ("U4",))
    with pytest.raises(NoSuchDecision):
        await decisions.hand_over_by_operator("T1", 2, ("U4",))


@pytest.mark.parametrize("place", [PRIVATE, Place("U1", Visibility.DIRECT)])
async def test_who_may_not_read_hears_of_no_decision(harness: ServiceHarness, place: Place) -> None:
    """Whatever a person tries with the number of a decision that they may not read, it is none."""
    await store_decisions(harness, make_decision(1, people=("U1", "U2"), place=place))
    services = harness.services
    attempts = (
        services.decisions.accept(CAT, 1, None, PUBLIC),
        services.decisions.hand_over(CAT, 1, ("U3",), PUBLIC),
        services.decisions.find_for(CAT, 1, DecisionAction.WITHDRAW, PUBLIC),
        services.decisions.withdraw(CAT, 1, "no"),
        services.perspectives.ask(CAT, 1, ["U4"], PUBLIC),
        services.perspectives.nudge(CAT, 1, PUBLIC),
    )
    for attempt in attempts:
        with pytest.raises(NoSuchDecision):
            await attempt


async def test_a_press_elsewhere_does_not_confirm_an_announcement(
    harness: ServiceHarness,
) -> None:
    """An unconfirmed announcement is found by a press in its own channel only."""
    made = await harness.post_decision()
    key = announcement_key(made)

    def lose(db: Connection) -> None:
        db.update("deliveries", {"state": DeliveryState.UNKNOWN.value}, key=key)

    await harness.write(lose)
    for channel in ("C2", "D1"):
        await harness.services.decisions.confirm_announcement(BEN, 1, channel, "1.1", "other")
    announced = await harness.read(by_key, key)
    assert announced is not None
    assert announced.state is DeliveryState.UNKNOWN
    await harness.services.decisions.confirm_announcement(ADA, 1, "C1", "1.1", "product")
    announced = await harness.read(by_key, key)
    assert announced is not None
    assert (announced.state, announced.sent_channel) == (DeliveryState.SENT, "C1")
