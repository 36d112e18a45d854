"""Print letters and certificates

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "printout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False, comment="letter, certificate"),
        sa.Column("digest", sa.String(64), nullable=False, comment="of kind and document"),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False, comment="queued, ready, failed"),
        sa.Column("failure", sa.String(500), nullable=False, comment="in Chinese"),
        sa.Column("pdf_sha256", sa.String(64), nullable=True),
        sa.Column("pdf_size", sa.Integer(), nullable=True),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printout")),
        sa.UniqueConstraint("digest", name=op.f("uq_printout_digest")),
    )
    op.create_index(op.f("ix_printout_pdf_sha256"), "printout", ["pdf_sha256"])


def downgrade() -> None:
    op.drop_table("printout")
