"""Logs: one line of JSON an event, and never anything that looks like a phone number."""

from __future__ import annotations

import logging
import re
import sys
import unicodedata
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

HIDDEN = "•••"

_READABLE = (
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|(?:[A-Z]{2})?[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}"
    r"|(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[T ][0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,6})?)?(?:Z|[+-][0-2][0-9]:?[0-5][0-9])?)?"
)
_READABLE_WORD = rf"(?<![0-9A-Za-z])(?:{_READABLE})(?![0-9A-Za-z])"
_PLUS = r"(?:\+|%(?:25)*2[bB]|\\u002[bB])"
_UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff"
"""Blanks of no width and marks of direction, which come along when a number is copied from a page."""

_BETWEEN = (
    rf"(?:[\s()._\-/‐-―−{_UNSEEN}]|\\xa0|\\xad|\\u(?:00a0|00ad|20[0-6][0-9a-f]|feff)|(?<=[0-9]),(?=[0-9])"
    r"|%(?:25)*(?:20|28|29|2[dDeEfF]|[cC]2%(?:25)*[aA][0dD]|[eE]2%(?:25)*8[01]%(?:25)*[89aA][0-9a-fA-F])"
    r"|(?<!\s)\+){0,4}"
)
_DIGIT = rf"(?!{_READABLE_WORD})[0-9]"
_SEVEN_OR_MORE = rf"(?:{_DIGIT}{_BETWEEN}){{6,}}{_DIGIT}"
# Seven digits beside one of these letters are as likely a part of a short random id. After a percent-encoded character
# a number begins all the same.
_BEGINNING = r"(?:(?<![0-9a-f])|(?<=%[0-9A-Fa-f]{2}))"
_NUMBER = re.compile(
    rf"(?P<readable>{_READABLE_WORD})"
    rf"|{_PLUS}{_BETWEEN}(?:[0-9]{_BETWEEN}){{6,}}[0-9]"
    rf"|(?<![0-9]){_DIGIT}{_BETWEEN}{_SEVEN_OR_MORE}"
    rf"|{_BEGINNING}{_SEVEN_OR_MORE}(?![0-9a-f])"
)
_SMALLEST_LIKE_A_NUMBER = 10**8
"""Seconds of a year or bytes of a clip are below it; the numbers of phones, with their country, are not."""


def hide_numbers(text: str) -> str:
    """The text with everything that looks like a phone number hidden, in the digits of whatever script and glued to
    whatever letters. Times and random ids stay readable.
    """
    plain = text if text.isascii() else "".join(map(ascii_digit, text))
    parts, end = [], 0
    for found in _NUMBER.finditer(plain):
        if not found["readable"]:
            parts += [text[end : found.start()], HIDDEN]
            end = found.end()
    return "".join([*parts, text[end:]])


def ascii_digit(character: str) -> str:
    """A digit of any script as one of ours; any other character as it is."""
    value = unicodedata.digit(character, None)
    return character if value is None else str(value)


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
    """The same for logs of libraries, tracebacks too, whatever their own formatter makes of a line."""

    def __init__(self, own: logging.Formatter) -> None:
        super().__init__()
        self._own = own

    def format(self, record: logging.LogRecord) -> str:
        record.msg, record.args = hide_numbers(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = self._own.formatException(record.exc_info)
        record.exc_text = hide_numbers(record.exc_text) if record.exc_text else None
        record.stack_info = hide_numbers(record.stack_info) if record.stack_info else None
        return self._own.format(record)


def set_up_logs(level: str) -> None:
    """Sends all logs to standard error. A web server has set up its own before it loads us; that one hides numbers
    from here on as well: it writes down what it can't read of a request, and a caller's number may be in that.
    """
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
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for found in _handlers():
        if not isinstance(found.formatter, _Redacting):
            found.setFormatter(_Redacting(found.formatter or logging.Formatter()))


def _handlers() -> list[logging.Handler]:
    """Those of every log of this process."""
    loggers = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    return [handler for log in loggers if isinstance(log, logging.Logger) for handler in log.handlers]
