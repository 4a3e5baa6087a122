"""The fields of a posted form, as they were sent: empty ones and repeated ones too.

The same as the standard library's `parse_qsl`, which costs several times as much because it is prepared for more than
forms; a property test holds the two together.
"""

from __future__ import annotations

from urllib.parse import unquote

MOST_FIELDS = 200


class NotAForm(ValueError):
    """A body isn't a form, or holds more than any provider sends. Permanent: the same request stays unreadable."""


def read_form(body: bytes) -> list[tuple[str, str]]:
    """The fields in their order. Raises NotAForm."""
    if body.count(b"&") >= MOST_FIELDS:
        raise NotAForm("too many fields")
    try:
        text = body.decode("ascii")
        if "+" in text:
            text = text.replace("+", " ")
        # Most of what is escaped is the plus sign of a number, and one never ends a name or a value.
        text = text.replace("%2B", "+")
        read = _escaped if "%" in text else _plain
        return [read(part) for part in text.split("&") if part]
    except UnicodeError:
        raise NotAForm("not text") from None


def _escaped(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    if "%" not in part:
        return name, value
    return unquote(name, errors="strict"), unquote(value, errors="strict")


def _plain(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name, value
