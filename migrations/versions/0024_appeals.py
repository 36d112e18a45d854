"""Take appeals for lost accounts

Revision ID: 0024
Revises: 0023
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base
import models.sealed

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_no", sa.String(20), nullable=False, comment="SS-2021-000001"),
        sa.Column("account_type", sa.String(10), nullable=False, comment="natural, legal"),
        sa.Column("person_name", sa.String(50), nullable=False, comment="of the person, or of the 主代办人"),
        sa.Column("id_type", sa.String(30), nullable=False),
        sa.Column("id_number", models.sealed.Sealed(), nullable=False),
        sa.Column("unit_name", sa.String(100), nullable=False, comment="legal only"),
        sa.Column("former_name", sa.String(100), nullable=False, comment="legal only, if it changed"),
        sa.Column("uscc", sa.String(18), nullable=False, comment="legal only"),
        sa.Column("mobile", models.sealed.Sealed(), nullable=False, comment="proven; the result goes there"),
        sa.Column("mobile_digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False, comment="why it was rejected"),
        sa.Column("account_id", sa.Uuid(), nullable=True, comment="the match"),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False, comment="business time"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_appeal_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("case_no", name=op.f("uq_appeal_case_no")),
    )
    op.create_index(op.f("ix_appeal_mobile_digest"), "appeal", ["mobile_digest"])
    op.create_index(op.f("ix_appeal_state"), "appeal", ["state"])
    op.create_table(
        "appeal_paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("paper", sa.String(20), nullable=False, comment="as in PAPERS"),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeal.id"], name=op.f("fk_appeal_paper_appeal_id_appeal")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_appeal_paper_sha256_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_paper")),
    )  # fmt: skip
    op.create_index(op.f("ix_appeal_paper_appeal_id"), "appeal_paper", ["appeal_id"])


def downgrade() -> None:
    op.drop_table("appeal_paper")
    op.drop_table("appeal")
