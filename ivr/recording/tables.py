"""Packs being worked on, voices, reviews and listening panels. Migrations are made from `metadata`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Float, Index, Integer, LargeBinary, String, Table, Text

from ivr.store.naming import tables_of_a_room

metadata = tables_of_a_room()

drafts = Table(
    "drafts",
    metadata,
    # The pack's own id: one draft of each pack is worked on.
    Column("pack", String(64), primary_key=True),
    Column("document", Text, nullable=False),
    Column("brought_on", Date, nullable=False),
    Column("version", Integer, nullable=False),
)

sheet_numbers = Table(
    "sheet_numbers",
    metadata,
    # Printed on recording sheets and keyed on phones: never given to another prompt.
    Column("printed", Integer, primary_key=True, autoincrement=False),
    Column("prompt", String(64), nullable=False, unique=True),
)

voices = Table(
    "voices",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("language", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    # The voice that a language is recorded in, unless something else is meant.
    Column("usual", Boolean, nullable=False),
    Index("ix_voices_language_name", "language", "name", unique=True),
)

mixes_meant = Table(
    "mixes_meant",
    metadata,
    # Where two voices in one menu are meant; whoever meant it is in the audit log.
    Column("pack", String(64), primary_key=True),
    Column("language", String(16), primary_key=True),
    Column("node", String(140), primary_key=True),
)

clinical_reviews = Table(
    "clinical_reviews",
    metadata,
    Column("prompt", String(64), primary_key=True),
    Column("language", String(16), primary_key=True),
    # The words that were agreed to: other words need another review.
    Column("script_fingerprint", String(64), primary_key=True),
    Column("reviewed_by", String(32), nullable=False),
    Column("reviewed_on", Date, nullable=False),
)

panels = Table(
    "panels",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("title", String(80), nullable=False),
    Column("language", String(16), nullable=False),
    # A keyed hash: whoever reads the database can't ring in.
    Column("code_mark", String(64), nullable=False, unique=True),
    # JSON: [[prompt, clip's sha, seconds], …] in the order in which they are heard.
    Column("clips", Text, nullable=False),
    Column("opens_on", Date, nullable=False),
    Column("closes_on", Date, nullable=False),
    Column("made_by", String(32), nullable=False),
)

panel_answers = Table(
    "panel_answers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("panel_id", String(32), nullable=False),
    # A random id for one call: answers of one listener stay together, and lead to nobody.
    Column("listener", String(32), nullable=False),
    Column("prompt", String(64), nullable=False),
    Column("clip_sha", String(64), nullable=False),
    # understood, not_understood or otherwise; "" while none is keyed.
    Column("answer", String(16), nullable=False),
    Column("date", String(10), nullable=False),
    Index("ix_panel_answers_panel_prompt", "panel_id", "prompt"),
    Index("ix_panel_answers_clip_sha", "clip_sha"),
    Index("uq_panel_answers_listener_clip", "listener", "clip_sha", unique=True),
)

spoken = Table(
    "spoken",
    metadata,
    # A recording that lies at a provider until a worker has it: a take, or a comment of a panel. The id is a hash of
    # the provider's own, so that what is told twice is one row.
    Column("id", String(32), primary_key=True),
    Column("kind", String(8), nullable=False),
    # The take's id, or the answer's; "" until somebody has said that it is to be kept.
    Column("of", String(32), nullable=False),
    Column("provider", String(32), nullable=False),
    Column("call", String(128), nullable=False),
    Column("recording", String(128), nullable=False),
    # Where the provider plays it from, and whether it has said that it is there.
    Column("address", String(512), nullable=False),
    Column("there", Boolean, nullable=False),
    # made (nobody has said yet whether to keep it), waiting (to be fetched), fetched or unwanted (both to be deleted at
    # the provider), kept (a comment that can be listened to). Everything else that is done with is no row any more.
    Column("state", String(8), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("not_before", Float, nullable=False),
    # A comment, sealed; its key is in the key store under this row's id, and is destroyed on `shred_on`.
    Column("sealed", LargeBinary, nullable=True),
    Column("seconds", Float, nullable=False),
    Column("shred_on", Date, nullable=True),
    Index("ix_spoken_state", "state", "not_before"),
    Index("ix_spoken_of", "of"),
)
