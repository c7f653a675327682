"""Logging: one line an event, never a message's text, a token or a request body."""

import logging
import sys
import traceback
from enum import Enum
from pathlib import Path

import structlog
from slack_sdk.errors import SlackApiError
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.slackkit.api_errors import api_error_of

_PACKAGE = Path(__file__).parent
_MOST_PLACES = 6
"""Places of a traceback that are logged, the innermost first."""


def configure_logs(level: int) -> None:
    """Write the bot's logs and the libraries' warnings to stderr, in one format.

    Args:
        level: the lowest level to write, from `logging`.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _error_without_content,
        _one_line,
    ]
    written = structlog.processors.KeyValueRenderer(
        key_order=["timestamp", "level", "event"], sort_keys=False
    )
    structlog.configure(
        processors=[*shared, written],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    # The libraries log request bodies at INFO and DEBUG, and Bolt logs unhandled requests as
    # warnings. None of them may be written.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, written],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)


def _error_without_content(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace a traceback by the types of the errors and the places in the code.

    The message of an error may repeat what a request contained.
    """
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    elif error is True:
        error = sys.exc_info()[1]
    if not isinstance(error, BaseException):
        return event
    event["error"] = _types(error)
    if isinstance(error, SlackApiError):
        event["slack"] = api_error_of(error).error
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if Path(each.filename).is_relative_to(_PACKAGE)] or frames
    places = [f"{Path(each.filename).name}:{each.lineno}" for each in reversed(ours)]
    event["at"] = " ".join(places[:_MOST_PLACES])
    return event


def _types(error: BaseException) -> str:
    names = [type(error).__name__]
    while (cause := error.__cause__ or error.__context__) is not None and len(names) < _MOST_PLACES:
        names.append(type(cause).__name__)
        error = cause
    return " < ".join(names)


def _one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep the first line of a library's message; write enumerations as the database does."""
    event["event"] = str(event.get("event", "")).partition("\n")[0]
    return {key: value.value if isinstance(value, Enum) else value for key, value in event.items()}
