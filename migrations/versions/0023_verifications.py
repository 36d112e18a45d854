"""Keep cases of 实名认证 with their papers and the verdicts of the staff

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verification",
        sa.Column("subject", sa.String(length=10), nullable=False, comment="person, unit, agent"),
        sa.Column("account_id", sa.Uuid(), nullable=True, comment="person and agent"),
        sa.Column("unit_id", sa.Uuid(), nullable=True, comment="unit and agent"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("opened_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="of asking the registry"),
        sa.Column(
            "next_at", models.base.UtcDateTime(), nullable=True, comment="real time of the next attempt"
        ),
        sa.Column("request_id", sa.String(length=100), nullable=False, comment="what the registry calls it"),
        sa.Column("checked_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("handed_in_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("first_by_id", sa.Uuid(), nullable=True),
        sa.Column("first_passes", sa.Boolean(), nullable=True),
        sa.Column("first_reason", sa.String(length=300), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", models.base.UtcDateTime(), nullable=True),
        sa.Column(
            "reason", sa.String(length=300), nullable=False, comment="why it failed, as the subject reads it"
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_verification_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_verification_decided_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["first_by_id"], ["account.id"], name=op.f("fk_verification_first_by_id_account")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_verification_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification")),
    )
    op.create_index(op.f("ix_verification_state"), "verification", ["state"], unique=False)
    op.create_index(op.f("ix_verification_unit_id"), "verification", ["unit_id"], unique=False)
    op.create_index(
        "uq_verification_open_account",
        "verification",
        ["subject", "account_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('checking', 'wants_papers', 'pending')"),
        postgresql_where=sa.text("state IN ('checking', 'wants_papers', 'pending')"),
    )
    op.create_index(
        "uq_verification_open_unit",
        "verification",
        ["subject", "unit_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('checking', 'wants_papers', 'pending')"),
        postgresql_where=sa.text("state IN ('checking', 'wants_papers', 'pending')"),
    )
    op.create_table(
        "verification_file",
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False, comment="as in SLOTS"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="as the person named it"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("uploaded_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_file.sha256"], name=op.f("fk_verification_file_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["account.id"], name=op.f("fk_verification_file_uploaded_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["verification_id"],
            ["verification.id"],
            name=op.f("fk_verification_file_verification_id_verification"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_file")),
        sa.UniqueConstraint(
            "verification_id", "slot", name=op.f("uq_verification_file_verification_id_slot")
        ),
    )
    op.create_index(
        op.f("ix_verification_file_verification_id"), "verification_file", ["verification_id"], unique=False
    )


def downgrade() -> None:
    for table in ("verification_file", "verification"):
        op.drop_table(table)
