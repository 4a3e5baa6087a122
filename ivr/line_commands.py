"""Commands for lines, for publishing, and for the directory."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from flows.load import load_pack
from ivr.publishing.gate import NotReadyForAir, in_one_line, prepare, publish, warnings_about
from ivr.publishing.hours import ALWAYS
from ivr.publishing.lines import Line, LineUnusable, all_lines, find_line, save_line
from ivr.publishing.promises import promise_in_words, promises_calls
from ivr.publishing.releases import all_published
from ivr.settings import load_settings
from ivr.store.migrate import migrate as apply_migrations
from ivr.vault.errors import VaultOutOfReach
from ivr.wiring import make_emergency_screens, wire

HOW_TO_TRY = """Recordings can't be brought in yet: that comes with the recording room.
To try a number now, in a synthesised voice:
  WARMLINE_DEMO=yes warmline demo-voice {folder}
  WARMLINE_DEMO=yes warmline publish {folder} --line {line}"""


@click.command()
def migrate() -> None:
    """Bring the database's tables up to date."""
    wiring = wire(load_settings())
    apply_migrations(wiring.database)
    try:
        wiring.vault.key_store.prepare()
    except VaultOutOfReach:
        sys.exit("The tables of the data are up to date; the key store doesn't answer: docs/keys.md")
    click.echo("The tables are up to date.")


@click.group()
def line() -> None:
    """The numbers callers ring."""


@line.command("add")
@click.argument("number")
@click.option("--name", required=True, help="What staff call this line.")
@click.option("--country", required=True, help="Two letters, such as KE.")
@click.option("--time-zone", required=True, help="Such as Africa/Nairobi.")
@click.option("--emergency-number", required=True, help="What callers in danger should ring, such as 112.")
@click.option("--provider", default="twilio", show_default=True)
@click.option("--open-hours", default=ALWAYS, help='Such as {"mon": ["08:00-17:00"]}; nothing means always.')
@click.option("--dial-emergency", is_flag=True, help="`connect: emergency` may dial the emergency number.")
def add(
    number: str,
    name: str,
    country: str,
    time_zone: str,
    emergency_number: str,
    provider: str,
    open_hours: str,
    dial_emergency: bool,
) -> None:
    """Add a line, or change the one with this number."""
    wiring = wire(load_settings())
    if provider not in wiring.dialects:
        sys.exit(
            f"The provider {provider!r} isn't set up; set up are: {', '.join(wiring.dialects) or 'none'}."
        )
    wanted = Line(
        "", number, name, provider, None, country, time_zone, emergency_number, open_hours, dial_emergency
    )
    try:
        with wiring.database.begin() as connection:
            save_line(connection, wanted)
    except LineUnusable as error:
        sys.exit(str(error))
    make_emergency_screens(wiring)
    click.echo(f"{name} is set up. Put it on air with: warmline publish FOLDER --line {number}")


@line.command("list")
def list_lines() -> None:
    """Show every line and whether it is on air."""
    wiring = wire(load_settings())
    with wiring.database.connect() as connection:
        found, published = all_lines(connection), all_published(connection)
    if not found:
        click.echo("No line yet. Add one with: warmline line add NUMBER --name …")
    for one in found:
        release = published.get(one.release_id or "")
        state = "not on air"
        if release is not None:
            state = f"on air with {release.pack}, published on {release.on} ({one.release_id})"
        click.echo(f"{one.number}  {one.name}  ({one.provider}, {one.country}, {one.time_zone}): {state}")


@click.command("publish")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--line", "numbers", multiple=True, required=True, help="The line's number; may be given again."
)
def publish_pack(folder: Path, numbers: tuple[str, ...]) -> None:
    """Check a pack and put it on air. Calls under way keep what they began with."""
    settings = load_settings()
    wiring = wire(settings)
    loaded = load_pack(folder)
    if loaded.pack is None:
        sys.exit("The pack can't be read. See: warmline flow check " + str(folder))
    with wiring.database.connect() as connection:
        unknown = [number for number in numbers if find_line(connection, number) is None]
    if unknown:
        sys.exit(f"No such line: {', '.join(unknown)}. Add it with: warmline line add")
    try:
        release = prepare(loaded.pack, wiring.library, demo_allowed=settings.demo)
    except NotReadyForAir as error:
        click.echo("Not published. What stands in the way:", err=True)
        for reason in error.reasons:
            click.echo(f"  - {reason}", err=True)
        if error.unrecorded:
            click.echo(HOW_TO_TRY.format(folder=folder, line=numbers[0]), err=True)
        sys.exit(1)
    publish(wiring.database, release, numbers, datetime.now(UTC).date())
    make_emergency_screens(wiring)
    click.echo(f"{loaded.pack.id} is on air as {release.id} on {', '.join(numbers)}.")
    if promises_calls(loaded.pack):
        click.echo(promise_in_words(settings.public_url))
    warnings = warnings_about(release)
    if warnings:
        click.echo("Callers are answered. What would be easier for them:")
    for warning in warnings:
        click.echo(f"  - {in_one_line(warning)}")
