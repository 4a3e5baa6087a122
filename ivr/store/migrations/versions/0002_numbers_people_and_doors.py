"""The tables of the vault, the people, the audit log, and of what is to be deleted at the provider."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY_ON_SQLITE = """
CREATE TRIGGER audit_rows_no_{deed} BEFORE {deed} ON audit_rows
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
# SQLite's REPLACE takes a row away without asking the trigger for deletions.
NO_OTHER_IN_ITS_PLACE = """
CREATE TRIGGER audit_rows_no_replace BEFORE INSERT ON audit_rows
WHEN EXISTS (SELECT 1 FROM audit_rows WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
APPEND_ONLY_ON_POSTGRESQL = """
CREATE FUNCTION audit_rows_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_rows_no_change BEFORE UPDATE OR DELETE ON audit_rows
FOR EACH ROW EXECUTE FUNCTION audit_rows_refuse();
CREATE TRIGGER audit_rows_no_truncate BEFORE TRUNCATE ON audit_rows
FOR EACH STATEMENT EXECUTE FUNCTION audit_rows_refuse();
"""


def upgrade() -> None:
    op.create_table(
        "audit_chain_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("chained", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chain_head")),
    )
    op.create_table(
        "audit_rows",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("who", sa.String(length=32), nullable=False),
        sa.Column("deed", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("chained", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_rows")),
    )
    op.create_table(
        "failures",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("shut_until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_failures")),
    )
    with op.batch_alter_table("failures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_failures_owner"), ["owner"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("who", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sign_in_name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("code_secret", sa.LargeBinary(), nullable=True),
        sa.Column("code_step", sa.Integer(), nullable=False),
        sa.Column("phone_code", sa.String(length=8), nullable=True),
        sa.Column("pin", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("gender", sa.String(length=16), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("reads", sa.String(length=8), nullable=False),
        sa.Column("number_id", sa.String(length=32), nullable=True),
        sa.Column("created_on", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("phone_code", name=op.f("uq_people_phone_code")),
        sa.UniqueConstraint("sign_in_name", name=op.f("uq_people_sign_in_name")),
    )
    op.create_table(
        "invitations",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_invitations_person_id_people")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_invitations")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_person_id"), ["person_id"], unique=False)

    op.create_table(
        "known_browsers",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_known_browsers_person_id_people")
        ),
        sa.PrimaryKeyConstraint("token", "person_id", name=op.f("pk_known_browsers")),
    )
    with op.batch_alter_table("known_browsers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_browsers_person_id"), ["person_id"], unique=False)

    op.create_table(
        "notices_for",
        sa.Column("notice_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notices_for_notice_id_notices")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_notices_for_person_id_people")),
        sa.PrimaryKeyConstraint("notice_id", "person_id", name=op.f("pk_notices_for")),
    )
    with op.batch_alter_table("notices_for", schema=None) as batch_op:
        batch_op.create_index("ix_notices_for_person_id", ["person_id"], unique=False)

    op.create_table(
        "person_roles",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_roles_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_person_roles")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_recovery_codes_person_id_people")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_recovery_codes")),
    )
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_codes_person_id"), ["person_id"], unique=False)

    op.create_table(
        "sign_ins",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sign_ins_person_id_people")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_sign_ins")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_person_id"), ["person_id"], unique=False)

    op.create_table(
        "reconciliations",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("date", sa.String(length=10), nullable=False),
        sa.Column("left_calls", sa.Integer(), nullable=False),
        sa.Column("left_recordings", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("provider", "date", name=op.f("pk_reconciliations")),
    )
    op.create_table(
        "scrubs",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("provider_call", sa.String(length=128), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "provider_call", name=op.f("pk_scrubs")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "vault_entries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("line_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.String(length=7), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("shred_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_entries")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("vault_entries", schema=None) as batch_op:
        batch_op.create_index("ix_vault_entries_token", ["token"], unique=False)

    op.create_table(
        "number_holds",
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("held_until", sa.Float(), nullable=False),
        sa.Column("held_by", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_number_holds")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("callback_wishes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number_id", sa.String(length=32), nullable=True))

    with op.batch_alter_table("simulated_recordings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("call", sa.String(length=34), nullable=False, server_default=""))

    _forbid_changes_to_the_audit_log()


def _forbid_changes_to_the_audit_log() -> None:
    op.execute("INSERT INTO audit_chain_head (id, seq, chained) VALUES (1, 0, '')")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(APPEND_ONLY_ON_POSTGRESQL)
        return
    for deed in ("UPDATE", "DELETE"):
        op.execute(APPEND_ONLY_ON_SQLITE.format(deed=deed))
    op.execute(NO_OTHER_IN_ITS_PLACE)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_rows_refuse() CASCADE")
    with op.batch_alter_table("simulated_recordings") as batch:
        batch.drop_column("call")
    with op.batch_alter_table("callback_wishes") as batch:
        batch.drop_column("number_id")
    for table in (
        "reconciliations",
        "scrubs",
        "number_holds",
        "vault_entries",
        "notices_for",
        "notices",
        "failures",
        "known_browsers",
        "sign_ins",
        "invitations",
        "recovery_codes",
        "person_roles",
        "people",
        "audit_rows",
        "audit_chain_head",
    ):
        op.drop_table(table)
