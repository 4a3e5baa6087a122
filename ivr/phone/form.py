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
        return [_field(part) for part in text.split("&") if part]
    except UnicodeError:
        raise NotAForm("not text") from None


def _field(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return (_plain(name), _plain(value)) if "%" in part else (name, value)


def _plain(text: str) -> str:
    # Most of what is escaped is the plus sign of a number.
    text = text.replace("%2B", "+")
    return unquote(text, errors="strict") if "%" in text else text
