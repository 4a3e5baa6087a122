"""The tables of the recording room: takes, drafts, voices, reviews and listening panels."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "takes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("upload_id", sa.String(length=64), nullable=False),
        sa.Column("prompt", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("voice", sa.String(length=64), nullable=False),
        sa.Column("script_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("original_sha", sa.String(length=64), nullable=False),
        sa.Column("clip_sha", sa.String(length=64), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("pipeline", sa.String(length=8), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("waveform", sa.LargeBinary(), nullable=False),
        sa.Column("refusal", sa.String(length=32), nullable=False),
        sa.Column("recorded_by", sa.String(length=32), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("reviewed_by", sa.String(length=32), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("reason_at", sa.Float(), nullable=True),
        sa.Column("touched_at", sa.Float(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("take", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("upload_id", name="uq_takes_upload_id"),
    )
    op.create_index("ix_takes_language_prompt", "takes", ["language", "prompt"], unique=False)
    op.create_index("ix_takes_state", "takes", ["state", "touched_at"], unique=False)
    op.create_index("ix_takes_original_sha", "takes", ["original_sha"], unique=False)
    op.create_table(
        "clinical_reviews",
        sa.Column("prompt", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("script_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("reviewed_by", sa.String(length=32), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("prompt", "language", "script_fingerprint", name=op.f("pk_clinical_reviews")),
    )
    op.create_table(
        "drafts",
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("brought_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pack", name=op.f("pk_drafts")),
    )
    op.create_table(
        "mixes_meant",
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("node", sa.String(length=140), nullable=False),
        sa.PrimaryKeyConstraint("pack", "language", "node", name=op.f("pk_mixes_meant")),
    )
    op.create_table(
        "panel_answers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("panel_id", sa.String(length=32), nullable=False),
        sa.Column("listener", sa.String(length=32), nullable=False),
        sa.Column("prompt", sa.String(length=64), nullable=False),
        sa.Column("clip_sha", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_answers")),
    )
    op.create_index("ix_panel_answers_clip_sha", "panel_answers", ["clip_sha"], unique=False)
    op.create_index("ix_panel_answers_panel_prompt", "panel_answers", ["panel_id", "prompt"], unique=False)
    op.create_index("uq_panel_answers_listener_clip", "panel_answers", ["listener", "clip_sha"], unique=True)
    op.create_table(
        "panels",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("code_mark", sa.String(length=64), nullable=False),
        sa.Column("clips", sa.Text(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panels")),
        sa.UniqueConstraint("code_mark", name=op.f("uq_panels_code_mark")),
    )
    op.create_table(
        "sheet_numbers",
        sa.Column("printed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prompt", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("printed", name=op.f("pk_sheet_numbers")),
        sa.UniqueConstraint("prompt", name=op.f("uq_sheet_numbers_prompt")),
    )
    op.create_table(
        "spoken",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("of", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("call", sa.String(length=128), nullable=False),
        sa.Column("recording", sa.String(length=128), nullable=False),
        sa.Column("address", sa.String(length=512), nullable=False),
        sa.Column("there", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Float(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("shred_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spoken")),
    )
    op.create_index("ix_spoken_of", "spoken", ["of"], unique=False)
    op.create_index("ix_spoken_state", "spoken", ["state", "not_before"], unique=False)
    op.create_table(
        "voices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("usual", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voices")),
    )
    op.create_index("ix_voices_language_name", "voices", ["language", "name"], unique=True)
    with op.batch_alter_table("clips") as batch:
        batch.add_column(sa.Column("pipeline", sa.String(length=8), nullable=False, server_default=""))
        batch.add_column(sa.Column("take_id", sa.String(length=32), nullable=False, server_default=""))
        batch.create_index("ix_clips_take_id", ["take_id"])
    with op.batch_alter_table("clips") as batch:
        batch.alter_column("pipeline", server_default=None)
        batch.alter_column("take_id", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("clips") as batch:
        batch.drop_index("ix_clips_take_id")
        batch.drop_column("take_id")
        batch.drop_column("pipeline")
    for table in (
        "spoken",
        "panel_answers",
        "panels",
        "clinical_reviews",
        "mixes_meant",
        "voices",
        "sheet_numbers",
        "drafts",
        "takes",
    ):
        op.drop_table(table)
