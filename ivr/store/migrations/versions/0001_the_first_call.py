"""The tables of the first call: lines, releases, calls under way and what is kept of them, clips, services."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "callback_wishes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("line_id", sa.String(length=32), nullable=False),
        sa.Column("need", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("wishes", sa.Text(), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=False),
        sa.Column("band", sa.String(length=5), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_wishes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "calls",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("line_id", sa.String(length=32), nullable=False),
        sa.Column("release_id", sa.String(length=32), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=False),
        sa.Column("band", sa.String(length=5), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("ended", sa.String(length=16), nullable=False),
        sa.Column("duration", sa.String(length=8), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ended_calls",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_ended_calls")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "live_calls",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("provider_call", sa.String(length=128), nullable=False),
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("line_id", sa.String(length=32), nullable=False),
        sa.Column("release_id", sa.String(length=32), nullable=False),
        sa.Column("has_number", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("screen_seconds", sa.Float(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.Column("turn_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "provider_call", name=op.f("pk_live_calls")),
    )
    op.create_table(
        "notes",
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", name=op.f("pk_notes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("clips", sa.Text(), nullable=False),
        sa.Column("published_on", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    op.create_table(
        "visits",
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("release_id", sa.String(length=32), nullable=False),
        sa.Column("flow", sa.String(length=32), nullable=False),
        sa.Column("node", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("left_by", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=1), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("call_id", "seq", name=op.f("pk_visits")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lines",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("release_id", sa.String(length=32), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("emergency_number", sa.String(length=16), nullable=False),
        sa.Column("open_hours", sa.Text(), nullable=False),
        sa.Column("dial_emergency", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_lines_release_id_releases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lines")),
        sa.UniqueConstraint("number", name=op.f("uq_lines_number")),
    )
    op.create_table(
        "clips",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("prompt", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("voice", sa.String(length=64), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("script_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("take", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "prompt",
            "language",
            "voice",
            "script_fingerprint",
            "sha",
            name="uq_clips_prompt_language_voice_script_sha",
        ),
    )
    op.create_index("ix_clips_language_prompt", "clips", ["language", "prompt"], unique=False)
    op.create_table(
        "services",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("need", sa.String(length=32), nullable=False),
        sa.Column("area", sa.String(length=32), nullable=False),
        sa.Column("prompts", sa.Text(), nullable=False),
        sa.Column("listing", sa.String(length=16), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_services_need", "services", ["need"], unique=False)
    op.create_table(
        "simulated_calls",
        sa.Column("id", sa.String(length=34), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("dialled_by", sa.String(length=34), nullable=False),
        sa.Column("from_number", sa.String(length=32), nullable=False),
        sa.Column("to_number", sa.String(length=32), nullable=False),
        sa.Column("voice_url", sa.String(length=2048), nullable=False),
        sa.Column("status_url", sa.String(length=2048), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("send_to", sa.String(length=2048), nullable=False),
        sa.Column("hang_up", sa.Boolean(), nullable=False),
        sa.Column("rings_until", sa.Float(), nullable=False),
        sa.Column("joined_at", sa.Float(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulated_calls")),
    )
    op.create_index("ix_simulated_calls_dialled_by", "simulated_calls", ["dialled_by"], unique=False)
    op.create_index("ix_simulated_calls_to_number", "simulated_calls", ["to_number"], unique=False)
    op.create_table(
        "simulated_recordings",
        sa.Column("id", sa.String(length=34), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulated_recordings")),
    )


def downgrade() -> None:
    op.drop_table("simulated_recordings")
    op.drop_index("ix_simulated_calls_to_number", table_name="simulated_calls")
    op.drop_index("ix_simulated_calls_dialled_by", table_name="simulated_calls")
    op.drop_table("simulated_calls")
    op.drop_index("ix_services_need", table_name="services")
    op.drop_table("services")
    op.drop_index("ix_clips_language_prompt", table_name="clips")
    op.drop_table("clips")
    op.drop_table("lines")
    op.drop_table("visits")
    op.drop_table("releases")
    op.drop_table("notes")
    op.drop_table("live_calls")
    op.drop_table("ended_calls")
    op.drop_table("calls")
    op.drop_table("callback_wishes")
