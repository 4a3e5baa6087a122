"""What has still to be deleted at the provider. A row goes when the deletion has been seen to be done."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, String, Table

from ivr.store.naming import tables_of_a_room

metadata = tables_of_a_room()

scrubs = Table(
    "scrubs",
    metadata,
    Column("provider", String(32), primary_key=True),
    Column("provider_call", String(128), primary_key=True, doc="no link to what is kept of the call"),
    Column("due_at", Float, nullable=False, doc="a whole minute, or the end of a worker's lease"),
    Column("attempts", Integer, nullable=False),
    Column("trouble", String(64), nullable=False, doc="the situation at the last attempt, or empty"),
    Column("since", Float, nullable=False, doc="a whole minute: when it was to be deleted at first"),
    sqlite_with_rowid=False,
)

reconciliations = Table(
    "reconciliations",
    metadata,
    Column("provider", String(32), primary_key=True),
    Column("date", String(10), primary_key=True),
    Column("left_calls", Integer, nullable=False, doc="call records older than they may be"),
    Column("left_recordings", Integer, nullable=False, doc="of calls whose record is gone, likewise"),
    Column("trouble", String(64), nullable=False, doc="why the provider couldn't be asked, or empty"),
)
