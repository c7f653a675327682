"""What a line of the log looks like."""

import logging

import pytest
import structlog

from bot.logs import configure_logs
from bot.outbox.failures import FailureClass


def test_an_enumeration_is_logged_by_its_value(capsys: pytest.CaptureFixture[str]) -> None:
    """A member of an enumeration appears as the text that the database holds."""
    configure_logs(logging.WARNING)
    structlog.get_logger().warning("a delivery failed", failure=FailureClass.UNKNOWN, attempts=1)
    line = capsys.readouterr().err
    assert line.endswith("event='a delivery failed' failure='unknown' attempts=1\n")


def _raised(error: Exception) -> Exception:
    """Return an error with the place where it was raised."""
    try:
        raise error
    except ValueError as caught:
        return caught


def test_an_error_is_logged_without_its_content(capsys: pytest.CaptureFixture[str]) -> None:
    """An error is one line: its types and where it happened, but not what it says."""
    configure_logs(logging.WARNING)
    error = ValueError("canary again")
    error.__cause__ = KeyError("canary")
    structlog.get_logger().error("a request failed", exc_info=_raised(error))
    (line,) = capsys.readouterr().err.splitlines()
    assert "canary" not in line
    assert "error='ValueError < KeyError' at='test_logs.py:" in line


def test_libraries_log_in_the_same_format(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A warning of a library is one line in the bot's format, without examples of code."""
    monkeypatch.setattr(logging.root, "handlers", [])
    configure_logs(logging.WARNING)
    logging.getLogger("slack_sdk.web").warning("The session is closed.\n  app = AsyncApp()\n")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("timestamp='")
    assert "level='warning' event='The session is closed.' logger='slack_sdk.web'" in line
