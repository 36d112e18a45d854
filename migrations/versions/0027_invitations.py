"""Let units invite people who have no account yet

Revision ID: 0027
Revises: 0026
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base
import models.sealed

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

# Tables it refers to need not be read; an index on an expression, as `account` has, cannot be.
ALONE = {"resolve_fks": False}


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", sa.String(50), nullable=False),
        sa.Column("id_type", sa.String(30), nullable=False, comment="as in ID_TYPES"),
        sa.Column("id_number", models.sealed.Sealed(), nullable=True),
        sa.Column("id_number_digest", sa.String(64), nullable=True),
        sa.Column("mobile", models.sealed.Sealed(), nullable=True),
        sa.Column(
            "state", sa.String(20), nullable=False,
            comment="pending, accepted, cancelled; pending after expires_at: expired",
        ),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False, comment="business time"),
        sa.Column("expires_at", models.base.UtcDateTime(), nullable=False, comment="real time"),
        sa.Column("sent_count", sa.Integer(), nullable=False),
        sa.Column("invited_by_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True, comment="what came of it"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_invitation_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["account.id"], name=op.f("fk_invitation_invited_by_id_account")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_invitation_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )  # fmt: skip
    op.create_index(op.f("ix_invitation_unit_id"), "invitation", ["unit_id"])
    op.create_index(op.f("ix_invitation_expires_at"), "invitation", ["expires_at"])
    op.create_index(
        "uq_invitation_pending", "invitation", ["unit_id", "id_number_digest"], unique=True,
        sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"),
    )  # fmt: skip
    with op.batch_alter_table("registration", reflect_kwargs=ALONE) as batch:
        batch.add_column(
            sa.Column("invitation_id", sa.Uuid(), nullable=True, comment="whose link was followed")
        )
        batch.create_foreign_key(
            op.f("fk_registration_invitation_id_invitation"), "invitation", ["invitation_id"], ["id"],
            ondelete="SET NULL",
        )  # fmt: skip


def downgrade() -> None:
    with op.batch_alter_table("registration", reflect_kwargs=ALONE) as batch:
        batch.drop_constraint(op.f("fk_registration_invitation_id_invitation"), type_="foreignkey")
        batch.drop_column("invitation_id")
    op.drop_table("invitation")
