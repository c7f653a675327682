"""Logging: one line an event, never a message's text, a token or a request body."""

import logging
import sys
from enum import Enum

import structlog
from structlog.typing import EventDict, WrappedLogger


def configure_logs(level: int) -> None:
    """Write the bot's logs and the libraries' warnings to stderr.

    Args:
        level: the lowest level to write, from `logging`.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _enum_values,
            structlog.processors.KeyValueRenderer(
                key_order=["timestamp", "level", "event"], sort_keys=False
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    # The libraries log request bodies at INFO and DEBUG, and Bolt logs unhandled requests as
    # warnings. None of them may be written.
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)


def _enum_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace each member of an enumeration by its value, which is what the database holds."""
    return {key: value.value if isinstance(value, Enum) else value for key, value in event.items()}
