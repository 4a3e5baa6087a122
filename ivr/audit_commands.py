"""Commands for the audit log."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime

import click

from ivr.audit.deeds import Deed
from ivr.audit.log import COMMAND_LINE, Entry, Head, entries, holds
from ivr.settings import load_settings
from ivr.store.engine import reading
from ivr.vault.errors import VaultOutOfReach
from ivr.vault.noted import note_another_end, noted_end
from ivr.wiring import Wiring, wire

HEAD = re.compile(r"([0-9]+):([0-9a-f]{64})")


@click.group()
def audit() -> None:
    """Who did what, when: a log that can't be changed unnoticed."""


@audit.command("show")
@click.option("--most", default=20, show_default=True, help="How many rows to show, the newest last.")
def show(most: int) -> None:
    """Show the newest rows. Nothing of callers is in them but random ids."""
    wiring = wire(load_settings())
    names = {person.id: person.name for person in wiring.people.accounts.everybody()}
    with reading(wiring.database) as connection:
        found = entries(connection, most)
    for entry in reversed(found):
        click.echo(_in_a_line(entry, names))
    if not found:
        click.echo("Nothing has been done yet that leaves a row.")


@audit.command("verify")
@click.option(
    "--expect", "expected", multiple=True, metavar="SEQ:HASH", help="A head that was noted earlier."
)
def verify(expected: tuple[str, ...]) -> None:
    """Look through the whole log. Ends with 1 when a row was changed, removed, added or swapped."""
    wiring = wire(load_settings())
    noted = [_head(text) for text in expected]
    anchor = _anchor(wiring)
    with reading(wiring.database) as connection:
        verdict = wiring.audit.verify(connection, [*noted, *([anchor] if anchor else [])])
    if verdict.broken_at is not None:
        sys.exit(
            f"The audit log isn't as it was written: row {verdict.broken_at} was changed, removed or added, or rows "
            "at the end were taken away. Keep a copy of the database before anything else, and find out who could "
            "write to it. Only if you have just brought the database back from a backup yourself: "
            "warmline audit restored"
        )
    click.echo(f"The audit log is as it was written: {verdict.head.seq} rows.")
    if verdict.head.seq:
        click.echo("To notice it if the newest rows are ever taken away, note this line somewhere else:")
        click.echo(f"  warmline audit verify --expect {verdict.head.seq}:{verdict.head.chained}")


@audit.command("restored")
@click.option("--reason", required=True, help="Which backup was brought back, and why. Stays in the log.")
def restored(reason: str) -> None:
    """Say that the database was brought back from a backup, so that the newest rows are honestly gone.

    Leaves a row in the log, and moves the key store's note of its end. Whatever else is wrong with the log stays wrong.
    """
    if not reason.strip():
        raise click.BadParameter("Say which backup was brought back, and why.", param_hint="--reason")
    wiring = wire(load_settings())
    try:
        noted = noted_end(wiring.vault)
        head = _note_restoring(wiring, noted, reason)
        note_another_end(wiring.vault, head)
    except VaultOutOfReach:
        sys.exit("The key store doesn't answer. Bring it back, then run this again: warmline doctor")
    click.echo(f"Noted: the audit log goes on from row {head.seq}, which says that it was restored.")


def _note_restoring(wiring: Wiring, noted: Head | None, reason: str) -> Head:
    with wiring.database.begin() as connection:
        if noted is None or holds(connection, noted):
            sys.exit("The log has every row that the key store has noted. Nothing was changed.")
        verdict = wiring.audit.verify(connection)
        if verdict.broken_at is not None:
            sys.exit(
                f"Row {verdict.broken_at} isn't as it was written, which restoring doesn't explain. "
                "Nothing was changed. Keep a copy of the database, and find out who could write to it."
            )
        return wiring.audit.append(
            connection,
            at=wiring.clock(),
            who=COMMAND_LINE,
            deed=Deed.LOG_RESTORED,
            details={"reason": reason, "noted_rows": str(noted.seq), "rows": str(verdict.head.seq)},
        )


def _head(text: str) -> Head:
    found = HEAD.fullmatch(text.strip())
    if found is None:
        raise click.BadParameter(
            f"{text!r} isn't a head: give what `warmline audit verify` printed, SEQ:HASH."
        )
    return Head(int(found[1]), found[2])


def _anchor(wiring: Wiring) -> Head | None:
    """The head that the key store has noted; whoever has only the database can't change it."""
    try:
        return noted_end(wiring.vault)
    except VaultOutOfReach:
        click.echo("The key store doesn't answer, so its note of the log's end wasn't looked at.", err=True)
        return None


def _in_a_line(entry: Entry, names: dict[str, str]) -> str:
    at = datetime.fromtimestamp(entry.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    who, about = names.get(entry.who, entry.who), names.get(entry.about, entry.about)
    told = "; ".join(f"{name}: {text}" for name, text in entry.details.items())
    words = [f"{entry.seq}", at, who, entry.deed.replace("_", " "), about if about != who else "", told]
    return "  ".join(word for word in words if word)
