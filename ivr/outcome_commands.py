"""`warmline outcomes`: the anonymised outcome log, for whoever makes reports."""

from __future__ import annotations

from datetime import date

import click

from ivr.outcomes.export import as_csv, rows_to_export
from ivr.publishing.lines import all_lines
from ivr.settings import load_settings
from ivr.store.engine import reading
from ivr.wiring import wire


class Day(click.ParamType[str]):
    """A date such as 2026-03-01."""

    name = "date"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The same, or a word on what is wrong."""
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            return str(self.fail(f"{value} isn't a date such as 2026-03-01.", param, ctx))


@click.group()
def outcomes() -> None:
    """What talks came to: one anonymous row for each callback."""


@outcomes.command()
@click.option("--from", "from_date", type=Day(), help="The first day, such as 2026-03-01.")
@click.option("--to", "to_date", type=Day(), help="The last day.")
@click.option("--line", "line_name", default="", help="One line alone: its number, or what staff call it.")
@click.option("--with-tests", is_flag=True, help="Also the callbacks of test calls, which are left out else.")
def export(from_date: str | None, to_date: str | None, line_name: str, with_tests: bool) -> None:
    """Write all outcomes as CSV. docs/outcomes.md explains every column and code."""
    with reading(wire(load_settings()).database) as connection:
        known = {name: line.id for line in all_lines(connection) for name in (line.number, line.name)}
        if line_name and line_name not in known:
            raise click.ClickException(f"There is no line {line_name}. `warmline line list` shows all lines.")
        rows = rows_to_export(
            connection,
            from_date=from_date or "",
            to_date=to_date or "",
            line_id=known.get(line_name, ""),
            with_tests=with_tests,
        )
        for text in as_csv(rows):
            click.echo(text, nl=False)
