"""The outcome log, the terms in which it is written, and what helpers still have to fill in.

A row of the log refers to nothing: no callback, no call, no person, no exact time. Its id is random, and on SQLite rows
are stored in that order, because the order of writing would say when.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text

from ivr.store.naming import tables_of_a_room

metadata = tables_of_a_room()

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", String(32), primary_key=True, doc="random, and used nowhere else"),
    Column("line_id", String(32), nullable=False),
    Column("date", String(10), nullable=False, doc="of asking, in the line's time zone"),
    Column("band", String(5), nullable=False, doc="four hours, such as 20-24"),
    Column("language", String(8), nullable=True),
    Column("path", String(80), nullable=False, doc="the way to where the call was asked for, in coded steps"),
    Column("need", String(32), nullable=False),
    Column("ending", String(16), nullable=False, doc="talked, unreached, expired or withdrawn"),
    Column("missed", String(24), nullable=False, doc="why the last attempt failed, or empty"),
    Column("attempts", Integer, nullable=False, doc="how often the caller's phone rang"),
    Column("wait", String(8), nullable=False, doc="a band: from asking until the caller's phone first rang"),
    Column("duration", String(8), nullable=False, doc="a band of minutes, or empty"),
    Column("filled_in", String(8), nullable=False, doc="phone, web, never, or empty where nobody talked"),
    Column("contact_type", String(16), nullable=False, doc="codes of the terms; empty: not said"),
    Column("issue", String(16), nullable=False),
    Column("distress_before", Integer, nullable=True),
    Column("distress_after", Integer, nullable=True),
    Column("asked_about_suicide", String(8), nullable=False, doc="yes, no, declined, or empty"),
    Column("risk", String(16), nullable=False),
    Column("action", String(16), nullable=False),
    Column("follow_up", String(16), nullable=False),
    Column("test", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

outcome_tasks = Table(
    "outcome_tasks",
    metadata,
    Column("callback_id", String(32), primary_key=True),
    Column("helper_id", String(32), nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("remind_at", Float, nullable=False),
    Column("reminded", Integer, nullable=False),
    Column("state", String(8), nullable=False, doc="open, done or given_up"),
    Column("filled_in", String(8), nullable=False, doc="phone or web, or empty"),
    Column("seconds", Integer, nullable=False, doc="how long the two talked"),
    Column("answers", Text, nullable=False, doc="JSON of codes, as far as they are filled in"),
    Index("ix_outcome_tasks_helper_id", "helper_id", "state"),
    sqlite_with_rowid=False,
)

terms = Table(
    "terms",
    metadata,
    Column("kind", String(16), primary_key=True, doc="contact_type, issue, risk, action or follow_up"),
    Column("code", String(16), primary_key=True, doc="stable: reports count by it for ever"),
    Column("key", String(2), nullable=False, doc="how it is keyed on a phone, or empty"),
    Column("labels", Text, nullable=False, doc="JSON: language → words"),
    Column("position", Integer, nullable=False),
    Column("retired", Boolean, nullable=False, doc="kept for old rows, and offered no more"),
)
