"""Export what an office sees

Revision ID: 0017
Revises: 0016
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("query", sa.String(500), nullable=False),
        sa.Column("state", sa.String(10), nullable=False, comment="queued, running, ready, failed"),
        sa.Column("done", sa.Integer(), nullable=False, comment="filings written"),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(500), nullable=False, comment="in Chinese"),
        sa.Column("sha256", sa.String(64), nullable=True, comment="None: not there, or cleared away"),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_export_account_id_account")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_export_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    op.create_index("ix_export_account_id_created_at", "export", ["account_id", "created_at"])
    op.create_index(op.f("ix_export_sha256"), "export", ["sha256"])


def downgrade() -> None:
    op.drop_table("export")
