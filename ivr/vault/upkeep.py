"""What the vault does by itself: numbers are shredded in time, old epochs lose their keys, left-overs are swept.

Each may be run at any time, by two workers at once, and again after it was killed.
"""

from __future__ import annotations

import structlog
from sqlalchemy import Engine, Select, and_, func, select, update

from ivr.audit.log import ChainHeadMissing, Head, head_of, holds
from ivr.store.engine import reading, wipe_deleted
from ivr.vault.due import LONGEST_HOLD_DAYS, is_due, is_held
from ivr.vault.key_engine import wipe_destroyed
from ivr.vault.key_store import Anchor
from ivr.vault.tables import number_holds, vault_entries
from ivr.vault.vault import HOUR, SETTLED_SECONDS, Vault, forget_rows

MOST_AT_ONCE = 200
ORPHANED_SECONDS = 2 * 3600.0
"""From the beginning of the hour in which a key was last used: an hour at the least."""
DUE_SECONDS = 3600.0
"""So long an epoch's key has to be due before it goes: a clock that runs ahead for a while destroys nothing."""
OVERDUE_SECONDS = 3 * 3600.0
"""A number may wait so long for the next pass, and for a caller who was asking again at the end of its time."""
CLOCK_LOST_BEFORE = 1_767_225_600.0
"""The year 2026: a clock that says less has lost the time, and nothing is judged by it."""
DAY = 86_400.0
AUDIT_ANCHOR = "audit"

log = structlog.get_logger()


def shred_due_numbers(database: Engine, vault: Vault, now: float) -> int:
    """Shreds every caller's number whose time is over and that nobody holds; returns how many."""
    _shorten(database, vault.keep_hours, now)
    done, after = 0, ""
    while True:
        with database.begin() as connection:
            due = list(connection.execute(_due(now, after)).scalars())
            # Looked for once more now that the rows are locked: a supervisor may just have held one.
            held = set(connection.execute(_held(due, now)).scalars())
            if due:
                done += vault.shred(connection, set(due) - held, spare_after=now - SETTLED_SECONDS)
        if len(due) < MOST_AT_ONCE:
            break
        after = due[-1]
    if done:
        wipe_deleted(database)
        log.info("numbers_shredded", count=done)
    return done


def tend_keys(database: Engine, vault: Vault, now: float) -> dict[str, int]:
    """Destroys the keys of old epochs, sweeps left-overs, and notes where the audit log ends.

    Raises VaultOutOfReach.
    """
    done = {
        "epochs_destroyed": destroy_old_epochs(database, vault, now),
        "orphans": sweep_orphans(database, vault, now),
    }
    note_end_of_audit_log(database, vault)
    wipe_deleted(database)
    wipe_destroyed(vault.key_store.engine)
    return done


def note_end_of_audit_log(database: Engine, vault: Vault) -> None:
    """Notes in the key store where the audit log ends. Raises VaultOutOfReach.

    A log that hasn't the row any more that was its last before is never noted: it was touched, and the note is what
    proves it.
    """
    with reading(database) as connection, vault.key_store.writing() as keys:
        noted = keys.anchor(AUDIT_ANCHOR)
        try:
            head = head_of(connection)
        except ChainHeadMissing:
            head = None
        if head is None or (noted is not None and not holds(connection, Head(noted.seq, noted.chained))):
            log.error("audit_log_touched", noted=noted.seq if noted else 0)
            return
        keys.move_anchor(AUDIT_ANCHOR, Anchor(head.seq, head.chained))


def destroy_old_epochs(database: Engine, vault: Vault, now: float) -> int:
    """Destroys the keys of epochs that nothing can need. What still lives of them gets a token of today's first."""
    with vault.key_store.writing() as keys:
        due = keys.epochs_due(now, DUE_SECONDS)
    for epoch in due:
        of_this = and_(vault_entries.c.epoch == epoch, vault_entries.c.token != "")
        with reading(database) as connection:
            living = list(connection.execute(select(vault_entries.c.id).where(of_this)).scalars())
        for entry_id in living:
            with database.begin() as connection:
                vault.seal_anew(connection, entry_id, now)
        with vault.key_store.writing() as keys:
            keys.destroy_epoch(epoch)
        log.info("epoch_key_destroyed", epoch=epoch)
    _empty_dead_tokens(database, vault)
    return len(due)


