"""Register accounts: codes by SMS, registrations under way, consents

Revision ID: 0021
Revises: 0020
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base
import models.sealed

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

FORGET = "real time; words that let their reader act are removed then, or once they left"


def upgrade() -> None:
    op.add_column(
        "delivery", sa.Column("forget_at", models.base.UtcDateTime(), nullable=True, comment=FORGET)
    )
    op.create_table(
        "verification_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(10), nullable=False, comment="as in PURPOSES"),
        sa.Column("mobile_digest", sa.String(64), nullable=False),
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("expires_at", models.base.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_code")),
    )
    op.create_index(op.f("ix_verification_code_mobile_digest"), "verification_code", ["mobile_digest"])
    op.create_index(op.f("ix_verification_code_expires_at"), "verification_code", ["expires_at"])
    op.create_table(
        "registration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_type", sa.String(10), nullable=False, comment="natural, legal"),
        sa.Column("name", sa.String(100), nullable=False, comment="of the person or the unit"),
        sa.Column("id_type", sa.String(30), nullable=True, comment="natural only"),
        sa.Column("id_number", models.sealed.Sealed(), nullable=True),
        sa.Column("uscc", sa.String(18), nullable=True, comment="legal only"),
        sa.Column("province_code", sa.String(6), nullable=True, comment="legal only"),
        sa.Column("mobile", models.sealed.Sealed(), nullable=True),
        sa.Column("mobile_proved_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("expires_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True, comment="what came of it"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_registration_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
    )  # fmt: skip
    op.create_index(op.f("ix_registration_expires_at"), "registration", ["expires_at"])
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.String(20), nullable=False, comment="terms, privacy"),
        sa.Column("edition", sa.String(20), nullable=False),
        sa.Column("given_at", models.base.UtcDateTime(), nullable=False, comment="business time"),
        sa.Column("address", sa.String(45), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_consent_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_account_id"), "consent", ["account_id"])


def downgrade() -> None:
    for name in ("consent", "registration", "verification_code"):
        op.drop_table(name)
    op.drop_column("delivery", "forget_at")
