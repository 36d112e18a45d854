"""Keep copies that people order of what is held about them

Revision ID: 0030
Revises: 0029
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False, comment="queued, running, ready, failed"),
        sa.Column("done", sa.Integer(), nullable=False, comment="parts written"),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(500), nullable=False, comment="in Chinese"),
        sa.Column(
            "sha256", sa.String(64), nullable=True, comment="of the sealed bytes; None: not there, or removed"
        ),
        sa.Column("size", sa.Integer(), nullable=True, comment="of the sealed bytes"),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False, comment="business time"),
        sa.Column("expires_at", models.base.UtcDateTime(), nullable=False, comment="real time"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_data_copy_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_copy")),
    )
    op.create_index(op.f("ix_data_copy_account_id"), "data_copy", ["account_id"])
    op.create_index(op.f("ix_data_copy_sha256"), "data_copy", ["sha256"])
    op.create_index(
        "uq_data_copy_unfinished", "data_copy", ["account_id"], unique=True,
        sqlite_where=sa.text("state IN ('queued', 'running')"),
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("data_copy")
