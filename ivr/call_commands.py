"""`warmline calls`: what is kept of calls, for people who look after a line."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from typing import Any

import click

from ivr.calls.kept import kept_calls
from ivr.settings import load_settings
from ivr.store.engine import reading
from ivr.wiring import wire

COLUMNS = (("day", "date"), ("hours", "band"), ("language", "language"), ("minutes", "duration"))
ENDS = {"goodbye": "came to its goodbye", "hung_up": "hung up", "lost": "end never reported"}
LEFT = {"invalid": "wrong key", "hung_up": "hung up", "unconnected": "nobody answered"}


@click.command()
@click.option("--most", default=20, show_default=True, help="How many calls to show.")
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON document a line.")
def calls(most: int, as_json: bool) -> None:
    """Show what is kept of calls: no number, no exact time."""
    with reading(wire(load_settings()).database) as connection:
        found = kept_calls(connection, most)
    if as_json:
        for call in found:
            click.echo(json.dumps(call, ensure_ascii=False))
    elif found:
        click.echo("\n".join(_table(found)))
    else:
        click.echo("No call is kept yet. A call stands here once it is over.")


def _table(found: Sequence[dict[str, Any]]) -> list[str]:
    rows = [[heading for heading, _ in COLUMNS] + ["ended"], *(_row(call) for call in found)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)] + [0]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in rows]
    table = [lines[0]]
    for call, line in zip(found, lines[1:], strict=True):
        table += ["", line, *_details(call)]
    return table


def _row(call: dict[str, Any]) -> list[str]:
    end = ENDS.get(call["ended"], call["ended"]) + (" (test)" if call["test"] else "")
    return [str(call[name] or "none") for _, name in COLUMNS] + [end]


def _details(call: dict[str, Any]) -> list[str]:
    steps = [_step(visit) for visit in call["visits"]]
    noted = [f"{note['name']}: {note['value']}" for note in call["notes"]]
    return [
        *textwrap.wrap(" → ".join(steps), 100, initial_indent="    ", subsequent_indent="    "),
        *([f"    noted: {', '.join(noted)}"] if noted else []),
    ]


def _step(visit: dict[str, Any]) -> str:
    """A screen, how it was left, and after how many seconds."""
    left = f"key {visit['key']}" if visit["key"] else LEFT.get(visit["left_by"], visit["left_by"])
    heard = ""
    if visit["completed"] is not None:
        heard = ", heard" if visit["completed"] else ", not heard to the end"
    return f"{visit['node']} ({left}, {visit['seconds']} s{heard})"
