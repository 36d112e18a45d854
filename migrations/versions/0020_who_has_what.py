"""Count what nobody has taken and what somebody has by an index

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-21
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_filing_desk_assigned_at", "filing", ["current_office_id", "status", "assigned_at"])
    op.create_index("ix_filing_assignee_desk", "filing", ["assignee_id", "current_office_id"])
    op.drop_index("ix_filing_assignee_id", "filing")


def downgrade() -> None:
    op.create_index("ix_filing_assignee_id", "filing", ["assignee_id"])
    op.drop_index("ix_filing_assignee_desk", "filing")
    op.drop_index("ix_filing_desk_assigned_at", "filing")
