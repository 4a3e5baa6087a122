"""The table of doors as it stands in docs/doors.md, and as the code would write it."""

from __future__ import annotations

import re
from typing import NamedTuple

from flask import Flask

from ivr.console.doors import DOORS, Door, Who
from tests.architecture.test_repository import ROOT

PAGE = ROOT / "docs" / "doors.md"
ROW = re.compile(
    r"^\| `(?P<address>[^`]+)` \| (?P<methods>[A-Z ]+) \| (?P<who>[^|]+) \| (?P<why>[^|]+) \|$", re.MULTILINE
)
EVEN_WITHOUT_CODES = ", even without codes"


class Row(NamedTuple):
    """One line of the table."""

    address: str
    methods: frozenset[str]
    who: str
    why: str


def written() -> list[Row]:
    """What people can read."""
    return [
        Row(found["address"], frozenset(found["methods"].split()), found["who"], found["why"])
        for found in ROW.finditer(PAGE.read_text("utf-8"))
    ]


def in_code(app: Flask) -> list[Row]:
    """What the application does, in the order of the addresses."""
    rows = [
        Row(rule.rule, door.methods, who_in_words(door), door.why)
        for rule in app.url_map.iter_rules()
        if (door := DOORS.get(rule.endpoint)) is not None
    ]
    return sorted(rows)


def who_in_words(door: Door) -> str:
    """Who may come in, as the table says it."""
    if isinstance(door.who, Who):
        return door.who.value + (EVEN_WITHOUT_CODES if door.without_codes else "")
    return ", ".join(sorted(role.value for role in door.who))


def as_text(rows: list[Row]) -> str:
    """The table as it has to stand in docs/doors.md."""
    return "\n".join(f"| `{r.address}` | {' '.join(sorted(r.methods))} | {r.who} | {r.why} |" for r in rows)
