"""Accounts and everything that opens or closes them. Secrets are hashed, or sealed where they must be read."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from ivr.store.naming import tables_of_a_room

metadata = tables_of_a_room()

people = Table(
    "people",
    metadata,
    Column("id", String(32), primary_key=True, doc="random"),
    Column("name", String(120), nullable=False, doc="what colleagues call this person"),
    Column(
        "sign_in_name",
        String(120),
        nullable=False,
        unique=True,
        doc="folded; of a closed account a random one",
    ),
    Column("state", String(8), nullable=False, doc="invited, active or closed"),
    Column("password", Text, nullable=False, doc="argon2id, or empty before the invitation was used"),
    Column(
        "code_secret", LargeBinary, nullable=True, doc="the sealed secret of one-time codes, once confirmed"
    ),
    Column("code_step", Integer, nullable=False, doc="the last 30-second step a code was used of"),
    Column(
        "phone_code", String(8), nullable=True, unique=True, doc="digits that name this person on a keypad"
    ),
    Column("pin", Text, nullable=False, doc="argon2id, or empty"),
    Column("languages", Text, nullable=False, doc="JSON: the languages this person speaks with callers"),
    Column("gender", String(16), nullable=False, doc="woman, man, other, or empty"),
    Column("time_zone", String(64), nullable=False),
    Column("reads", String(8), nullable=False, doc="the language of the console, or empty for the browser's"),
    Column("number_id", String(32), nullable=True, doc="the vault's entry of this person's number"),
    Column("created_on", String(10), nullable=False),
)

person_roles = Table(
    "person_roles",
    metadata,
    Column("person_id", String(32), ForeignKey("people.id"), primary_key=True),
    Column("role", String(16), primary_key=True, doc="helper, staff, supervisor or admin"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("code", String(64), primary_key=True, doc="keyed hash; deleted when used"),
    Column("person_id", String(32), ForeignKey("people.id"), nullable=False, index=True),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token", String(64), primary_key=True, doc="keyed hash; deleted when used"),
    Column("person_id", String(32), ForeignKey("people.id"), nullable=False, index=True),
    Column("expires_at", Float, nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token", String(64), primary_key=True, doc="keyed hash of what the browser holds"),
    Column("person_id", String(32), ForeignKey("people.id"), nullable=False, index=True),
    Column("complete", Boolean, nullable=False, doc="false while the one-time code is still to come"),
    Column("started_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
)

known_browsers = Table(
    "known_browsers",
    metadata,
    Column("token", String(64), primary_key=True, doc="keyed hash of a cookie"),
    Column("person_id", String(32), ForeignKey("people.id"), primary_key=True, index=True),
    Column("seen_at", Float, nullable=False),
)

failures = Table(
    "failures",
    metadata,
    Column("subject", String(64), primary_key=True, doc="keyed hash of the account, address or browser"),
    Column("owner", String(64), nullable=False, index=True, doc="keyed hash of whom it is counted against"),
    Column("count", Integer, nullable=False),
    Column("since", Float, nullable=False, doc="from when on the next of them is being forgotten"),
    Column("shut_until", Float, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("at", Float, nullable=False),
    Column("kind", String(32), nullable=False, doc="see ivr.people.notices"),
    Column("who", String(32), nullable=False, doc="a person's id"),
    Column("about", String(64), nullable=False),
    Column("details", Text, nullable=False, doc="JSON of short texts, numbers hidden"),
)

notices_for = Table(
    "notices_for",
    metadata,
    Column("notice_id", String(32), ForeignKey("notices.id"), primary_key=True),
    Column("person_id", String(32), ForeignKey("people.id"), primary_key=True, doc="who was on duty"),
    Column("seen", Boolean, nullable=False),
    Index("ix_notices_for_person_id", "person_id"),
)
