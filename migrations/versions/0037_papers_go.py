"""Keep the stamped letter of a unit, and mark files that are given up

Revision ID: 0037
Revises: 0036
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

DISCARDED = "given up; removed unless something else refers to it"
GIVEN_UP = sa.text("discarded_at IS NOT NULL")


def upgrade() -> None:
    op.add_column(
        "stored_file", sa.Column("discarded_at", models.base.UtcDateTime(), nullable=True, comment=DISCARDED)
    )
    op.create_index("ix_stored_file_discarded", "stored_file", ["discarded_at"], sqlite_where=GIVEN_UP,
                    postgresql_where=GIVEN_UP)  # fmt: skip
    file = sa.ForeignKey("stored_file.sha256", name=op.f("fk_unit_profile_letter_sha256_stored_file"))
    op.add_column(
        "unit_profile", sa.Column("letter_name", sa.String(255), nullable=True, comment="盖章授权书")
    )
    op.add_column("unit_profile", sa.Column("letter_sha256", sa.String(64), file, nullable=True),
                  inline_references=True)  # fmt: skip
    op.add_column("unit_profile", sa.Column("letter_uploaded_at", models.base.UtcDateTime(), nullable=True))


def downgrade() -> None:
    for column in ("letter_uploaded_at", "letter_sha256", "letter_name"):
        op.drop_column("unit_profile", column)
    op.drop_index("ix_stored_file_discarded", "stored_file")
    op.drop_column("stored_file", "discarded_at")
