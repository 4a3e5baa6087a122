"""Commands for lines, for publishing, and for the directory."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import click

from flows.load import load_pack
from ivr.audit.deeds import Deed
from ivr.audit.log import COMMAND_LINE
from ivr.people.reachable import anybody_can_be_rung
from ivr.publishing.flash import can_ring_back, unable_to_ring_back
from ivr.publishing.gate import NotReadyForAir, in_one_line, prepare, publish, warnings_about
from ivr.publishing.hours import ALWAYS
from ivr.publishing.lines import Line, LineUnusable, all_lines, find_line, save_line
from ivr.publishing.promises import promise_in_words, promises_calls
from ivr.publishing.releases import all_published
from ivr.settings import load_settings
from ivr.store.engine import reading
from ivr.store.migrate import migrate as apply_migrations
from ivr.vault.errors import VaultOutOfReach
from ivr.wiring import Wiring, make_emergency_screens, wire

HOW_TO_TRY = """Record it at {address}/console/library, by phone, or bring files in with: warmline audio import FOLDER
To try a number now, in a synthesised voice:
  WARMLINE_DEMO=yes warmline demo-voice {folder}
  WARMLINE_DEMO=yes warmline publish {folder} --line {line}"""


FLASH_MEANS = """It rejects every call, which costs callers nothing, and rings them back: only in the countries that you
call (WARMLINE_CALLBACK_COUNTRIES), and never a phone that hides its number. See docs/missed-calls.md."""


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
@click.option(
    "--flash/--no-flash", default=False, help="Reject every call, free of charge, and ring the caller back."
)
def add(
    number: str,
    name: str,
    country: str,
    time_zone: str,
    emergency_number: str,
    provider: str,
    open_hours: str,
    dial_emergency: bool,
    flash: bool,
) -> None:
    """Add a line, or change the one with this number."""
    wiring = wire(load_settings())
    if provider not in wiring.dialects:
        sys.exit(
            f"The provider {provider!r} isn't set up; set up are: {', '.join(wiring.dialects) or 'none'}."
        )
    wanted = Line(
        "",
        number,
        name,
        provider,
        None,
        country,
        time_zone,
        emergency_number,
        open_hours,
        dial_emergency,
        flash,
    )
    try:
        with wiring.database.begin() as connection:
            saved = save_line(connection, wanted)
            _refuse_flash_without_words(wiring, [saved])
    except LineUnusable as error:
        sys.exit(str(error))
    make_emergency_screens(wiring)
    click.echo(f"{name} is set up. Put it on air with: warmline publish FOLDER --line {number}")
    if flash:
        click.echo(FLASH_MEANS)


def _refuse_flash_without_words(wiring: Wiring, lines: Iterable[Line]) -> None:
    """Raises LineUnusable where one in flash mode would have nothing to say to whoever picks up."""
    for one in lines:
        if one.flash:
            release = wiring.releases.readable(one.release_id)
            if release is not None and not can_ring_back(release):
                raise LineUnusable(unable_to_ring_back(release.pack))


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
        if one.flash:
            state += ", rings missed calls back"
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
        found = {number: find_line(connection, number) for number in numbers}
    unknown = [number for number, one in found.items() if one is None]
    if unknown:
        sys.exit(f"No such line: {', '.join(unknown)}. Add it with: warmline line add")
    today = datetime.now(UTC).date()
    wiring.recording.drafts.bring(loaded.pack, today)
    try:
        release = prepare(loaded.pack, wiring.library, demo_allowed=settings.demo)
    except NotReadyForAir as error:
        click.echo("Not published. What stands in the way:", err=True)
        for reason in error.reasons:
            click.echo(f"  - {reason}", err=True)
        if error.unrecorded:
            click.echo(
                HOW_TO_TRY.format(address=settings.public_url, folder=folder, line=numbers[0]), err=True
            )
        sys.exit(1)
    if any(one is not None and one.flash for one in found.values()) and not can_ring_back(release):
        sys.exit(unable_to_ring_back(loaded.pack))
    names = ", ".join(one.name for one in found.values() if one is not None)
    told = {"pack": loaded.pack.id, "lines": names}
    publish(
        wiring.database,
        release,
        numbers,
        today,
        lambda connection: wiring.audit.append(
            connection,
            at=wiring.clock(),
            who=COMMAND_LINE,
            deed=Deed.PUT_ON_AIR,
            about=release.id,
            details=told,
        ),
    )
    make_emergency_screens(wiring)
    click.echo(f"{loaded.pack.id} is on air as {release.id} on {', '.join(numbers)}.")
    with reading(wiring.database) as connection:
        kept = anybody_can_be_rung(connection)
    if promises_calls(loaded.pack) and not kept:
        click.echo(promise_in_words(settings.public_url))
    warnings = warnings_about(release)
    if warnings:
        click.echo("Callers are answered. What would be easier for them:")
    for warning in warnings:
        click.echo(f"  - {in_one_line(warning)}")
