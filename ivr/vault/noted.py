"""Where the audit log ended when the key store last noted it: whoever has only the database can't change that note."""

from __future__ import annotations

from sqlalchemy import delete

from ivr.audit.log import Head
from ivr.vault.key_store import Anchor
from ivr.vault.key_tables import anchors
from ivr.vault.upkeep import AUDIT_ANCHOR
from ivr.vault.vault import Vault


def noted_end(vault: Vault) -> Head | None:
    """The note; None before the first. To be read before the log, which goes on growing. Raises VaultOutOfReach."""
    with vault.key_store.reading() as keys:
        anchor = keys.anchor(AUDIT_ANCHOR)
    return Head(anchor.seq, anchor.chained) if anchor else None


def note_another_end(vault: Vault, head: Head) -> None:
    """Notes this end, also where it is an earlier one: only for a log that was restored. Raises VaultOutOfReach."""
    with vault.key_store.writing() as keys:
        keys.connection.execute(delete(anchors).where(anchors.c.name == AUDIT_ANCHOR))
        keys.move_anchor(AUDIT_ANCHOR, Anchor(head.seq, head.chained))
