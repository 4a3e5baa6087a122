"""The outcome log as a table for whoever makes reports. docs/outcomes.md says what each column means.

Rows come in the order of their random ids, so that the order says nothing about when.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from sqlalchemy import Connection, select

from ivr.outcomes.tables import outcomes
from ivr.store.tables import lines

COLUMNS = (
    "id", "line", "date", "band", "language", "path", "need", "ending", "missed", "attempts", "wait", "duration",
    "filled_in", "contact_type", "issue", "distress_before", "distress_after", "asked_about_suicide", "risk",
    "action", "follow_up", "test",
)  # fmt: skip
AT_A_TIME = 1000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows_to_export(
    connection: Connection,
    *,
    from_date: str = "",
    to_date: str = "",
    line_id: str = "",
    with_tests: bool = False,
) -> Iterator[dict[str, str]]:
    """Every outcome of these days (inclusive, such as 2026-03-01; empty: without an end) and of this line, as text."""
    query = select(outcomes, lines.c.name.label("line")).outerjoin(lines, lines.c.id == outcomes.c.line_id)
    if from_date:
        query = query.where(outcomes.c.date >= from_date)
    if to_date:
        query = query.where(outcomes.c.date <= to_date)
    if line_id:
        query = query.where(outcomes.c.line_id == line_id)
    if not with_tests:
        query = query.where(outcomes.c.test.is_(False))
    found = connection.execution_options(yield_per=AT_A_TIME).execute(query.order_by(outcomes.c.id))
    for row in found.mappings():
        yield {name: _as_text(row[name]) for name in COLUMNS}


def as_csv(rows: Iterator[dict[str, str]]) -> Iterator[str]:
    """Lines of a CSV file: the header, then one for each row."""
    yield _line(list(COLUMNS))
    for row in rows:
        yield _line([row[name] for name in COLUMNS])


def _line(values: list[str]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    # A spreadsheet must not take what somebody has called a line for a formula.
    return f"'{text}" if text.startswith(_FORMULA) else text
