"""Take accounts over from an older system

Revision ID: 0028
Revises: 0027
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "unit",
        sa.Column("uscc_invalid", sa.Boolean(), server_default=sa.false(), nullable=False,
                  comment="an older system let it pass; to be corrected"),
    )  # fmt: skip
    op.create_table(
        "account_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(100), nullable=False, comment="code and login name as they came"),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("imported_at", models.base.UtcDateTime(), nullable=False, comment="business time"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_import_account_id_account")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_account_import_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_import")),
        sa.UniqueConstraint("source", name=op.f("uq_account_import_source")),
    )
    op.create_index(op.f("ix_account_import_account_id"), "account_import", ["account_id"])
    op.create_index(op.f("ix_account_import_unit_id"), "account_import", ["unit_id"])
    op.create_table(
        "account_conflict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False, comment="as in CONFLICT_TEXTS"),
        sa.Column(
            "said", sa.String(100), nullable=False, comment="what the file said: a name, a code, a login name"
        ),
        sa.Column("found", sa.String(100), nullable=False, comment="what was there instead"),
        sa.Column("recorded_at", models.base.UtcDateTime(), nullable=False, comment="business time"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_conflict_account_id_account")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_account_conflict_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_conflict")),
    )
    op.create_index(op.f("ix_account_conflict_account_id"), "account_conflict", ["account_id"])
    op.create_index(op.f("ix_account_conflict_unit_id"), "account_conflict", ["unit_id"])
    sealed = sa.text("password_scheme LIKE 'sealed_%'")
    op.create_index(
        "ix_account_sealed_password", "account", ["id"], sqlite_where=sealed, postgresql_where=sealed
    )


def downgrade() -> None:
    op.drop_index("ix_account_sealed_password", "account")
    op.drop_table("account_conflict")
    op.drop_table("account_import")
    op.drop_column("unit", "uscc_invalid")
