"""Logs: one line of JSON an event, and never anything that looks like a phone number."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:\+|%2B)?(?:[0-9][ ().-]?){6,14}[0-9](?![0-9A-Za-z])")
HIDDEN = "•••"


def hide_numbers(text: str) -> str:
    """The text with everything that looks like a phone number hidden."""
    return _NUMBER.sub(HIDDEN, text)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hides numbers in every text of an event; the last step before it is written."""
    for key, value in event.items():
        if isinstance(value, str) and key != "timestamp":
            event[key] = hide_numbers(value)
    return event


class _Redacting(logging.Formatter):
    """The same for logs of libraries, tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        record.msg, record.args = hide_numbers(record.getMessage()), ()
        return super().format(record)

    def formatException(self, ei: Any) -> str:
        return hide_numbers(super().formatException(ei))


def set_up_logs(level: str) -> None:
    """Sends all logs to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(_standard_error()),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def _standard_error() -> Any:
    import sys

    return sys.stderr
