"""A number that one matter needs no more: shredded, unless another still needs it."""

from __future__ import annotations

from sqlalchemy import Connection, select, union_all

from ivr.store.callback_tables import callbacks, flashes, risk_cases
from ivr.vault.tables import number_holds, vault_entries
from ivr.vault.vault import SETTLED_SECONDS, Vault

FLASH_OVER = "over"


def let_go(
    connection: Connection, vault: Vault, number_id: str | None, now: float, *, leaving: str = ""
) -> bool:
    """Shreds a number that nothing needs but the callback or risk case that is `leaving`.

    False where the caller is asking again in this very moment: to be tried later. Raises VaultOutOfReach.
    """
    if number_id is None:
        return True
    # A turn that notes another wish of this number waits here, or has been here already and is found below.
    entry = select(vault_entries.c.id).where(vault_entries.c.id == number_id).with_for_update()
    if connection.execute(entry).first() is None or _is_needed(connection, number_id, now, leaving):
        return True
    return vault.shred(connection, [number_id], spare_after=now - SETTLED_SECONDS) > 0


def _is_needed(connection: Connection, number_id: str, now: float, leaving: str) -> bool:
    """Whether a hold, a risk case, a flash, or another callback has this number.

    One that is closed too may still have an outcome to come, and a life at risk in it.
    """
    needing = union_all(
        select(number_holds.c.entry_id).where(
            number_holds.c.entry_id == number_id, number_holds.c.held_until > now
        ),
        select(risk_cases.c.id).where(risk_cases.c.number_id == number_id, risk_cases.c.id != leaving),
        select(flashes.c.id).where(flashes.c.number_id == number_id, flashes.c.state != FLASH_OVER),
        select(callbacks.c.id).where(callbacks.c.number_id == number_id, callbacks.c.id != leaving),
    )
    return connection.execute(needing.limit(1)).first() is not None
