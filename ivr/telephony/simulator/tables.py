"""The exchange of the simulated telephone network: who is being rung, and what was recorded.

Web pages and workers are different processes, so this is where they meet. Numbers here are fictional; they are
cleared all the same when a leg is over.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, String, Table

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s", "pk": "pk_%(table_name)s"}
)

simulated_calls = Table(
    "simulated_calls",
    metadata,
    Column("id", String(34), primary_key=True, doc="as the provider names calls: CA and 32 hex digits"),
    Column(
        "kind", String(8), nullable=False, doc="incoming, placed (by a worker) or dialled (by another leg)"
    ),
    Column("dialled_by", String(34), nullable=False, doc="the leg that dials this one, or empty"),
    Column("from_number", String(32), nullable=False),
    Column("to_number", String(32), nullable=False),
    Column(
        "voice_url",
        String(2048),
        nullable=False,
        doc="what the leg asks first when it is picked up, or empty",
    ),
    Column("status_url", String(2048), nullable=False),
    Column("state", String(8), nullable=False, doc="ringing, answered, joined or over"),
    Column("outcome", String(16), nullable=False, doc="empty until the leg is over"),
    Column(
        "send_to", String(2048), nullable=False, doc="where the hotline wants the call to go on, or empty"
    ),
    Column("hang_up", Boolean, nullable=False, doc="the hotline wants the leg to end"),
    Column("rings_until", Float, nullable=False, doc="seconds since 1970"),
    Column("joined_at", Float, nullable=False, doc="seconds since 1970, or 0"),
    Column("changed_at", Float, nullable=False, doc="seconds since 1970; rows are forgotten within the hour"),
    Index("ix_simulated_calls_to_number", "to_number"),
    Index("ix_simulated_calls_dialled_by", "dialled_by"),
)

simulated_recordings = Table(
    "simulated_recordings",
    metadata,
    Column("id", String(34), primary_key=True, doc="RE and 32 hex digits; the file has the same name"),
    Column("call", String(34), nullable=False, server_default="", doc="the leg that was recorded, or empty"),
    Column("seconds", Integer, nullable=False),
    Column("kept_at", Float, nullable=False, doc="seconds since 1970; forgotten within the hour"),
)
