"""What a line of the log looks like."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import configure_logs
from bot.outbox.failures import FailureClass


@pytest.fixture(autouse=True)
def defaults_afterwards() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_an_enumeration_is_logged_by_its_value(capsys: pytest.CaptureFixture[str]) -> None:
    """A member of an enumeration appears as the text that the database holds."""
    configure_logs(logging.WARNING)
    structlog.get_logger().warning("a delivery failed", failure=FailureClass.UNKNOWN, attempts=1)
    line = capsys.readouterr().err
    assert line.endswith("event='a delivery failed' failure='unknown' attempts=1\n")
