"""Keep blocks pasted or uploaded into a table, for their preview and for undoing them.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "table_import",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False, comment="paste or file"),
        sa.Column("unknown", sa.JSON(), nullable=False, comment="heads of columns that were left out"),
        sa.Column(
            "lines",
            sa.JSON(),
            nullable=False,
            comment="no: line of the sheet, row: id or empty, texts: field → typed text",
        ),
        sa.Column("seen", sa.JSON(), nullable=False, comment="row id → version the preview compared with"),
        sa.Column("confirmed_at", models.base.UtcDateTime(), nullable=True),
        sa.Column(
            "done",
            sa.JSON(),
            nullable=False,
            comment="added: row id → version; changed: row id → version, answers before; left: line numbers",
        ),
        sa.Column("undone_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_table_import_account_id_account")
        ),
        sa.ForeignKeyConstraint(["filing_id"], ["filing.id"], name=op.f("fk_table_import_filing_id_filing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_import")),
    )
    with op.batch_alter_table("table_import") as batch_op:
        batch_op.create_index(batch_op.f("ix_table_import_filing_id"), ["filing_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("table_import") as batch_op:
        batch_op.drop_index(batch_op.f("ix_table_import_filing_id"))

    op.drop_table("table_import")
