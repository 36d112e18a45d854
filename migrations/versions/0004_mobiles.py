"""Give accounts a mobile and a mail address, sealed.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

import models.base
import models.sealed

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


# Not in batches: SQLite would make the table anew, without its index on an expression.


def upgrade() -> None:
    op.add_column("account", sa.Column("mobile", models.sealed.Sealed(), nullable=True))
    op.add_column("account", sa.Column("mobile_digest", sa.String(length=64), nullable=True))
    op.add_column("account", sa.Column("mobile_verified_at", models.base.UtcDateTime(), nullable=True))
    op.add_column("account", sa.Column("email", models.sealed.Sealed(), nullable=True))
    op.create_index(op.f("ix_account_mobile_digest"), "account", ["mobile_digest"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_account_mobile_digest"), "account")
    for name in ("email", "mobile_verified_at", "mobile_digest", "mobile"):
        op.drop_column("account", name)