def _empty_dead_tokens(database: Engine, vault: Vault) -> None:
    with vault.key_store.reading() as keys:
        destroyed = [epoch for epoch, key in keys.epochs().items() if key is None]
    dead = and_(vault_entries.c.epoch.in_(destroyed), vault_entries.c.token != "")
    with database.begin() as connection:
        connection.execute(update(vault_entries).where(dead).values(token=""))


def sweep_orphans(database: Engine, vault: Vault, now: float) -> int:
    """Destroys keys whose entry was never stored, and entries whose key is gone; returns how many."""
    return _keys_without_entry(database, vault, now) + _entries_without_key(database, vault)


def _keys_without_entry(database: Engine, vault: Vault, now: float) -> int:
    done, after, since = 0, "", now - ORPHANED_SECONDS
    while True:
        with vault.key_store.reading() as keys:
            unused = keys.unused_since(since, after, MOST_AT_ONCE)
        with reading(database) as connection:
            query = select(vault_entries.c.id).where(vault_entries.c.id.in_(unused))
            orphans = set(unused) - set(connection.execute(query).scalars())
        if orphans:
            with vault.key_store.writing() as keys:
                done += keys.destroy_unused(orphans, since)
        if len(unused) < MOST_AT_ONCE:
            return done
        after = unused[-1]


def _entries_without_key(database: Engine, vault: Vault) -> int:
    with vault.key_store.reading() as keys:
        known = keys.epochs()
    done, after = 0, ""
    while True:
        with reading(database) as connection:
            # An entry of an epoch that this key store never had belongs to one that was lost, and may come back.
            query = select(vault_entries.c.id).where(
                vault_entries.c.epoch.in_(list(known)), vault_entries.c.id > after
            )
            found = list(connection.execute(query.order_by(vault_entries.c.id).limit(MOST_AT_ONCE)).scalars())
        with vault.key_store.reading() as keys:
            orphans = set(found) - keys.existing(found)
        if orphans:
            with database.begin() as connection:
                forget_rows(connection, orphans)
            done += len(orphans)
        if len(found) < MOST_AT_ONCE:
            return done
        after = found[-1]


def _shorten(database: Engine, keep_hours: int, now: float) -> None:
    """Nothing is kept, from now, for longer than anything sealed or held now would be.

    Such a time comes from a clock that was ahead, or from a longer `WARMLINE_KEEP_NUMBERS_HOURS`. It is shortened and
    the number not shredded: a clock that is some hours behind for a while takes those hours and not the callback.
    """
    if now < CLOCK_LOST_BEFORE:
        return
    latest = now // HOUR * HOUR + keep_hours * HOUR
    latest_hold = now + LONGEST_HOLD_DAYS * DAY
    too_long = vault_entries.c.shred_at > latest
    held_too_long = number_holds.c.held_until > latest_hold
    with database.begin() as connection:
        connection.execute(update(vault_entries).where(too_long).values(shred_at=latest))
        connection.execute(update(number_holds).where(held_too_long).values(held_until=latest_hold))


def _held(entry_ids: list[str], now: float) -> Select[str]:
    return select(vault_entries.c.id).where(vault_entries.c.id.in_(entry_ids), is_held(now))


def _due(now: float, after: str) -> Select[str]:
    return (
        select(vault_entries.c.id)
        .where(is_due(now), vault_entries.c.id > after)
        .order_by(vault_entries.c.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(of=vault_entries, skip_locked=True)
    )


def count_overdue(database: Engine, now: float) -> int:
    """How many numbers should have been shredded for hours and aren't: nobody does the work. They open no more."""
    overdue = is_due(now - OVERDUE_SECONDS), is_due(now)
    with reading(database) as connection:
        found: int = connection.execute(
            select(func.count()).select_from(vault_entries).where(*overdue)
        ).scalar_one()
        return found
