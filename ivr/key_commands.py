"""`warmline keys`: making the master key, replacing it, and seeing how the keys are. No secret is printed, save a new
key for an installation that keeps it in its environment."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

import click

from ivr.audit.deeds import Deed
from ivr.audit.log import COMMAND_LINE
from ivr.operations.facts_vault import in_words
from ivr.settings import Settings, load_settings, read_settings
from ivr.vault.errors import RotationUnderWay, VaultOutOfReach
from ivr.vault.key_store import KeyStore
from ivr.vault.master_keys import add_new_key, new_key_text
from ivr.vault.rotation import Rotated, rotate
from ivr.wiring import wire


@click.group()
def keys() -> None:
    """The keys without which no caller's number can be read."""


@keys.command("new")
def new() -> None:
    """Make a master key; where there is one, a new one comes before it."""
    settings = read_settings()
    file = settings.key_file
    if settings.master_key.get_secret_value():
        click.echo(
            "The master key stands in the environment. Set WARMLINE_MASTER_KEY_OLD to the one of now and\n"
            f"WARMLINE_MASTER_KEY={new_key_text()}\n"
            "in every process, restart them, then: warmline keys rotate"
        )
        return
    if file is None:
        sys.exit(
            "WARMLINE_MASTER_KEY_FILE is not set: name a file apart from the data and from the key store."
        )
    is_first = not file.exists()
    made = add_new_key(file)
    _prepare_store(settings)
    click.echo(f"Master key {made} made in {file}, readable by its owner only.")
    if is_first:
        click.echo("Keep a copy of the file in a safe place, apart from the backups of the data.")
    else:
        click.echo(
            "What is wrapped by older keys still is. To wrap it with the new one: warmline keys rotate"
        )


@keys.command("rotate")
def rotate_keys() -> None:
    """Wrap every key with the newest master key, while calls go on."""
    wiring = wire(load_settings())
    try:
        done = rotate(wiring.vault.key_store, wiring.vault.master)
    except RotationUnderWay:
        sys.exit("Another rotation is at work. Nothing was done; run this again when it has ended.")
    except VaultOutOfReach as error:
        sys.exit(f"Not rotated, and nothing is lost: {in_words(error)}. See: warmline keys status")
    details = {"to": done.to, "keys": str(done.rewrapped), "left": str(done.left)}
    with wiring.database.begin() as connection:
        wiring.audit.append(
            connection,
            at=time.time(),
            who=COMMAND_LINE,
            deed=Deed.MASTER_KEY_ROTATED,
            about=done.to,
            details=details,
        )
    _tell(done)


@keys.command("status")
def status() -> None:
    """Show which master keys wrap how much, and when the next epoch's key is destroyed."""
    settings = load_settings()
    vault = wire(settings).vault
    try:
        ring = vault.master.ring()
        with vault.key_store.reading() as found:
            counts, states = found.count_by_master(), found.masters()
            coming = found.next_destruction()
    except VaultOutOfReach as error:
        sys.exit(f"No number can be kept or called now: {in_words(error)}.")
    for key_id in sorted({*ring.by_id, *counts, *states}, key=lambda key: (key != ring.current.id, key)):
        place = (
            "in use" if key_id == ring.current.id else "at hand" if key_id in ring.by_id else "not at hand"
        )
        retired = ", replaced" if states.get(key_id) == "retired" else ""
        click.echo(f"Master key {key_id}: {place}{retired}, wraps {counts.get(key_id, 0)} keys")
    if coming is not None:
        when = datetime.fromtimestamp(coming[1], UTC)
        click.echo(f"The key of epoch {coming[0]} is destroyed after {when:%Y-%m-%d %H:%M} UTC.")


def _prepare_store(settings: Settings) -> None:
    if not settings.key_store:
        return
    try:
        KeyStore(settings.key_store).prepare()
    except VaultOutOfReach as error:
        click.echo(
            f"The key store can't be reached yet ({in_words(error)}); then: warmline migrate", err=True
        )


def _tell(done: Rotated) -> None:
    click.echo(f"{done.rewrapped} keys are wrapped with the master key {done.to} now.")
    for key_id in done.removed:
        click.echo(f"The master key {key_id} wraps nothing any more and is out of the file.")
    for key_id in done.to_remove:
        click.echo(f"The master key {key_id} wraps nothing any more: take it out of WARMLINE_MASTER_KEY_OLD.")
    if done.left:
        click.echo(
            f"{done.left} keys are wrapped by a master key that isn't at hand; their numbers can't be read."
        )
