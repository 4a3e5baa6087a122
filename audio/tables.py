"""The clips in the database. Migrations are made from `metadata`."""

from __future__ import annotations

from sqlalchemy import Column, Date, Float, Index, Integer, MetaData, String, Table, UniqueConstraint

metadata = MetaData()

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
    # A day can't order two recordings made on it; the take can, and needs no clock.
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
)
