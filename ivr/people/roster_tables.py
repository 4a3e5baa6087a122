"""Who is on shift when, and what each helper is doing. No number, and of calls only when they were and how hard."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text

from ivr.store.naming import tables_of_a_room

metadata = tables_of_a_room()

shifts = Table(
    "shifts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", String(32), nullable=False, index=True),
    Column("time_zone", String(64), nullable=False),
    Column("begins", String(5), nullable=False, doc="such as 22:00"),
    Column("ends", String(5), nullable=False, doc="before `begins`: on the next day"),
    Column("weekday", Integer, nullable=True, doc="0 is Monday; empty for a single shift"),
    Column("on_date", String(10), nullable=True, doc="of a single shift"),
)

shifts_left_out = Table(
    "shifts_left_out",
    metadata,
    Column("shift_id", String(32), primary_key=True),
    Column("date", String(10), primary_key=True, doc="on which it would have begun"),
)

shifts_asked = Table(
    "shifts_asked",
    metadata,
    Column("shift_id", String(32), primary_key=True, doc="set by a supervisor, and not answered yet"),
    Column("asked_by", String(32), nullable=False),
    Column("before", Text, nullable=False, doc="JSON: when it was before; empty for a new one"),
)

helper_states = Table(
    "helper_states",
    metadata,
    Column("person_id", String(32), primary_key=True),
    Column(
        "chosen", String(4), nullable=False, doc="on or off by one's own choice; empty: as the roster says"
    ),
    Column("chosen_at", Float, nullable=False),
    Column(
        "stretch_began",
        Float,
        nullable=False,
        doc="since when this person has been on call when that was chosen: choosing again is no rest",
    ),
    Column("rung", Boolean, nullable=False, doc="wants to be rung when somebody waits"),
    Column("paused", Boolean, nullable=False),
    Column("break_until", Float, nullable=False, doc="a break that was put in, and ends by itself"),
    Column("crisis_trained", Boolean, nullable=False),
    Column("owes_debrief", Boolean, nullable=False, doc="after a call with a life at risk"),
    Column(
        "busy_with", String(32), nullable=False, doc="the attempt or call that this person is in, or empty"
    ),
    Column("busy_until", Float, nullable=False, doc="after this the claim is void: nothing holds for ever"),
    Column(
        "offered_at", Float, nullable=False, doc="when a callback was last offered: the order of fairness"
    ),
    Column("ask_after", Float, nullable=False, doc="not asked before this, such as after not picking up"),
)

helper_talks = Table(
    "helper_talks",
    metadata,
    Column("id", String(32), primary_key=True, doc="of the attempt or call"),
    Column("person_id", String(32), nullable=False),
    Column("began", Float, nullable=False),
    Column("ended", Float, nullable=False),
    Column("hard", Boolean, nullable=False, doc="much distress, or a life at risk"),
    Index("ix_helper_talks_person_id", "person_id", "ended"),
    sqlite_with_rowid=False,
)
