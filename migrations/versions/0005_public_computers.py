"""Ask at sign-in whether others use the computer too.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "login_session",
        sa.Column(
            "is_public_computer",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="others use this browser too: it may keep nothing",
        ),
    )


def downgrade() -> None:
    op.drop_column("login_session", "is_public_computer")
