"""Deleting at the provider, put together from the parts of a process: for the tasks and for the command line."""

from __future__ import annotations

import random

from ivr.scrubbing.batch import Batch, Scrubbed
from ivr.scrubbing.pace import Pace
from ivr.scrubbing.reconcile import Left, lines_by_provider, reconcile
from ivr.store.engine import reading
from ivr.wiring import Wiring, networks_of


def scrub_what_is_due(wiring: Wiring) -> Scrubbed:
    """One pass over the list of what has to be deleted."""
    batch = Batch(
        database=wiring.database,
        networks=networks_of(wiring),
        now=wiring.clock,
        pace=Pace(),
        chance=random.random,
        is_needed=wiring.recording.spoken.is_needed,
    )
    return batch.run()


def reconcile_with_providers(wiring: Wiring) -> list[Left]:
    """Asks every provider what it still has, and puts it on the list."""
    with reading(wiring.database) as connection:
        lines = lines_by_provider(connection, wiring.dialects)
    return reconcile(
        wiring.database,
        networks_of(wiring),
        lines,
        now=wiring.clock(),
        older_than_seconds=wiring.settings.scrub_after_hours * 3600,
        pace=Pace(),
    )
