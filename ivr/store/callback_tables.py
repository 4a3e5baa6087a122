"""What is needed while somebody waits to be called, and nothing of it afterwards: closing a callback deletes its rows.

Exact times stand here, because a queue has an order, and the vault's entry is named. Nothing that is kept for longer
may refer to any of these rows (see `ivr.outcomes`).
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    literal_column,
    text,
)

from ivr.store.naming import tables_of_a_room

metadata = tables_of_a_room()

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", String(32), primary_key=True, doc="random"),
    Column("line_id", String(32), nullable=False),
    Column("need", String(32), nullable=False),
    Column("path", String(80), nullable=False, doc="the way to where it was asked for, in coded steps"),
    Column("priority", Integer, nullable=False, doc="0 before all others: a life may be at risk"),
    Column("language", String(8), nullable=True, doc="empty when none was ever chosen"),
    Column("gender", String(8), nullable=False, doc="woman, man, or empty for no wish"),
    Column("crisis", Boolean, nullable=False, doc="only for helpers with crisis training"),
    Column("wishes", Text, nullable=False, doc="JSON: what the caller keyed"),
    Column("time_zone", String(160), nullable=False, doc="where the number may be, joined by commas"),
    Column("asked_at", Float, nullable=False, doc="seconds since 1970"),
    Column("expires_at", Float, nullable=False),
    Column("state", String(10), nullable=False, doc="see ivr.callbacks.machine"),
    Column("ready", Boolean, nullable=False, doc="its safe hours have begun: it may be offered"),
    Column("until", Float, nullable=False, doc="when this state ends by itself"),
    Column("not_before", Float, nullable=False),
    Column("ranked_at", Float, nullable=False, doc="the order of waiting"),
    Column("attempt", String(32), nullable=False, doc="the present one, or empty"),
    Column("helper", String(32), nullable=False, doc="a person's id, or empty"),
    Column("tried", Integer, nullable=False, doc="how often the caller's phone rang"),
    Column("ending", String(16), nullable=False, doc="how it was closed, or empty"),
    Column("missed", String(24), nullable=False, doc="why the last attempt failed, or empty"),
    Column("put_back", Integer, nullable=False, doc="how often a helper gave it back on a page"),
    Column("put_back_for", String(160), nullable=False, doc="why, as codes joined by commas; see put_back"),
    Column("first_rang_at", Float, nullable=False, doc="when the caller's phone first rang, or 0"),
    Column(
        "version", Integer, nullable=False, doc="counts changes: a change finds the version that it knows"
    ),
    Column("date", String(10), nullable=False, doc="of asking, in the line's time zone"),
    Column("band", String(5), nullable=False),
    Column("test", Boolean, nullable=False),
    Column("number_id", String(32), nullable=True, doc="the vault's entry; empty when it has been shredded"),
    Column("risk_case", String(32), nullable=False, doc="which this callback has opened, or empty"),
    Index("ix_callbacks_queue", "state", "ready", "language", "gender", "crisis", "priority", "ranked_at"),
    Index("ix_callbacks_until", "state", "until"),
    Index("ix_callbacks_number_id", "number_id"),
    # A few of a long queue: whoever asks for a callback doesn't pay for it.
    Index(
        "ix_callbacks_put_back",
        "put_back",
        sqlite_where=text("put_back > 0"),
        postgresql_where=text("put_back > 0"),
    ),
    sqlite_with_rowid=False,
)


def was_put_back() -> ColumnElement[bool]:
    """Of a callback: a helper gave it back. Written as the index has it, or a database doesn't know it again."""
    return callbacks.c.put_back > literal_column("0")


