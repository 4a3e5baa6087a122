"""The directory in the database. Migrations are made from `metadata`."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, MetaData, String, Table, Text

metadata = MetaData()

services = Table(
    "services",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("need", String(32), nullable=False),
    Column("area", String(32), nullable=False),
    Column("prompts", Text, nullable=False, doc="JSON list"),
    Column("listing", String(16), nullable=False),
    Column("verified_on", Date, nullable=False),
    Index("ix_services_need", "need"),
)
