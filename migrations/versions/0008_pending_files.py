"""Keep files that were uploaded in bulk until somebody confirms where they belong.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pending_file",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False, comment="as the applicant named it"),
        sa.Column(
            "folder", sa.String(length=200), nullable=False, comment="in which it was chosen, if in one"
        ),
        sa.Column(
            "table_name", sa.String(length=40), nullable=False, comment="the only table it may belong to"
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("uploaded_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "place",
            sa.String(length=130),
            nullable=False,
            comment="chosen by somebody: table/row/slot or slot; empty: as proposed",
        ),
        sa.Column("remark", sa.String(length=300), nullable=False, comment="why it was not placed, or where"),
        sa.Column("placed_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_pending_file_filing_id_filing")),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_file.sha256"], name=op.f("fk_pending_file_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["account.id"], name=op.f("fk_pending_file_uploaded_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_file")),
    )
    with op.batch_alter_table("pending_file") as batch_op:
        batch_op.create_index(batch_op.f("ix_pending_file_filing_id"), ["filing_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("pending_file") as batch_op:
        batch_op.drop_index(batch_op.f("ix_pending_file_filing_id"))

    op.drop_table("pending_file")