attempts = Table(
    "attempts",
    metadata,
    Column("id", String(32), primary_key=True, doc="random"),
    Column("callback_id", String(32), nullable=False, index=True),
    Column("helper_id", String(32), nullable=False, index=True),
    Column("how", String(8), nullable=False, doc="console, rung, rang_in or crisis: how it came about"),
    Column("provider", String(32), nullable=False),
    Column("language", String(8), nullable=False, doc="in which the helper is spoken to"),
    Column("state", String(8), nullable=False, doc="to_ring, asked, live or over"),
    Column("written_at", Float, nullable=False, doc="when this row was written"),
    Column("asked_at", Float, nullable=False, doc="when the provider was asked to ring the helper, or 0"),
    Column("helper_leg", String(128), nullable=False, doc="the provider's id, or empty while unknown"),
    Column("caller_leg", String(128), nullable=False),
    Column("rang_at", Float, nullable=False, doc="when the caller was rung, or 0"),
    Column("talked_at", Float, nullable=False, doc="when the two were connected, or 0"),
    Column("ended_at", Float, nullable=False),
    Column("end_legs_at", Float, nullable=False, doc="when whatever leg is left is hung up, or 0"),
    Index("ix_attempts_state", "state", "written_at"),
    sqlite_with_rowid=False,
)

risk_cases = Table(
    "risk_cases",
    metadata,
    Column("id", String(32), primary_key=True, doc="random"),
    Column("line_id", String(32), nullable=False),
    Column("number_id", String(32), nullable=True, doc="held in the vault while the case is open"),
    Column("language", String(8), nullable=True),
    Column("risk", String(16), nullable=False, doc="the code that the helper keyed"),
    Column("helper_id", String(32), nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("due_at", Float, nullable=False, doc="the supervisor's clock"),
    Column("accepted_by", String(32), nullable=False, doc="the supervisor who looks after it, or empty"),
    sqlite_with_rowid=False,
)

pages = Table(
    "pages",
    metadata,
    Column("id", String(32), primary_key=True, doc="random"),
    Column("kind", String(8), nullable=False, doc="crisis (a callback waits) or risk (a case is open)"),
    Column("about", String(32), nullable=False, index=True, doc="the callback or the case"),
    Column("line_id", String(32), nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("next_at", Float, nullable=False, doc="when the next supervisor is rung"),
    Column("tries", Integer, nullable=False),
    Column("ringing", String(32), nullable=False, doc="the person who is rung now, or empty"),
    Column("leg", String(128), nullable=False),
    Column("accepted_by", String(32), nullable=False),
    sqlite_with_rowid=False,
)

crisis_calls = Table(
    "crisis_calls",
    metadata,
    Column(
        "id", String(32), primary_key=True, doc="the random id of the caller's call, which is still under way"
    ),
    Column("line_id", String(32), nullable=False),
    Column("provider", String(32), nullable=False),
    Column("path", String(80), nullable=False, doc="the way to where help was asked for, in coded steps"),
    Column("language", String(8), nullable=True),
    Column("time_zone", String(160), nullable=False, doc="where the number may be, joined by commas"),
    Column("number_id", String(32), nullable=True, doc="the vault's entry; empty for a withheld number"),
    Column("test", Boolean, nullable=False),
    Column("rung_at", Float, nullable=False, doc="when the helpers' phones were rung"),
    Column("helper", String(32), nullable=False, doc="the first who pressed the key, or empty"),
    Column("attempt", String(32), nullable=False, doc="under which the two talk, or empty"),
    sqlite_with_rowid=False,
)

flashes = Table(
    "flashes",
    metadata,
    Column("number_id", String(32), primary_key=True, doc="the vault's entry: a number has one ring-back"),
    Column("id", String(32), nullable=False, unique=True, doc="random, new for each ring-back"),
    Column("line_id", String(32), nullable=False),
    Column("provider", String(32), nullable=False),
    Column("came_at", Float, nullable=False, doc="seconds since 1970: the order of waiting"),
    Column("state", String(8), nullable=False, doc="waiting, asked or over"),
    Column("asked_at", Float, nullable=False, doc="when the provider was asked to ring back, or 0"),
    Column("tries", Integer, nullable=False, doc="how often it may have been asked"),
    Column("leg", String(128), nullable=False, doc="the provider's id, or empty while unknown"),
    Index("ix_flashes_state", "state", "provider", "came_at"),
    sqlite_with_rowid=False,
)

flash_counts = Table(
    "flash_counts",
    metadata,
    Column(
        "subject", String(64), primary_key=True, doc="an epoch's token of a number, or what of which line"
    ),
    Column("day", String(10), primary_key=True, doc="in UTC"),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)

provider_pace = Table(
    "provider_pace",
    metadata,
    Column("provider", String(32), primary_key=True),
    Column("next_at", Float, nullable=False, doc="when the provider may next be asked to ring somebody"),
)
