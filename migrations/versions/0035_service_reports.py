"""Keep who is reported for a service by number, with or without an account

Revision ID: 0035
Revises: 0034
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base
import models.sealed

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

LIVING = sa.text("revoked_at IS NULL")


def upgrade() -> None:
    op.drop_table("service_approval")  # nothing could be entered until now
    op.create_table(
        "service_approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(40), nullable=False, comment="key of the service item"),
        sa.Column("name", sa.String(100), nullable=False, comment="of the person or unit, as reported"),
        sa.Column("id_type", sa.String(30), nullable=False, comment="of a person"),
        sa.Column("id_number", models.sealed.Sealed(), nullable=True),
        sa.Column("id_number_digest", sa.String(64), nullable=True, comment="as that of accounts"),
        sa.Column("uscc", sa.String(18), nullable=True, comment="of a unit"),
        sa.Column("added_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("papers_received_at", models.base.UtcDateTime(), nullable=True, comment="纸质材料已收到"),
        sa.Column("approved_at", models.base.UtcDateTime(), nullable=True, comment="已开通"),
        sa.Column("revoked_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("revoked_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False, comment="why it was revoked"),
        sa.CheckConstraint("(uscc IS NULL) <> (id_number_digest IS NULL)", name=op.f("ck_service_approval_one_subject")),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["account.id"], name=op.f("fk_service_approval_revoked_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_approval")),
    )  # fmt: skip
    for name, column in (("person", "id_number_digest"), ("unit", "uscc")):
        op.create_index(f"uq_service_approval_{name}", "service_approval", ["item", column], unique=True,
                        sqlite_where=LIVING, postgresql_where=LIVING)  # fmt: skip


def downgrade() -> None:
    op.drop_table("service_approval")
    op.create_table(
        "service_approval",
        sa.Column("item", sa.String(40), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(unit_id IS NULL) <> (account_id IS NULL)", name=op.f("ck_service_approval_one_subject")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_service_approval_account_id_account")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_service_approval_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_approval")),
        sa.UniqueConstraint("item", "account_id", name=op.f("uq_service_approval_item_account_id")),
        sa.UniqueConstraint("item", "unit_id", name=op.f("uq_service_approval_item_unit_id")),
    )  # fmt: skip
