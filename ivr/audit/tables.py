"""The audit log. Nothing of a caller is in it: what was done is named by random ids.

A trigger forbids changing or deleting a row; `chain_head` is the one row that grows with it, and that writers wait for
each other at.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, String, Table, Text

from ivr.store.naming import tables_of_a_room

metadata = tables_of_a_room()

audit_rows = Table(
    "audit_rows",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False, doc="1, 2, 3 … without a gap"),
    Column("at", Float, nullable=False, doc="seconds since 1970"),
    Column("who", String(32), nullable=False, doc="a person's id, or `command line`, or `warmline`"),
    Column("deed", String(64), nullable=False, doc="see ivr.audit.deeds"),
    Column("about", String(64), nullable=False, doc="the id of what it was done to, or empty"),
    Column("details", Text, nullable=False, doc="JSON of short texts, numbers hidden"),
    Column("chained", String(64), nullable=False, doc="keyed hash over this row and the one before"),
)

chain_head = Table(
    "audit_chain_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, doc="always 1"),
    Column("seq", Integer, nullable=False),
    Column("chained", String(64), nullable=False),
)
