"""Keep the days that an administrator declared to be worked or free.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "special_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=50), nullable=False, comment="国庆节, 调休"),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_special_day")),
    )


def downgrade() -> None:
    op.drop_table("special_day")
