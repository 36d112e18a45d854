"""Let people close their accounts

Revision ID: 0033
Revises: 0032
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

CLOSES = "business time; its owner wants it closed, and may think again until then"


def upgrade() -> None:
    op.add_column("account", sa.Column("closes_at", models.base.UtcDateTime(), nullable=True, comment=CLOSES))
    op.create_index(op.f("ix_account_closes_at"), "account", ["closes_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_account_closes_at"), "account")
    op.drop_column("account", "closes_at")
