"""What the vault keeps in the database: ciphertext and tokens. The keys are elsewhere, in a store of their own.

Times are whole hours: with the exact one, the telephone company's list of calls would say whose entry this is without
any key.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, LargeBinary, String, Table, Text

from ivr.store.naming import tables_of_a_room

metadata = tables_of_a_room()

vault_entries = Table(
    "vault_entries",
    metadata,
    Column("id", String(32), primary_key=True, doc="random"),
    Column("kind", String(8), nullable=False, doc="caller or helper"),
    Column("line_id", String(32), nullable=False, doc="empty for a helper's number"),
    Column("sealed", LargeBinary, nullable=False, doc="nonce and AES-GCM ciphertext, bound to this row"),
    Column("epoch", String(7), nullable=False, doc="the month of the token, such as 2026-03, or empty"),
    Column("token", String(64), nullable=False, doc="HMAC-SHA256 under the epoch's key, or empty"),
    Column(
        "shred_at", Float, nullable=True, doc="whole hour, seconds since 1970; empty for a helper's number"
    ),
    Index("ix_vault_entries_token", "token"),
    sqlite_with_rowid=False,
)

number_holds = Table(
    "number_holds",
    metadata,
    Column("entry_id", String(32), primary_key=True),
    Column("held_until", Float, nullable=False, doc="a supervisor keeps it for a person in danger"),
    Column("held_by", String(32), nullable=False, doc="a person's id"),
    Column("reason", Text, nullable=False, doc="numbers hidden"),
    sqlite_with_rowid=False,
)
