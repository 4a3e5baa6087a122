"""`warmline scrub`: what the provider still has of calls, and how it is made to go away."""

from __future__ import annotations

import sys
import time

import click

from ivr.jobs.scrubs import reconcile_with_providers
from ivr.scrubbing import waiting
from ivr.scrubbing.status import Reconciled, Status, in_words, status
from ivr.settings import load_settings
from ivr.store.engine import reading
from ivr.wiring import wire


@click.group()
def scrub() -> None:
    """The provider's own copy of calls, and its deletion."""


@scrub.command("status")
def show_status() -> None:
    """Show what waits to be deleted at the provider, and what was last found there."""
    with reading(wire(load_settings()).database) as connection:
        found = status(connection, time.time())
    _print_list(found)
    for reconciled in found.reconciled:
        click.echo(_last_look(reconciled))
    if not found.reconciled:
        click.echo("No provider has been looked through yet: a worker does it once a day.")


def _print_list(found: Status) -> None:
    if not found.waiting:
        click.echo("No call waits to be deleted at its provider.")
        return
    click.echo(f"{found.waiting} waiting to be deleted at the provider:")
    for trouble, count in sorted(found.reasons.items()):
        mark = "!" if trouble in found.troubles else " "
        click.echo(f"{mark} {count:>5}  {in_words(trouble)}")
    if found.overdue:
        click.echo(f"{found.overdue} of them are an hour late: is a worker running? Ask: warmline doctor")
    if found.troubles:
        click.echo("When what stands in the way is mended: warmline scrub retry")


def _last_look(reconciled: Reconciled) -> str:
    who = f"{reconciled.provider}, looked through on {reconciled.date}"
    if reconciled.trouble:
        return f"{who}: it couldn't be asked, because {in_words(reconciled.trouble)}."
    if not reconciled.left_calls and not reconciled.left_recordings:
        return f"{who}: nothing was left."
    left = f"{reconciled.left_calls} call records and {reconciled.left_recordings} recordings were left"
    return f"{who}: {left}, and were put on the list."


@scrub.command("reconcile")
def reconcile_now() -> None:
    """Ask the provider now what it still has, instead of once a day."""
    found = reconcile_with_providers(wire(load_settings()))
    today = time.strftime("%Y-%m-%d", time.gmtime())
    for left in found:
        click.echo(_last_look(Reconciled(left.provider, today, left.calls, left.recordings, left.trouble)))
    if any(left.trouble for left in found):
        sys.exit(1)


@scrub.command("retry")
def retry() -> None:
    """Try at once what has met with trouble, instead of in its time."""
    wiring = wire(load_settings())
    with wiring.database.begin() as connection:
        count = waiting.bring_forward(connection, wiring.clock())
    click.echo(f"{count} will be tried again within a minute, by a worker.")
