"""Keep requests of units to have their account closed

Revision ID: 0036
Revises: 0035
Create Date: 2026-11-21
"""

import sqlalchemy as sa
from alembic import op

import models.base

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

WAITING = sa.text("state IN ('submitted', 'in_review', 'second_review')")
REFERENCES = {
    "unit_id": "unit.id", "account_id": "account.id", "statement_sha256": "stored_file.sha256",
    "first_by_id": "account.id", "decided_by_id": "account.id",
}  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "closure_request",
        sa.Column("case_no", sa.String(20), nullable=False, comment="ZX-2021-000001"),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(300), nullable=False),
        sa.Column("statement_name", sa.String(255), nullable=False, comment="of the sealed statement"),
        sa.Column("statement_sha256", sa.String(64), nullable=False),
        sa.Column("created_at", models.base.UtcDateTime(), nullable=False, comment="business time"),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1", comment="counts acts"),
        sa.Column("first_by_id", sa.Uuid(), nullable=True),
        sa.Column("taken_at", models.base.UtcDateTime(), nullable=True),
        sa.Column("first_verdict", sa.String(60), nullable=False, server_default=""),
        sa.Column("first_reason", sa.String(500), nullable=False, server_default=""),
        sa.Column(
            "rounds",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="how often two verdicts differed",
        ),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "decided_at",
            models.base.UtcDateTime(),
            nullable=True,
            comment="business time; the case is closed",
        ),
        sa.Column("reason", sa.String(500), nullable=False, comment="why it was rejected"),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [name], [target], name=op.f(f"fk_closure_request_{name}_{target.partition('.')[0]}")
            )
            for name, target in REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure_request")),
        sa.UniqueConstraint("case_no", name=op.f("uq_closure_request_case_no")),
    )
    op.create_index(op.f("ix_closure_request_unit_id"), "closure_request", ["unit_id"])
    op.create_index(op.f("ix_closure_request_account_id"), "closure_request", ["account_id"])
    op.create_index(op.f("ix_closure_request_state"), "closure_request", ["state"])
    op.create_index(
        "uq_closure_request_waiting", "closure_request", ["unit_id"], unique=True, sqlite_where=WAITING,
        postgresql_where=WAITING,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("closure_request")
