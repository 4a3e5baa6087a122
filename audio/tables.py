"""Takes and clips in the database. Migrations are made from `metadata`.

A take is what somebody recorded, whatever becomes of it. A clip is what a caller may hear: of the demo voice, or of a
take that was approved.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

takes = Table(
    "takes",
    metadata,
    Column("id", String(32), primary_key=True),
    # Chosen by whoever sends it, so that what is sent twice is one take.
    Column("upload_id", String(64), nullable=False),
    # "" until a file that came without saying so is matched to its script.
    Column("prompt", String(64), nullable=False),
    Column("language", String(16), nullable=False),
    Column("voice", String(64), nullable=False),
    # The words that were on the page when it was recorded; "" until it is matched.
    Column("script_fingerprint", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("source", String(8), nullable=False),
    # What it is called where it came from; nothing else is taken from a name.
    Column("file_name", String(160), nullable=False),
    # "" while a recording made by phone still lies at the provider.
    Column("original_sha", String(64), nullable=False),
    Column("clip_sha", String(64), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("pipeline", String(8), nullable=False),
    # JSON: what was measured, and what is wrong with it, in codes (audio/report.py).
    Column("report", Text, nullable=False),
    # A waveform to be drawn: 200 peaks of one byte each.
    Column("waveform", LargeBinary, nullable=False),
    Column("refusal", String(32), nullable=False),
    Column("recorded_by", String(32), nullable=False),
    Column("recorded_on", Date, nullable=False),
    Column("reviewed_by", String(32), nullable=False),
    Column("reviewed_on", Date, nullable=True),
    Column("reason", String(200), nullable=False),
    Column("reason_at", Float, nullable=True),
    # Seconds since 1970: when it was last worked on, so that what a killed worker left is found again.
    Column("touched_at", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("take", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("upload_id", name="uq_takes_upload_id"),
    Index("ix_takes_language_prompt", "language", "prompt"),
    Index("ix_takes_state", "state", "touched_at"),
    Index("ix_takes_original_sha", "original_sha"),
)

clips = Table(
    "clips",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("prompt", String(64), nullable=False),
    Column("language", String(16), nullable=False),
    Column("voice", String(64), nullable=False),
    Column("sha", String(64), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("state", String(16), nullable=False),
    Column("script_fingerprint", String(64), nullable=False),
    # Which way of making clips it was made in; what is older is made again.
    Column("pipeline", String(8), nullable=False),
    # The take it was made from; "" for the demo voice.
    Column("take_id", String(32), nullable=False),
    # A day can't order two clips made on it. The highest is the one that is played: rolling back raises an earlier one.
    Column("take", Integer, nullable=False),
    Column("made_on", Date, nullable=False),
    UniqueConstraint(
        "prompt",
        "language",
        "voice",
        "script_fingerprint",
        "sha",
        name="uq_clips_prompt_language_voice_script_sha",
    ),
    Index("ix_clips_language_prompt", "language", "prompt"),
    Index("ix_clips_take_id", "take_id"),
)
