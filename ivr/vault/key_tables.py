"""What the key store keeps: keys, wrapped by the master key, in a place and a backup apart from what they open.

Of a caller no time finer than an hour is here either: see ivr/vault/tables.py.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, String, Table

from ivr.store.naming import tables_of_a_room

metadata: MetaData = tables_of_a_room()

master_keys = Table(
    "master_keys",
    metadata,
    Column("id", String(12), primary_key=True, doc="a short hash of the key; the key itself isn't here"),
    Column("state", String(8), nullable=False, doc="active, or retired for ever"),
)

row_keys = Table(
    "row_keys",
    metadata,
    Column("entry_id", String(32), primary_key=True),
    Column("master_key_id", String(12), nullable=False, index=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("claim", String(64), nullable=True, unique=True, doc="one entry a number and line"),
    Column("claim_epoch", String(7), nullable=False, doc="whose key made the claim, or empty"),
    Column("sealed_as", String(32), nullable=False, doc="hash of the newest ciphertext under this key"),
    Column(
        "used_at",
        Float,
        nullable=False,
        doc="whole hour of the last sealing; of a voice, until when it is needed",
    ),
    Index("ix_row_keys_used_at", "used_at"),
    sqlite_with_rowid=False,
)

epoch_keys = Table(
    "epoch_keys",
    metadata,
    Column("epoch", String(7), primary_key=True),
    Column("master_key_id", String(12), nullable=False),
    Column("wrapped", LargeBinary, nullable=True, doc="empty once destroyed: a second key is never made"),
    Column("destroy_at", Float, nullable=False),
    Column("due_since", Float, nullable=True, doc="when it was first seen to be due"),
)

anchors = Table(
    "anchors",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("chained", String(64), nullable=False),
)
