"""Logs for the operator: one line an event, never a message's text, a token or a body."""

import logging
import sys

import structlog


def configure_logs(level: int) -> None:
    """Send the house's logs, and the libraries' warnings, to standard error.

    Args:
        level: the least level shown, as in `logging`.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(
                key_order=["timestamp", "level", "event"], sort_keys=False
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    # The libraries log request bodies at INFO and DEBUG, and Bolt those that it cannot place as a
    # warning; none of that is the operator's business.
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
