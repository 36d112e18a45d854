"""Ask for a second factor

Revision ID: 0026
Revises: 0025
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base
import models.sealed

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("secret", models.sealed.Sealed(), nullable=True, comment="base32; none before the first was confirmed"),
        sa.Column("confirmed_at", models.base.UtcDateTime(), nullable=True, comment="business time"),
        sa.Column(
            "last_step", sa.BigInteger(), nullable=True,
            comment="time step of the code used last: it and those before it are spent",
        ),
        sa.Column("next_secret", models.sealed.Sealed(), nullable=True, comment="shown, not yet confirmed by a code"),
        sa.Column("next_until", models.base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_second_factor_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factor")),
    )  # fmt: skip
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", models.base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )  # fmt: skip
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"])
    op.add_column(
        "login_session",
        sa.Column(
            "has_second_factor", sa.Boolean(), nullable=False, server_default=sa.false(),
            comment="a code was typed for it, or it came from a session of which that is true",
        ),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_column("login_session", "has_second_factor")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
