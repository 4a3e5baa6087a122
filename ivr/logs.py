"""Logs: one line of JSON an event, and never anything that looks like a phone number."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

HIDDEN = "•••"

_READABLE = (
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[T ][0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,6})?)?(?:Z|[+-][0-2][0-9]:?[0-5][0-9])?)?"
)
_PLUS = r"(?:\+|%(?:25)*2[bB]|\\u002[bB])"
_BETWEEN = (
    r"(?:[\s().\-/‐-―−]|\\xa0|\\u00a0|%(?:25)*(?:20|28|29|2[dDeEfF]|[cC]2%(?:25)*[aA]0)|(?<!\s)\+){0,4}"
)
_DIGITS = rf"(?:[0-9]{_BETWEEN}){{6,17}}[0-9]"
# After a percent-encoded character a number begins as well as after a blank.
_BEGINNING = r"(?:(?<![0-9A-Za-z])|(?<=%[0-9A-Fa-f]{2}))"
_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])(?P<readable>{_READABLE})(?![0-9A-Za-z])"
    rf"|{_PLUS}{_BETWEEN}{_DIGITS}(?![0-9])"
    rf"|{_BEGINNING}{_DIGITS}(?![0-9A-Za-z])"
)
_SMALLEST_LIKE_A_NUMBER = 10**8
"""Seconds of a year or bytes of a clip are below it; the numbers of phones, with their country, are not."""


def hide_numbers(text: str) -> str:
    """The text with everything that looks like a phone number hidden. Times and random ids stay readable."""
    return _NUMBER.sub(lambda found: found["readable"] or HIDDEN, text)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hides numbers in everything an event holds, however deep; the last step before it is written."""
    for key, value in event.items():
        if key != "timestamp":
            event[key] = _without_numbers(value)
    return event


def _without_numbers(value: Any) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return HIDDEN if abs(value) >= _SMALLEST_LIKE_A_NUMBER else value
    if isinstance(value, str):
        return hide_numbers(value)
    if isinstance(value, Mapping):
        return {hide_numbers(str(name)): _without_numbers(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_without_numbers(part) for part in value]
    return hide_numbers(repr(value))


class _Redacting(logging.Formatter):
    """The same for logs of libraries, tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        record.msg, record.args = hide_numbers(record.getMessage()), ()
        return super().format(record)

    def formatException(self, ei: Any) -> str:
        return hide_numbers(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        return hide_numbers(super().formatStack(stack_info))


def set_up_logs(level: str) -> None:
    """Sends all logs to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
