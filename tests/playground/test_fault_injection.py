"""Faults: whom they meet, how often, how long."""

from datetime import timedelta

import pytest

from bot.playground import Playground


@pytest.fixture
def playground() -> Playground:
    return Playground()


def test_a_fault_meets_the_methods_of_its_pattern(playground: Playground) -> None:
    """A pattern picks methods; other methods and other kinds are left alone."""
    playground.faults.add("server_error", method="chat.*")
    assert playground.faults.take("server_error", "chat.update")
    assert not playground.faults.take("server_error", "views.open")
    assert not playground.faults.take("latency", "chat.update")


def test_a_fault_ends_after_its_count(playground: Playground) -> None:
    """With a count of two, the third request is spared."""
    playground.faults.add("latency", count=2)
    taken = [playground.faults.take("latency", "auth.test") for _ in range(3)]
    assert [fault is not None for fault in taken] == [True, True, False]
    assert playground.faults.active() == []


def test_a_fault_ends_after_its_time(playground: Playground) -> None:
    """A lasting fault is over when the workspace's clock has passed its end."""
    playground.faults.add("server_error", duration=timedelta(minutes=5))
    playground.advance(minutes=4)
    assert playground.faults.take("server_error")
    playground.advance(minutes=2)
    assert not playground.faults.take("server_error")


def test_all_faults_can_be_cleared(playground: Playground) -> None:
    """After clear none is left, and an unknown kind can't be added."""
    playground.faults.add("drop_after")
    playground.faults.clear()
    assert playground.faults.active() == []
    with pytest.raises(ValueError, match="there are latency"):
        playground.faults.add("flood")  # type: ignore[arg-type] - the point of the test


def test_the_next_trigger_can_be_made_to_expire(playground: Playground) -> None:
    """expire_trigger spoils one trigger_id and leaves the one after it."""
    playground.faults.add("expire_trigger", count=1)
    ada = playground.user("ada").user
    made = [playground.workspace.new_trigger(ada) for _ in range(2)]
    assert [playground.workspace.triggers[t].expired for t in made] == [True, False]
