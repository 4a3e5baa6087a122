"""The directory on the command line, as long as staff have no page for it."""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path
from typing import TextIO, get_args

import click

from ivr.settings import load_settings
from ivr.wiring import wire
from referrals.directory import replace_directory
from referrals.model import Listing, Service

COLUMNS = ("id", "need", "area", "prompts", "listing", "verified_on")


class ListUnreadable(ValueError):
    """A list of services can't be read. The message has a line for each mistake. Permanent until corrected."""


@click.group()
def services() -> None:
    """The help that callers are told of."""


@services.command("replace")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def replace(file: Path) -> None:
    """Put a list (CSV: id, need, area, prompts, listing, verified_on) in the place of the one before."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            listed = read_services(opened)
    except (ListUnreadable, UnicodeDecodeError) as error:
        sys.exit(f"Nothing was changed, because the list can't be read:\n{error}")
    with wire(load_settings()).database.begin() as connection:
        count = replace_directory(connection, listed)
    click.echo(f"The directory holds {count} services now.")


def read_services(lines: TextIO) -> list[Service]:
    """The services of a CSV file; prompts are separated by spaces. Raises ListUnreadable, naming every mistake."""
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise ListUnreadable(f"The first line must name the columns; missing: {', '.join(missing)}.")
    found, mistakes = [], []
    for row in reader:
        try:
            found.append(_service(row))
        except ValueError as error:
            mistakes.append(f"line {reader.line_num}: {error}")
    doubled = {service.id for service in found if [other.id for other in found].count(service.id) > 1}
    mistakes += [f"{name} is listed more than once." for name in sorted(doubled)]
    if mistakes:
        raise ListUnreadable("\n".join(mistakes))
    return found


def _service(row: dict[str, str | None]) -> Service:
    values = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if not values["id"] or not values["need"] or not values["prompts"].split():
        raise ListUnreadable("id, need and prompts must not be empty.")
    for known in get_args(Listing):
        if values["listing"] == known:
            break
    else:
        raise ListUnreadable(
            f"listing must be one of {', '.join(get_args(Listing))}, not {values['listing']!r}."
        )
    try:
        verified_on = date.fromisoformat(values["verified_on"])
    except ValueError:
        raise ListUnreadable(
            f"verified_on must look like 2026-03-01, not {values['verified_on']!r}."
        ) from None
    prompts = tuple(values["prompts"].split())
    return Service(values["id"], values["need"], values["area"], prompts, known, verified_on)
