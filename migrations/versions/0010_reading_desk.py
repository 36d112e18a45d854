"""What the reviewer's desk keeps: fingerprints of filings, private notes, printed comparisons.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "fingerprint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(10), nullable=False, comment="uscc, person, address, file"),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("place", sa.String(120), nullable=False, comment="tab/slot or table/row/field"),
        sa.Column("text", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_fingerprint_batch_id_batch")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_fingerprint_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fingerprint")),
    )
    op.create_index(op.f("ix_fingerprint_filing_id"), "fingerprint", ["filing_id"])
    op.create_index("ix_fingerprint_mark", "fingerprint", ["batch_id", "what", "mark"])
    op.create_table(
        "review_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_name", sa.String(50), nullable=False),
        sa.Column("version_no", sa.String(40), nullable=False, comment="what the author had before him"),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("place_text", sa.String(300), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_review_note_author_id_account")),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_review_note_filing_id_filing")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_review_note_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_note")),
    )
    op.create_index(op.f("ix_review_note_filing_id"), "review_note", ["filing_id"])
    op.create_table(
        "printed_comparison",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("before_id", sa.Uuid(), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False, comment="queued, ready, failed"),
        sa.Column("failure", sa.String(500), nullable=False, comment="in Chinese"),
        sa.Column("pdf_sha256", sa.String(64), nullable=True),
        sa.Column("pdf_size", sa.Integer(), nullable=True),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["after_id"], ["material_version.id"],
                                name=op.f("fk_printed_comparison_after_id_material_version")),
        sa.ForeignKeyConstraint(["before_id"], ["material_version.id"],
                                name=op.f("fk_printed_comparison_before_id_material_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_comparison")),
        sa.UniqueConstraint("before_id", "after_id", name=op.f("uq_printed_comparison_before_id_after_id")),
    )  # fmt: skip
    op.create_index(op.f("ix_printed_comparison_before_id"), "printed_comparison", ["before_id"])
    op.create_index(op.f("ix_printed_comparison_after_id"), "printed_comparison", ["after_id"])
    op.create_index(op.f("ix_printed_comparison_pdf_sha256"), "printed_comparison", ["pdf_sha256"])


def downgrade() -> None:
    for table in ("printed_comparison", "review_note", "fingerprint"):
        op.drop_table(table)
