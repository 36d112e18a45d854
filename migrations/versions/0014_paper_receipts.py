"""Sign for paper

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("version_no", sa.String(40), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("has_disc", sa.Boolean(), nullable=False),
        sa.Column("received_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("received_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_paper_receipt_filing_id_filing")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_paper_receipt_office_id_office")),
        sa.ForeignKeyConstraint(
            ["received_by_id"], ["account.id"], name=op.f("fk_paper_receipt_received_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_receipt")),
    )
    op.create_index(op.f("ix_paper_receipt_filing_id"), "paper_receipt", ["filing_id"])


def downgrade() -> None:
    op.drop_table("paper_receipt")
