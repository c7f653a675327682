"""Faults: affected methods, count, duration."""

from datetime import timedelta

import pytest

from bot.playground import Playground


@pytest.fixture
def playground() -> Playground:
    return Playground()


def test_a_fault_affects_the_methods_of_its_pattern(playground: Playground) -> None:
    """A pattern selects methods; other methods and other kinds are not affected."""
    playground.faults.add("server_error", method="chat.*")
    assert playground.faults.take("server_error", "chat.update")
    assert not playground.faults.take("server_error", "views.open")
    assert not playground.faults.take("latency", "chat.update")


def test_a_fault_ends_after_its_count(playground: Playground) -> None:
    """With a count of two, the third request is not affected."""
    playground.faults.add("latency", count=2)
    taken = [playground.faults.take("latency", "auth.test") for _ in range(3)]
    assert [fault is not None for fault in taken] == [True, True, False]
    assert playground.faults.active() == []


def test_a_fault_ends_after_its_duration(playground: Playground) -> None:
    """A fault with a duration ends when the clock has passed it."""
    playground.faults.add("server_error", duration=timedelta(minutes=5))
    playground.advance(minutes=4)
    assert playground.faults.take("server_error")
    playground.advance(minutes=2)
    assert not playground.faults.take("server_error")


def test_all_faults_can_be_cleared(playground: Playground) -> None:
    """After clear there is no fault, and a fault of unknown kind can't be added."""
    playground.faults.add("drop_after")
    playground.faults.clear()
    assert playground.faults.active() == []
    with pytest.raises(ValueError, match="there are latency"):
        playground.faults.add("flood")  # type: ignore[arg-type] - the point of the test


def test_a_fault_expires_the_next_trigger(playground: Playground) -> None:
    """expire_trigger with a count of one affects one trigger_id and not the next one."""
    playground.faults.add("expire_trigger", count=1)
    ada = playground.user("ada").user
    made = [playground.workspace.new_trigger(ada) for _ in range(2)]
    assert [playground.workspace.triggers[t].expired for t in made] == [True, False]
