"""Keep login names that were given up

Revision ID: 0032
Revises: 0031
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_login_name",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False, comment="in lower case"),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="whose it was"),
        sa.Column("given_up_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("kept_until", models.base.UtcDateTime(), nullable=False, comment="nobody else may take it before"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_former_login_name_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_login_name")),
    )  # fmt: skip
    op.create_index(op.f("ix_former_login_name_name"), "former_login_name", ["name"])
    op.create_index(op.f("ix_former_login_name_account_id"), "former_login_name", ["account_id"])


def downgrade() -> None:
    op.drop_table("former_login_name")
