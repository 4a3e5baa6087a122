"""The tables. No phone number of a caller or helper is in any of them, and none may ever be added here.

`live_calls` is what is needed while a call lasts; it holds the provider's id and exact times, and its row is deleted
when the call ends. What stays is keyed by a random call id and knows the date and a four-hour band, no more. Tables of
what stays are stored in the order of their random keys on SQLite (WITHOUT ROWID), because the order of writing,
laid beside a telephone company's list of calls, would say who called.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    false,
)

from ivr.store.naming import tables_of_a_room

metadata = tables_of_a_room()

releases = Table(
    "releases",
    metadata,
    Column("id", String(32), primary_key=True, doc="hash of the content"),
    Column("pack", String(64), nullable=False),
    Column("document", Text, nullable=False, doc="the pack as JSON"),
    Column("clips", Text, nullable=False, doc="JSON: language → prompt → [sha256, seconds]"),
    Column("published_on", String(10), nullable=False),
)

lines = Table(
    "lines",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", String(32), nullable=False, unique=True, doc="the hotline's own number, E.164"),
    Column("name", String(120), nullable=False),
    Column("provider", String(32), nullable=False),
    Column("release_id", String(32), ForeignKey("releases.id"), nullable=True),
    Column("country", String(2), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("emergency_number", String(16), nullable=False),
    Column("open_hours", Text, nullable=False, doc="JSON: see ivr.publishing.hours"),
    Column("dial_emergency", Boolean, nullable=False, doc="may the line dial it for the caller"),
    Column("flash", Boolean, nullable=False, server_default=false(), doc="rejects calls and rings back"),
)

live_calls = Table(
    "live_calls",
    metadata,
    Column("provider", String(32), primary_key=True),
    Column("provider_call", String(128), primary_key=True),
    Column("call_id", String(32), nullable=False),
    Column("line_id", String(32), nullable=False),
    Column("release_id", String(32), nullable=False),
    Column("has_number", Integer, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("session", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("screen_seconds", Float, nullable=False, doc="how long the reply takes to say"),
    Column("started_at", Float, nullable=False, doc="seconds since 1970"),
    Column("turn_at", Float, nullable=False),
    # Not indexed: every turn would have to write the index too, and only calls under way are in this table.
    Column("expires_at", Float, nullable=False, doc="after this the call's end has been missed"),
)

ended_calls = Table(
    "ended_calls",
    metadata,
    Column(
        "token",
        String(32),
        primary_key=True,
        doc="keyed hash of provider and call id; forgotten within the hour",
    ),
    Column("ended_at", Float, nullable=False),
    sqlite_with_rowid=False,
)

calls = Table(
    "calls",
    metadata,
    Column("id", String(32), primary_key=True, doc="random"),
    Column("line_id", String(32), nullable=False),
    Column("release_id", String(32), nullable=False),
    Column("date", String(10), nullable=False, doc="in the line's time zone"),
    Column("band", String(5), nullable=False, doc="four hours, such as 20-24"),
    Column("language", String(8), nullable=True),
    Column("ended", String(16), nullable=False, doc="goodbye, hung_up, lost; helper, panel: no caller's"),
    Column("duration", String(8), nullable=False, doc="a band of minutes"),
    Column("turns", Integer, nullable=False),
    Column("test", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

visits = Table(
    "visits",
    metadata,
    Column("call_id", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("release_id", String(32), nullable=False),
    Column("flow", String(32), nullable=False),
    Column("node", String(32), nullable=False),
    Column("language", String(8), nullable=True),
    Column("left_by", String(12), nullable=False),
    Column("key", String(1), nullable=True),
    Column("seconds", Integer, nullable=False),
    Column("completed", Boolean, nullable=True),
    sqlite_with_rowid=False,
)

notes = Table(
    "notes",
    metadata,
    Column("call_id", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("name", String(32), nullable=False),
    Column("value", String(32), nullable=False),
    sqlite_with_rowid=False,
)
