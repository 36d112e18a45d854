"""Keep who decided about an appeal, and names that units gave up

Revision ID: 0025
Revises: 0024
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ROUNDS, DECIDED = "how often two verdicts differed", "business time; the case is closed"
HOLD = "business time; approved, but the old mobile may still object until then"
RECOVERED = "business time; mobile replaced and link sent"


def upgrade() -> None:
    op.create_table(
        "former_name",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("name_key", sa.String(300), nullable=False, comment="as that of the unit"),
        sa.Column("given_up_at", models.base.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_former_name_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_name")),
    )
    op.create_index(op.f("ix_former_name_unit_id"), "former_name", ["unit_id"])
    op.create_index(op.f("ix_former_name_name_key"), "former_name", ["name_key"])
    for column in _columns():
        # A table that others refer to cannot be made anew on SQLite, as a batch would.
        op.add_column("appeal", column, inline_references=True)
    if op.get_bind().dialect.name == "postgresql":  # the other has no comments
        op.alter_column("one_time_link", "purpose", existing_type=sa.String(20), existing_nullable=False,
                        comment="as in LIFETIMES", existing_comment="activation")  # fmt: skip
    op.execute("UPDATE appeal SET decided_at = created_at WHERE state = 'no_match'")


def downgrade() -> None:
    for column in _columns():
        op.drop_column("appeal", column.name)
    op.drop_table("former_name")


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("version", sa.Integer(), nullable=False, server_default="1", comment="counts acts"),
        sa.Column("first_by_id", sa.Uuid(), _by("first_by_id"), nullable=True),
        sa.Column("taken_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("first_verdict", sa.String(60), nullable=False, server_default=""),
        sa.Column("first_reason", sa.String(500), nullable=False, server_default=""),
        sa.Column("rounds", sa.Integer(), nullable=False, server_default="0", comment=ROUNDS),
        sa.Column("decided_by_id", sa.Uuid(), _by("decided_by_id"), nullable=True),
        sa.Column("decided_at", models.base.UtcDateTime(), nullable=True, comment=DECIDED),
        sa.Column("hold_until", models.base.UtcDateTime(), nullable=True, comment=HOLD),
        sa.Column("recovered_at", models.base.UtcDateTime(), nullable=True, comment=RECOVERED),
    ]


def _by(column: str) -> sa.ForeignKey:
    return sa.ForeignKey("account.id", name=op.f(f"fk_appeal_{column}_account"))
