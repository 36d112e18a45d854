"""Sign in with the account of another platform

Revision ID: 0034
Revises: 0033
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base
import models.sealed

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "linked_identity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(200), nullable=False, comment="its issuer"),
        sa.Column("external_id", models.sealed.Sealed(), nullable=False),
        sa.Column("external_id_digest", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("assurance", sa.Integer(), nullable=False, comment="what the platform said last: 2 to 5"),
        sa.Column("linked_at", models.base.UtcDateTime(), nullable=False, comment="business time"),
        sa.Column("used_at", models.base.UtcDateTime(), nullable=True, comment="business time"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_linked_identity_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_identity")),
        sa.UniqueConstraint(
            "provider", "external_id_digest", name=op.f("uq_linked_identity_provider_external_id_digest")
        ),
        sa.UniqueConstraint("provider", "account_id", name=op.f("uq_linked_identity_provider_account_id")),
    )
    op.create_index(op.f("ix_linked_identity_account_id"), "linked_identity", ["account_id"])
    for column in (
        sa.Column("provider", sa.String(200), nullable=True, comment="of an identity that is linked at the end"),
        sa.Column("external_id", models.sealed.Sealed(), nullable=True),
        sa.Column("assurance", sa.Integer(), nullable=False, server_default="0",
                  comment="3 and more: name and number come from the platform, checked"),
    ):  # fmt: skip
        op.add_column("registration", column)


def downgrade() -> None:
    for name in ("assurance", "external_id", "provider"):
        op.drop_column("registration", name)
    op.drop_table("linked_identity")
