"""Know of a repeated request whether it carries the same as before, and what version came of it.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "idempotency_key",
        sa.Column(
            "digest",
            sa.String(length=64),
            server_default="",
            nullable=False,
            comment="of what was posted, so that a key means one content",
        ),
    )
    op.add_column(
        "idempotency_key",
        sa.Column(
            "made_version",
            sa.Integer(),
            nullable=True,
            comment="the version of the row or tab that came of it",
        ),
    )


def downgrade() -> None:
    op.drop_column("idempotency_key", "made_version")
    op.drop_column("idempotency_key", "digest")
