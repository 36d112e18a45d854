"""Sign in by a code shown to a telephone

Revision ID: 0029
Revises: 0028
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "qr_answer",
        sa.Column("id", sa.Uuid(), nullable=False, comment="of the code"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="who answered"),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("has_second_factor", sa.Boolean(), nullable=False, comment="as the session that confirmed"),
        sa.Column("answered_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("used_at", models.base.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_qr_answer_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qr_answer")),
    )
    op.create_index(op.f("ix_qr_answer_answered_at"), "qr_answer", ["answered_at"])


def downgrade() -> None:
    op.drop_table("qr_answer")
